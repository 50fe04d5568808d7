"""What the ledger remembers of this environment's steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from launchbook.engine.step import Moment, Note, Prior
from launchbook.model.record import Phase, Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.ledger.history import History

CREATE: Final = "create "
_UNFINISHED: Final = frozenset(
    {Phase.APPLYING, Phase.APPLIED, Phase.FAILED, Phase.PAUSED}
)


class Memory:
    """The ledger as the engine and its steps read it: one environment, no writing.

    Args:
        history: None where there is no ledger; nothing is remembered then.
    """

    def __init__(self, history: History | None, environment: str) -> None:
        self._history = history
        self._environment = environment

    def latest(self, step: str) -> Prior | None:
        """Return the last verified record of a step, or None."""
        record = self._read(step, Phase.VERIFIED)
        return _prior(record) if record else None

    def verified(self, step: str) -> tuple[Prior, ...]:
        """Return every verified record of a step, oldest first."""
        if self._history is None:
            return ()
        found = self._history.step_records(self._environment, step, Phase.VERIFIED)
        return tuple(map(_prior, found))

    def moments(self, run: str) -> tuple[Moment, ...]:
        """Return what a run has written here so far, oldest first."""
        if self._history is None:
            return ()
        return tuple(
            Moment(each.step, str(each.phase), each.at, each.actor)
            for each in self._history.records(environment=self._environment, run=run)
        )

    def unfinished(self, step: str) -> Record | None:
        """Return a step's last record if it was begun and never verified since."""
        record = self._read(step)
        return record if record and record.phase in _UNFINISHED else None

    def paused(self, step: str) -> Mapping[str, object] | None:
        """Return the evidence of a step's last rest, if it was not verified since."""
        rest, proven = self._read(step, Phase.PAUSED), self._read(step, Phase.VERIFIED)
        if rest is None or "look_again_at" not in rest.evidence:
            return None
        is_over = proven is not None and proven.sequence > rest.sequence
        return None if is_over else rest.evidence

    def intended(self, step: str) -> frozenset[str]:
        """Return what a run set out to write in a step that was not verified since."""
        begun = self.begun(step)
        lines = begun.evidence.get("changes", ()) if begun else ()
        if not isinstance(lines, list | tuple):
            return frozenset()
        return frozenset(str(line).partition(" ")[2] for line in lines)

    def begun(self, step: str) -> Note | None:
        """Return the intent of a run in a step that was not verified since."""
        record = self._read(step, Phase.APPLYING) if self.unfinished(step) else None
        return Note(record.at, record.actor, record.evidence) if record else None

    def has_made(self, step: str) -> bool:
        """Return whether a run set out to create something in a step."""
        record = self._read(step, Phase.APPLYING)
        lines = record.evidence.get("changes", ()) if record else ()
        if not isinstance(lines, list | tuple):
            return False
        return any(str(line).startswith(CREATE) for line in lines)

    def notes(self, event: str) -> tuple[Note, ...]:
        """Return the records of one kind about the environment, oldest first."""
        if self._history is None:
            return ()
        return tuple(
            Note(record.at, record.actor, record.evidence)
            for record in self._history.run_records(self._environment)
            if record.evidence.get("event") == event
        )

    def elsewhere(self, environment: str) -> Memory:
        """Return the same of another environment."""
        return Memory(self._history, environment)

    def _read(self, step: str, phase: Phase | None = None) -> Record | None:
        if self._history is None:
            return None
        return self._history.latest(self._environment, step, phase)


def _prior(record: Record) -> Prior:
    """A verified record, as steps see it."""
    return Prior(
        at=record.at,
        inputs_digest=record.inputs_digest,
        outputs=record.outputs,
        evidence=record.evidence,
    )
