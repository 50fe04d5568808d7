"""A process as leases and queues see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from launchbook.ledger.holder import is_dead

if TYPE_CHECKING:
    from collections.abc import Callable

    from launchbook.model.record import Holder

HEARTBEAT_SECONDS: Final = 10.0
"""Five beats may be missed before somebody else may take the lease."""


@dataclass(frozen=True, slots=True)
class Body:
    """A process as a lock sees it.

    Attributes:
        holder: This process.
        is_dead: Whether another is known to be gone.
        beat_seconds: How often it shows that it lives.
    """

    holder: Holder
    is_dead: Callable[[Holder], bool] = is_dead
    beat_seconds: float = HEARTBEAT_SECONDS
