"""Variables as rows: what a platform has of each, in one word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from launchbook.model.change import Action
from launchbook.variables.stray import STRAY

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from launchbook.engine.plan import Plan
    from launchbook.model.change import Change

STATES: Final = {
    Action.NO_CHANGE: "equal",
    Action.CREATE: "absent",
    Action.UPDATE: "differs",
    Action.DELETE: "to remove",
    Action.UNKNOWN: "later",
    Action.UNVERIFIABLE: "unknown",
}
WORDS: Final = ("equal", "absent", "differs", "to remove", "later", "unknown", "stray")


@dataclass(frozen=True, slots=True)
class VariableRow:
    """One variable on one platform.

    Attributes:
        step: The entry that sets it.
        name: As ``backend LOG_LEVEL``.
        state: One of ``WORDS``.
        remark: Why, or which step must run first.
        is_pending: Whether a write is due.
    """

    step: str
    name: str
    state: str
    remark: str
    is_pending: bool

    @property
    def is_equal(self) -> bool:
        """Whether there is nothing to say about it."""
        return self.state == "equal"

    def cells(self) -> tuple[str, str, str, str]:
        """Return the row of a table."""
        return (self.step, self.name, self.state, self.remark)

    def as_json(self) -> dict[str, object]:
        """Return the row as one JSON object."""
        return {
            "step": self.step,
            "name": self.name,
            "state": self.state,
            "remark": self.remark,
            "is_pending": self.is_pending,
        }


def diff_rows(plan: Plan, steps: Collection[str]) -> list[VariableRow]:
    """Return one row a variable of the steps that set variables."""
    return [row_of(step, change) for step, change in plan.changes if step in steps]


def summary_of(rows: Sequence[VariableRow]) -> str:
    """Return "96 variables: 90 equal, 2 differs, ..."."""
    counts = {word: sum(row.state == word for row in rows) for word in WORDS}
    parts = [f"{count} {word}" for word, count in counts.items() if count]
    return f"{len(rows)} variables: {', '.join(parts) or 'none'}"


def row_of(step: str, change: Change) -> VariableRow:
    """Return the row of one line of a plan."""
    state = STATES[change.action]
    if change.action is Action.NO_CHANGE and change.reason.startswith(STRAY):
        state = "stray"
    remark = change.reason or ", ".join(f"{f.name} differs" for f in change.fields)
    return VariableRow(step, change.name, state, remark, change.is_pending)
