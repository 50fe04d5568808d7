"""After a failure: what stands, and, where it is asked for, taking it back."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from launchbook.engine.scribe import described, pending_lines
from launchbook.engine.step import Undoable
from launchbook.errors import LaunchbookError, LedgerError
from launchbook.model.event import EventKind
from launchbook.model.record import Phase

if TYPE_CHECKING:
    from launchbook.engine.planner import Bench, StepPlan
    from launchbook.engine.progress import Progress
    from launchbook.engine.scribe import Scribe


@dataclass(frozen=True, slots=True)
class Remains:
    """What a failed run leaves behind.

    Attributes:
        stands: What was written and is still there, in words.
        taken_back: Ids of the steps that were reversed.
    """

    stands: tuple[str, ...] = ()
    taken_back: tuple[str, ...] = ()


class Compensation:
    """Looks at what a failed run wrote, and reverses it.

    Args:
        bench: What the run works with.
        scribe: Writes the records.
        progress: What the run has done.
    """

    def __init__(self, bench: Bench, scribe: Scribe, progress: Progress) -> None:
        self._bench = bench
        self._scribe = scribe
        self._progress = progress

    def keep(self) -> Remains:
        """Leave everything as it is, and say what that is."""
        lines = [line for plan in self._touched() for line in self._words(plan)]
        return Remains(stands=tuple(lines))

    def take_back(self) -> Remains:
        """Reverse the steps that wrote, the latest first."""
        stands: list[str] = []
        taken_back: list[str] = []
        for plan in reversed(self._touched()):
            if self._undo(plan):
                taken_back.append(plan.id)
            else:
                stands += self._words(plan)
        return Remains(tuple(stands), tuple(taken_back))

    def _touched(self) -> list[StepPlan]:
        """The steps that wrote something, in the order in which they began.

        A step whose ``apply`` failed may have been refused before it wrote
        anything: looking again says so.
        """
        return [
            plan
            for plan in self._progress.written.values()
            if plan.id in self._progress.applied or not self._is_untouched(plan)
        ]

    def _is_untouched(self, plan: StepPlan) -> bool:
        """Whether everything that the step wanted to write is still to be written."""
        try:
            facts = plan.step.facts(plan.inputs, plan.context)
        except (LaunchbookError, KeyboardInterrupt):
            return False
        prior = self._bench.memory.latest(plan.id)
        again = plan.step.plan(plan.inputs, facts, prior)
        return again.changes == plan.planned.changes

    def _undo(self, plan: StepPlan) -> bool:
        """Reverse one step; whether that was possible."""
        if not isinstance(plan.step, Undoable):
            return False
        try:
            plan.step.undo(plan.inputs, plan.facts, plan.context)
        except LaunchbookError as error:
            message = f"could not be taken back: {error.message}"
            facts = {"error": described(error)}
            self._bench.announcer.tell(EventKind.STEP_FAILED, plan.id, message, facts)
            return False
        # The next run looks at the platform anyway; a ledger that cannot be
        # written any more must not keep the rest from being taken back.
        with suppress(LedgerError):
            self._scribe.write(self._scribe.entry(plan, Phase.COMPENSATED))
        self._bench.announcer.tell(EventKind.STEP_COMPENSATED, plan.id)
        return True

    def _words(self, plan: StepPlan) -> list[str]:
        """What of a step stands; what it began and did not finish is marked."""
        is_whole = plan.id in self._progress.applied
        suffix = "" if is_whole else " (perhaps in part)"
        return [f"{plan.id}: {line}{suffix}" for line in pending_lines(plan)]
