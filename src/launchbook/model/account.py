"""What accounts are: whose token, which plan, what is there already, what time it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Spending:
    """What a workspace has spent in this billing period, in US dollars.

    Attributes:
        limit_dollars: Where everything is stopped; None without a limit.
        is_over: Whether it has been stopped.
    """

    spent_dollars: float
    limit_dollars: float | None = None
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Tenancy:
    """An account at a platform, as its API describes it.

    Attributes:
        id: Of the workspace, team or organization.
        name: Its name, or its slug.
        plan: The vendor's word for what is paid, in lower case.
        spending: Where the vendor says it.
        answered_at: The vendor's clock when it answered; None when it did not say.
    """

    id: str
    name: str
    plan: str
    spending: Spending | None = None
    answered_at: datetime | None = None
