"""What steps that only look have in common."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from launchbook.engine.poll import until
from launchbook.errors import NotReady, VerificationFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from launchbook.clock import Clock
    from launchbook.engine.step import Context


class Check:
    """A step without anything to write: its ``verify`` runs every time."""

    is_check: ClassVar[bool] = True

    def apply(self, inputs: object, facts: object, context: Context) -> None:
        """Nothing to write."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found.

    Attributes:
        problems: In words; none when everything is right.
        evidence: Worth keeping in the ledger; no secrets.
    """

    problems: tuple[str, ...]
    evidence: Mapping[str, object] = field(default_factory=dict)


def look_until_right(
    look: Callable[[], Look],
    what: str,
    *,
    clock: Clock,
    deadline_seconds: float,
    hint: str,
) -> Look:
    """Look again until there are no problems, and return that look.

    Raises:
        VerificationFailed: Some stayed; the message lists those of the last look.
    """
    looks: list[Look] = []

    def look_once() -> Look:
        looks.append(look())
        return looks[-1]

    try:
        return until(
            look_once,
            lambda found: not found.problems,
            clock=clock,
            deadline_seconds=deadline_seconds,
            what=what,
        )
    except NotReady as error:
        problems = list(looks[-1].problems)
        raise VerificationFailed(
            f"{what} is not right: {'; '.join(problems)}",
            hint=hint,
            details={"problems": problems},
        ) from error
