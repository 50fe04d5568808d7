"""The rotation of a secret: how far it has come, kept beside the secrets.

New value everywhere, proof that it is used, old one revoked, proof that it is dead.
Each phase is written before it is carried out, so that the same command goes on
wherever it was cut off.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, cast

from launchbook.redact import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping


UNIT_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class RotationPhase(StrEnum):
    """How far a rotation has come."""

    SPREADING = "spreading"
    """The new value is on its way to everybody; the old one still counts."""
    OVERLAPPING = "overlapping"
    """The new value is used, proven; the old one still counts until a time."""
    REVOKING = "revoking"
    """The old value is being taken away everywhere."""


class RotationKind(StrEnum):
    """What a secret is, which decides how its old value dies."""

    SIGNING = "signing"
    """A key of our own: the backend takes the old one beside it, then no more."""
    ISSUED = "issued"
    """Somebody else issued it and must revoke it; a person says so."""
    FIXED = "fixed"
    """Data is encrypted with it: exchanging it would make that unreadable."""


@dataclass(frozen=True, slots=True)
class RotationRule:
    """What the variable contract says of a secret's rotation.

    Attributes:
        previous: The secret that holds the old value meanwhile; ``signing`` only.
        audience: Of the tokens that prove which keys are taken; ``signing`` only.
        overlap_seconds: How long the old value counts beside the new one.
    """

    kind: RotationKind = RotationKind.ISSUED
    previous: str = ""
    audience: str = ""
    overlap_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Rotation:
    """A rotation under way.

    Attributes:
        retired: The old value: needed to prove that it is dead, then forgotten.
        overlap_until: From when on the old value may be revoked; None before the
            new one is proven to be used.
        statement: Who revoked a value that somebody else issued.
    """

    name: str
    phase: RotationPhase
    started_at: datetime
    overlap_seconds: int
    retired: Secret
    overlap_until: datetime | None = None
    statement: str = ""

    def proven_used(self, now: datetime) -> Rotation:
        """Return it with its overlap beginning now."""
        until = now + timedelta(seconds=self.overlap_seconds)
        return replace(self, phase=RotationPhase.OVERLAPPING, overlap_until=until)

    def is_overlap_over(self, now: datetime) -> bool:
        """Whether the old value may be revoked."""
        return self.overlap_until is not None and now >= self.overlap_until

    def revoking(self) -> Rotation:
        """Return it with its old value to be taken away."""
        return replace(self, phase=RotationPhase.REVOKING)

    def as_content(self) -> dict[str, object]:
        """Return it as the encrypted file holds it; the old value is in it."""
        until = self.overlap_until
        return {
            "phase": str(self.phase),
            "started_at": self.started_at.isoformat(),
            "overlap_seconds": self.overlap_seconds,
            "retired": self.retired.reveal(),
            "overlap_until": until.isoformat() if until else None,
            "statement": self.statement,
        }


def rule_of(entry: Mapping[str, object]) -> RotationRule:
    """Read what a variable of the contract says of its secret's rotation."""
    written = cast("Mapping[str, str]", entry.get("rotation", {}))
    overlap = written.get("overlap", "0s")
    return RotationRule(
        kind=RotationKind(written.get("kind", RotationKind.ISSUED)),
        previous=written.get("previous", ""),
        audience=written.get("audience", ""),
        overlap_seconds=int(overlap[:-1]) * UNIT_SECONDS[overlap[-1]],
    )


def rotation_of(name: str, content: Mapping[str, object]) -> Rotation:
    """Read a rotation back.

    Raises:
        ValueError, KeyError: It is none.
    """
    until = content["overlap_until"]
    return Rotation(
        name=name,
        phase=RotationPhase(str(content["phase"])),
        started_at=datetime.fromisoformat(str(content["started_at"])),
        overlap_seconds=int(str(content["overlap_seconds"])),
        retired=Secret(str(content["retired"])),
        overlap_until=datetime.fromisoformat(str(until)) if until else None,
        statement=str(content["statement"]),
    )
