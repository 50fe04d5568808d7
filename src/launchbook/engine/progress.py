"""What a run has done so far, for all its workers."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import RLock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.engine.planner import StepPlan
    from launchbook.model.change import Change
    from launchbook.model.record import Entry


@dataclass(slots=True)
class Progress:
    """What a run has done so far. Take ``lock`` for more than one look.

    Attributes:
        plans: By id, the newest plan of each step.
        outputs: By id, what verified or unchanged steps put out.
        written: By id, steps whose ``apply`` was begun, in that order.
        applied: Steps whose ``apply`` came to its end.
        changed: Steps that wrote and were verified.
        moved: Steps after which others must be looked at again.
        overridden: Names of the overrides that were used and recorded.
        pending_entries: Records that can wait until the end of the run.
        evidence: By id, what checks saw.
        differing: By id, what a run that only looks would have written, in words.
        fresh: Steps whose settings nobody has relied on yet; see ``Run``.
    """

    plans: dict[str, StepPlan]
    outputs: dict[str, Mapping[str, object]] = field(default_factory=dict)
    written: dict[str, StepPlan] = field(default_factory=dict)
    applied: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    moved: set[str] = field(default_factory=set)
    overridden: set[str] = field(default_factory=set)
    pending_entries: list[Entry] = field(default_factory=list)
    evidence: dict[str, Mapping[str, object]] = field(default_factory=dict)
    differing: dict[str, tuple[str, ...]] = field(default_factory=dict)
    fresh: frozenset[str] = frozenset()
    lock: RLock = field(default_factory=RLock)

    def lines(self) -> list[Change]:
        """Every plan line that the guard weighs, as it is known now."""
        with self.lock:
            return [
                line
                for plan in self.plans.values()
                if plan.id not in self.fresh
                for line in plan.planned.changes
            ]

    def renew(self, plan: StepPlan) -> None:
        """Replace a step's plan."""
        with self.lock:
            self.plans[plan.id] = plan

    def put_out(self, step: str, outputs: Mapping[str, object]) -> None:
        """Take note of a step's outputs."""
        with self.lock:
            self.outputs[step] = outputs

    def known_outputs(self) -> dict[str, Mapping[str, object]]:
        """Return what is put out so far."""
        with self.lock:
            return dict(self.outputs)
