"""What became of a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.errors import LaunchbookError
    from launchbook.model.gate import Granted

DONE: Final = 0
PENDING: Final = 3
WAITING: Final = 10
INTERRUPTED: Final = 130


@dataclass(frozen=True, slots=True)
class RunResult:
    """What became of a run; steps by id, in file order.

    Attributes:
        run: The run's id.
        changed: Steps that wrote, and were verified.
        unchanged: Steps that had nothing to write, checks among them.
        waiting: Steps that must look again later.
        skipped: Steps that did not start, or were interrupted.
        taken_back: Steps that were reversed.
        error: Why it failed; its exit status fits what was written.
        is_interrupted: A person stopped it; the same command continues.
        ledger_head: End of the ledger's chain, worth noting elsewhere.
        outputs: Step id to its outputs, Secrets inside.
        overrides: What was let pass at gates.
        differing: Of a run that only looked: step id to what is not as desired.
    """

    run: str
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    taken_back: tuple[str, ...] = ()
    seconds: float = 0.0
    error: LaunchbookError | None = None
    is_interrupted: bool = False
    ledger_head: str = ""
    outputs: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    overrides: tuple[Granted, ...] = ()
    differing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def exit_status(self) -> int:
        """The exit status of the command that made the run."""
        if self.is_interrupted:
            return INTERRUPTED
        if self.error is not None:
            return self.error.exit_status
        if self.differing:
            return PENDING
        return WAITING if self.waiting else DONE

    def as_json(self) -> dict[str, object]:
        """Return the counts and facts that ``RUN_FINISHED`` carries."""
        return {
            "changed": len(self.changed),
            "unchanged": len(self.unchanged),
            "failed": len(self.failed),
            "waiting": len(self.waiting),
            "skipped": len(self.skipped),
            "taken_back": len(self.taken_back),
            "differing": {step: [*each] for step, each in self.differing.items()},
            "seconds": round(self.seconds, 3),
            "ledger_head": self.ledger_head,
            "overrides": {each.name: each.reason for each in self.overrides},
            "is_interrupted": self.is_interrupted,
            "exit_status": self.exit_status,
        }
