"""The guard: a plan that would touch too much of what exists is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from launchbook.engine.override import LARGE_CHANGE, Override
from launchbook.errors import UnsafePlan
from launchbook.model.change import Action, Change

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LARGEST_SHARE: Final = 0.30
FROM_RESOURCES: Final = 10
"""Below this, a share says nothing (issue 2, the engine's guard)."""
_TOUCHING: Final = frozenset({Action.UPDATE, Action.DELETE})
_EXISTING: Final = _TOUCHING | {Action.NO_CHANGE, Action.UNVERIFIABLE}


@dataclass(frozen=True, slots=True)
class Weight:
    """How much of what exists a plan would update or delete."""

    existing: int
    touched: int

    @property
    def is_too_much(self) -> bool:
        """Whether the guard refuses it."""
        enough = self.existing >= FROM_RESOURCES
        return enough and self.touched > LARGEST_SHARE * self.existing


class Guard:
    """Weighs plans; one run's overrides let one pass.

    Args:
        overrides: Of the run.
        is_weighing: False for a run that is meant to move all that it names.
    """

    def __init__(
        self, overrides: Sequence[Override] = (), *, is_weighing: bool = True
    ) -> None:
        self._is_weighing = is_weighing
        self._override = next((o for o in overrides if o.name == LARGE_CHANGE), None)

    def check(self, changes: Iterable[Change]) -> Override | None:
        """Let a plan pass or refuse it.

        Returns:
            The override without which it would have been refused, or None.

        Raises:
            UnsafePlan: Too much would be updated or deleted.
        """
        weight = weigh(changes)
        if not self._is_weighing or not weight.is_too_much:
            return None
        if self._override is None:
            _refuse(weight)
        return self._override


def weigh(changes: Iterable[Change]) -> Weight:
    """Count what exists and what would be touched; what is unknown counts as none."""
    actions = [change.action for change in changes]
    return Weight(
        existing=sum(action in _EXISTING for action in actions),
        touched=sum(action in _TOUCHING for action in actions),
    )


def _refuse(weight: Weight) -> None:
    share = 100 * weight.touched / weight.existing
    raise UnsafePlan(
        f"{weight.touched} of {weight.existing} existing resources ({share:.0f} %) would "
        "be updated or deleted, more than 30 %",
        hint="Look at the plan with --check; if it is meant, run the same command with "
        f'--override {LARGE_CHANGE} --reason "...".',
        details={"existing": weight.existing, "touched": weight.touched},
    )
