"""What earlier runs saw of an old release on a newer schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from launchbook.release.situation import Trial

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.engine.step import Past

STEP: Final = "compatibility"
"""Id of the entry that uses ``release.compatibility``."""
FINISHED: Final = "run-finished"


def read_trials(past: Past) -> tuple[Trial, ...]:
    """Return the trials that the ledger knows of, oldest first.

    A trial that failed ended its run; what it saw is in the run's last record.
    """
    found = [
        (note.at, trial)
        for note in past.notes(FINISHED)
        if (trial := _failed(note.evidence)) is not None
    ]
    proven = past.latest(STEP)
    if proven is not None and "capsule" in proven.evidence:
        facts = proven.evidence
        found.append((proven.at, Trial(str(facts["capsule"]), str(facts["schema"]))))
    return tuple(trial for _, trial in sorted(found, key=lambda each: each[0]))


def _failed(evidence: Mapping[str, object]) -> Trial | None:
    error = cast("Mapping[str, Any]", evidence.get("error") or {})
    facts = cast("Mapping[str, Any]", error.get("details") or {})
    if not {"capsule", "schema", "problems"} <= facts.keys():
        return None
    problems = tuple(map(str, facts["problems"]))
    return Trial(str(facts["capsule"]), str(facts["schema"]), problems)
