"""What the ledger keeps: records, the head of their chain, leases and the queue."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from launchbook.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

RUN_LEVEL: Final = ""
"""The ``step`` of a record that is about a whole run."""


_HEAD: Final = re.compile(r"([0-9]{1,15}):([0-9a-f]{16,64})")
"""64 bits tell two chains apart; nobody types 64 digits."""


class Phase(StrEnum):
    """How far a step, or a run, has come."""

    PLANNED = "planned"
    APPLYING = "applying"
    APPLIED = "applied"
    VERIFIED = "verified"
    FAILED = "failed"
    COMPENSATED = "compensated"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Entry:
    """What the writer says; the ledger adds who, when, and the chain.

    Attributes:
        step: The entry's id in the playbook, or ``RUN_LEVEL``.
        inputs_digest: SHA-256 of the sealed inputs; empty where there are none.
        outputs: JSON; secrets only as ``{"$fingerprint": ...}``.
        evidence: JSON facts; no secrets.
    """

    run: str
    step: str
    phase: Phase
    inputs_digest: str = ""
    outputs: Mapping[str, object] = field(default_factory=dict)
    evidence: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One line of the ledger. Its form is fixed by ``docs/ledger-format.md``.

    Attributes:
        id: Sorts by time: 48 bits of milliseconds, 80 random bits, base 32.
        sequence: Position in the chain, from 1 without gaps.
        at: When it was written, UTC.
        key_id: Names the key of ``mac``.
        fencing_token: Of the lease under which it was written.
        previous: ``mac`` of the record before, 64 zeros for the first.
        mac: HMAC-SHA-256 over all other fields, 64 hex digits.
    """

    id: str
    sequence: int
    at: datetime
    environment: str
    run: str
    step: str
    phase: Phase
    inputs_digest: str
    outputs: Mapping[str, object]
    evidence: Mapping[str, object]
    actor: str
    tool_version: str
    key_id: str
    fencing_token: int
    previous: str
    mac: str = ""

    def as_json(self) -> dict[str, object]:
        """Return the record as one JSON object, the shape of the export."""
        return {
            "id": self.id,
            "sequence": self.sequence,
            "at": time_text(self.at),
            "environment": self.environment,
            "run": self.run,
            "step": self.step,
            "phase": str(self.phase),
            "inputs_digest": self.inputs_digest,
            "outputs": dict(self.outputs),
            "evidence": dict(self.evidence),
            "actor": self.actor,
            "tool_version": self.tool_version,
            "key_id": self.key_id,
            "fencing_token": self.fencing_token,
            "previous": self.previous,
            "mac": self.mac,
        }


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain; kept elsewhere, it shows when records are cut off."""

    sequence: int
    mac: str

    def __str__(self) -> str:
        return f"{self.sequence}:{self.mac}"

    @classmethod
    def parse(cls, text: str) -> Head:
        """Read ``str(head)`` back; the first 16 digits of its ``mac`` are enough.

        Raises:
            InputError: It is no head.
        """
        found = _HEAD.fullmatch(text.strip())
        if found is None:
            raise InputError(
                f"{text.strip()!r} is not the head of a ledger",
                hint="Give the head as a run prints it: a number, a colon, and at least "
                "16 of its 64 hex digits.",
            )
        return cls(int(found[1]), found[2])


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that holds a lease.

    Attributes:
        started: Tells this process from a later one with its pid; empty when
            the system does not say.
    """

    host: str
    pid: int
    started: str = ""

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to change one environment, until it expires.

    Attributes:
        token: Grows by one with every taking; every append carries it.
        run: Empty when nobody holds the lease.
        reason: What the holder does, as ``playbook staging``.
        since: When it was taken, UTC.
        heartbeat_at: When the holder last showed itself, UTC.
        expires_at: From when on anybody may take it, UTC.
    """

    environment: str
    token: int
    run: str
    holder: Holder
    reason: str
    since: datetime
    heartbeat_at: datetime
    expires_at: datetime

    @property
    def is_held(self) -> bool:
        """Whether somebody holds it, dead or alive."""
        return bool(self.run)

    def as_json(self) -> dict[str, object]:
        """Return who holds it, for errors and evidence."""
        return {
            "environment": self.environment,
            "run": self.run,
            "host": self.holder.host,
            "pid": self.holder.pid,
            "reason": self.reason,
            "since": time_text(self.since),
            "heartbeat_at": time_text(self.heartbeat_at),
            "expires_at": time_text(self.expires_at),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A place in the queue of one environment, first come, first served.

    Attributes:
        number: The lower, the earlier.
        reason: What is waited for, as ``release staging``.
        since: When it was taken, UTC.
        expires_at: From when on the place is free, unless its holder shows itself.
    """

    environment: str
    number: int
    holder: Holder
    reason: str
    since: datetime
    expires_at: datetime

    def as_json(self) -> dict[str, object]:
        """Return who waits, for output."""
        return {
            "environment": self.environment,
            "number": self.number,
            "host": self.holder.host,
            "pid": self.holder.pid,
            "reason": self.reason,
            "since": time_text(self.since),
            "expires_at": time_text(self.expires_at),
        }


def time_text(at: datetime) -> str:
    """Return a time as text that sorts: UTC, microseconds, always 32 characters."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def time_of(text: str) -> datetime:
    """Read ``time_text`` back.

    Raises:
        ValueError: It is no time.
    """
    return datetime.fromisoformat(text)
