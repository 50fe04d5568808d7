"""What a step would do: changes and plans are values that can be printed."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Action(StrEnum):
    """What a plan line says."""

    NO_CHANGE = "no-change"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    UNKNOWN = "cannot-know-yet"
    UNVERIFIABLE = "unknown"
    """It is there and cannot be read back, so nobody can say whether it differs."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One attribute that differs. Values are JSON or Secret; None is absent."""

    name: str
    before: object = None
    after: object = None


@dataclass(frozen=True, slots=True)
class Change:
    """One resource and what would happen to it.

    Attributes:
        action: What would be done.
        kind: The kind of resource, as ``railway.variable``.
        name: Its name, as ``backend LOG_LEVEL``.
        fields: The attributes that differ, for an update.
        reason: For UNKNOWN, the step that must run first; for UNVERIFIABLE, why
            nobody can say; else a remark.
    """

    action: Action
    kind: str
    name: str
    fields: tuple[FieldChange, ...] = ()
    reason: str = ""

    @property
    def is_pending(self) -> bool:
        """Whether something would be written, or may be.

        What cannot be read back is left alone: only a person can say that it
        shall be written again (``env.sync --assert``).
        """
        return self.action not in {Action.NO_CHANGE, Action.UNVERIFIABLE}


@dataclass(frozen=True, slots=True)
class Planned:
    """What a step's ``plan`` answers.

    Attributes:
        changes: One line a resource; resources without a change are listed
            too, since the guard weighs changes against all that exists.
        outputs: Every output that is known already, before anything is
            written. An output that is missing here is *not known yet*.
        evidence: JSON facts that the record of the intent keeps, as what a write
            replaces; no secrets.
    """

    changes: tuple[Change, ...]
    outputs: Mapping[str, object] = field(default_factory=dict)
    evidence: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_pending(self) -> bool:
        """Whether any change is pending."""
        return any(change.is_pending for change in self.changes)


@dataclass(frozen=True, slots=True)
class Unknown:
    """Stands for a value that a step has not produced yet."""

    step: str
    output: str
