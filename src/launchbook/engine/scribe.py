"""Writes a run's records: sealed, cleaned, and under its lease."""

from __future__ import annotations

from typing import TYPE_CHECKING

from launchbook.errors import LaunchbookError
from launchbook.model.record import RUN_LEVEL, Entry, Phase
from launchbook.redact import sealed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.engine.planner import Bench, StepPlan
    from launchbook.ledger.journal import Journal
    from launchbook.model.record import Lease


class Scribe:
    """Writes a run's records under its lease; no secret gets past it."""

    def __init__(self, bench: Bench, journal: Journal, lease: Lease) -> None:
        self._bench = bench
        self._journal = journal
        self._lease = lease

    def write(self, *entries: Entry) -> None:
        """Append entries at once.

        Raises:
            LeaseLost, LedgerUnwritable: Nothing was written.
        """
        self._journal.append(self._lease, *entries)

    def entry(
        self,
        plan: StepPlan,
        phase: Phase,
        *,
        outputs: Mapping[str, object] | None = None,
        evidence: Mapping[str, object] | None = None,
    ) -> Entry:
        """Return a step's entry: outputs sealed, evidence cleaned by value."""
        return Entry(
            run=self._bench.run,
            step=plan.id,
            phase=phase,
            inputs_digest=plan.inputs_digest,
            outputs=self._sealed(outputs or {}),
            evidence=self._cleaned(evidence or {}),
        )

    def run_entry(self, phase: Phase, evidence: Mapping[str, object]) -> Entry:
        """Return an entry about the whole run."""
        cleaned = self._cleaned(evidence)
        return Entry(self._bench.run, RUN_LEVEL, phase, evidence=cleaned)

    def _sealed(self, outputs: Mapping[str, object]) -> dict[str, object]:
        key = self._bench.setting.fingerprint_key
        return {name: sealed(key, value) for name, value in outputs.items()}

    def _cleaned(self, evidence: Mapping[str, object]) -> dict[str, object]:
        redactor = self._bench.kit.redactor
        return {name: redactor.clean_value(item) for name, item in evidence.items()}


def described(error: BaseException) -> dict[str, object]:
    """Return an error as JSON facts; one that is not ours is a bug."""
    if isinstance(error, LaunchbookError):
        return error.as_event()
    return {"code": "internal-error", "message": f"{type(error).__name__}: {error}"}


def pending_lines(plan: StepPlan) -> list[str]:
    """Return what a step is about to write, in words."""
    return [
        f"{line.action} {line.kind} {line.name}"
        for line in plan.planned.changes
        if line.is_pending
    ]
