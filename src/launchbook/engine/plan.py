"""The plan of a whole run: a value that is counted, rendered, saved and compared."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from launchbook.digest import digest
from launchbook.model.change import Action, Change
from launchbook.redact import REDACTED, Secret, sealed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FORMAT: Final = "launchbook-plan/1"


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step's part of the plan.

    Attributes:
        inputs_digest: Digest of the sealed inputs; empty while one is unknown.
        changes: One line a resource, unchanged ones too.
        outputs: Those that are known already.
    """

    id: str
    uses: str
    inputs_digest: str
    changes: tuple[Change, ...]
    outputs: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """What a run would do.

    Attributes:
        circumstances: What else a saved plan is bound to: ``tool_version``,
            ``environment``, ``platforms``, ``playbook`` and the digests.
        fingerprint_key: Turns secrets into fingerprints where the plan is
            written; without it two changed secrets would look the same.
    """

    circumstances: Mapping[str, str]
    steps: tuple[PlannedStep, ...]
    fingerprint_key: bytes = field(repr=False)

    @property
    def changes(self) -> tuple[tuple[str, Change], ...]:
        """Every line with its step's id, in file order."""
        return tuple((step.id, line) for step in self.steps for line in step.changes)

    @property
    def is_pending(self) -> bool:
        """Whether anything would be written, or may be."""
        return any(line.is_pending for _, line in self.changes)

    @property
    def counts(self) -> dict[str, int]:
        """How many lines say what: every action's name, with 0 where none does."""
        counted = dict.fromkeys((str(action) for action in Action), 0)
        for _, line in self.changes:
            counted[str(line.action)] += 1
        return counted

    @cached_property
    def digest(self) -> str:
        """Digest of all that the plan says and is bound to."""
        return digest(self._content())

    def lines_as_json(self) -> list[dict[str, object]]:
        """Return the lines for output: ``step`` added, secrets as ``[redacted]``."""
        return [
            {"step": step, **_change_as_json(line, _redacted)}
            for step, line in self.changes
        ]

    def as_json(self) -> dict[str, object]:
        """Return the plan as it is saved: secrets as fingerprints, with digest."""
        return {**self._content(), "counts": self.counts, "digest": self.digest}

    def _content(self) -> dict[str, object]:
        """What the digest covers."""
        return {
            "format": FORMAT,
            **self.circumstances,
            "steps": [self._step_as_json(step) for step in self.steps],
        }

    def _step_as_json(self, step: PlannedStep) -> dict[str, object]:
        def seal(value: object) -> object:
            return sealed(self.fingerprint_key, value)

        return {
            "id": step.id,
            "uses": step.uses,
            "inputs_digest": step.inputs_digest,
            "changes": [_change_as_json(line, seal) for line in step.changes],
            "outputs": seal(dict(step.outputs)),
        }


def _redacted(value: object) -> object:
    """A value for a person to see."""
    if isinstance(value, Secret):
        return REDACTED
    if isinstance(value, dict):
        return {name: _redacted(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_redacted(item) for item in value]
    return value


def _change_as_json(
    change: Change, shown: Callable[[object], object]
) -> dict[str, object]:
    """One line as JSON; ``shown`` decides what becomes of secrets."""
    return {
        "action": str(change.action),
        "kind": change.kind,
        "name": change.name,
        "fields": [
            {
                "name": each.name,
                "before": shown(each.before),
                "after": shown(each.after),
            }
            for each in change.fields
        ],
        "reason": change.reason,
    }
