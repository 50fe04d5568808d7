"""Letting one named thing pass: with a reason, recorded, and not for ever.

An override of the plan's guard counts for one run. One of a gate's item counts for
the subject that it was given for (a commit) and for some time, so that the same
command can be run again; both are in the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from threading import Lock
from typing import TYPE_CHECKING, Final

from launchbook.errors import InputError
from launchbook.model.gate import Granted
from launchbook.model.record import time_of, time_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from launchbook.engine.step import Note

LARGE_CHANGE: Final = "large-change"
"""The plan's guard; there is no override of all."""
EVENT: Final = "override"
"""``evidence.event`` of the record of one."""


@dataclass(frozen=True, slots=True)
class Override:
    """One thing that this run may pass, and why."""

    name: str
    reason: str


class Overrides:
    """Those given now, and those given before that still count. Thread-safe.

    Args:
        given: With this run.
        notes: The ledger's records of earlier ones, oldest first.
        now: UTC.
        lifetime_seconds: How long a new one counts.
    """

    def __init__(
        self,
        given: Iterable[Override] = (),
        notes: Iterable[Note] = (),
        *,
        now: datetime,
        lifetime_seconds: float = 0.0,
    ) -> None:
        self._given = {each.name: each.reason for each in given}
        self._earlier = [each for each in map(granted_of, notes) if each.until > now]
        self._until = now + timedelta(seconds=lifetime_seconds)
        self._used: dict[str, Granted] = {}
        self._new: list[Granted] = []
        self._lock = Lock()

    def find(self, name: str, subject: str) -> Granted | None:
        """Return the override of a thing, or None; looking is not using."""
        if name in self._given:
            return Granted(name, self._given[name], subject, self._until)
        matching = [
            each
            for each in self._earlier
            if (each.name, each.subject) == (name, subject)
        ]
        return matching[-1] if matching else None

    def use(self, granted: Iterable[Granted]) -> None:
        """Take note that these let something pass."""
        with self._lock:
            for each in granted:
                if each.name not in self._used and not each.actor:
                    self._new.append(each)
                self._used.setdefault(each.name, each)

    def take_new(self) -> tuple[Granted, ...]:
        """Return what is to be recorded, once."""
        with self._lock:
            new, self._new = tuple(self._new), []
            return new

    @property
    def used(self) -> tuple[Granted, ...]:
        """Everything that let something pass, in that order."""
        with self._lock:
            return tuple(self._used.values())


def evidence_of(granted: Granted) -> dict[str, object]:
    """Return what the ledger keeps of an override."""
    return {
        "event": EVENT,
        "name": granted.name,
        "reason": granted.reason,
        "subject": granted.subject,
        "until": time_text(granted.until),
    }


def granted_of(note: Note) -> Granted:
    """Read an override back; one of a single run counts no more."""
    facts = note.evidence
    until = facts.get("until")
    return Granted(
        name=str(facts.get("name", "")),
        reason=str(facts.get("reason", "")),
        subject=str(facts.get("subject", "")),
        until=time_of(str(until)) if until else note.at,
        actor=note.actor,
    )


def require_known(
    overrides: Iterable[Override], known: Collection[str] = (LARGE_CHANGE,)
) -> None:
    """Refuse an override that names nothing, or gives no reason.

    Raises:
        InputError: One of the two.
    """
    for override in overrides:
        if override.name not in known:
            near = get_close_matches(override.name, sorted(known), n=1, cutoff=0.0)
            raise InputError(
                f"nothing is called {override.name!r} that could be overridden",
                hint=f"Type --override {(near or [LARGE_CHANGE])[0]} instead.",
                details={"known": sorted(known)},
            )
        if not override.reason.strip():
            raise InputError(
                f"the override {override.name} has no reason",
                hint=f'Type --override {override.name} --reason "..." with a reason '
                "that the ledger can keep.",
            )
