"""A run that only looks: what is as desired is recorded, what differs is told.

That is how a ledger comes back that was lost, and how resources are taken over that
somebody made by hand: the platforms are read, and nothing is written to them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from launchbook.engine.runner import Runner
from launchbook.engine.scribe import pending_lines
from launchbook.engine.walk import Visit
from launchbook.model.event import EventKind

if TYPE_CHECKING:
    from launchbook.engine.planner import StepPlan


class Observer(Runner):
    """A runner whose steps never write; see ``Runner``."""

    def _carry_out(self, plan: StepPlan) -> Visit:
        """Take note of what differs; what depends on it cannot be looked at."""
        lines = pending_lines(plan)
        with self._progress.lock:
            self._progress.differing[plan.id] = tuple(lines)
        self._tell(EventKind.STEP_DIFFERS, plan.id, data={"changes": lines})
        return Visit.HELD
