"""Freezes: when nothing is released, once or every week, in the product's own time.

A rollback is never frozen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final, cast
from zoneinfo import ZoneInfo

from launchbook.model.gate import Finding, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

FREEZE: Final = "freeze"
"""Name of the gate's item, and so of its override."""
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Window:
    """One time of a freeze, UTC; the end is outside."""

    begins_at: datetime
    ends_at: datetime

    def holds(self, now: datetime) -> bool:
        """Whether a time is within it."""
        return self.begins_at <= now < self.ends_at


@dataclass(frozen=True, slots=True)
class Moment:
    """A time of the week, as ``fri 15:00``."""

    day: int
    at: time

    def within(self, monday: datetime, zone: ZoneInfo) -> datetime:
        """Return it in the week of a Monday, UTC; the zone's own clock decides."""
        day = monday.date() + timedelta(days=self.day)
        return datetime.combine(day, self.at, zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Freeze:
    """A freeze by its name.

    Attributes:
        once: From when until when; None for one that comes every week.
        weekly: First and last moment of the week; None for a single one.
        zone: Whose clock the week's times are of.
    """

    name: str
    reason: str
    once: Window | None = None
    weekly: tuple[Moment, Moment] | None = None
    zone: str = "UTC"

    def current(self, now: datetime) -> Window | None:
        """Return the time that is frozen now, or None."""
        return next((each for each in self._windows(now) if each.holds(now)), None)

    def coming(self, now: datetime) -> Window | None:
        """Return the next time after now, or None."""
        later = [each for each in self._windows(now) if each.begins_at > now]
        return min(later, key=lambda each: each.begins_at, default=None)

    def _windows(self, now: datetime) -> Iterator[Window]:
        """The single one, or those of the weeks around now."""
        if self.once is not None:
            yield self.once
        if self.weekly is None:
            return
        begin, end = self.weekly
        zone = ZoneInfo(self.zone)
        local = now.astimezone(zone)
        monday = local - timedelta(days=local.weekday())
        for weeks in (-1, 0, 1):
            first = monday + weeks * WEEK
            begins_at, ends_at = begin.within(first, zone), end.within(first, zone)
            if ends_at <= begins_at:
                ends_at = end.within(first + WEEK, zone)
            yield Window(begins_at, ends_at)


def read_freezes(entries: Iterable[Mapping[str, Any]]) -> tuple[Freeze, ...]:
    """Return the freezes of the inventory, which its schema accepted."""
    return tuple(map(_read, entries))


def judge_freezes(freezes: Iterable[Freeze], now: datetime) -> Finding:
    """Say whether releases are frozen now, by which, and until when."""
    found = [(each, window) for each in freezes if (window := each.current(now))]
    if not found:
        return Finding(FREEZE, Verdict.PASSED, "nothing is frozen now")
    freeze, window = max(found, key=lambda each: each[1].ends_at)
    words = f"{freeze.name} until {shown(window.ends_at)}: {freeze.reason}"
    evidence = {"name": freeze.name, "until": window.ends_at.isoformat()}
    return Finding(FREEZE, Verdict.FAIL, words, evidence)


def shown(at: datetime) -> str:
    """Return a time for a person."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _read(entry: Mapping[str, Any]) -> Freeze:
    zone = str(entry.get("time_zone", "UTC"))
    name, reason = str(entry["name"]), str(entry["reason"])
    if "weekly" in entry:
        weekly = cast("Mapping[str, str]", entry["weekly"])
        span = (_moment(weekly["from"]), _moment(weekly["until"]))
        return Freeze(name, reason, weekly=span, zone=zone)
    window = Window(_time(entry["from"], zone), _time(entry["until"], zone))
    return Freeze(name, reason, once=window, zone=zone)


def _moment(text: str) -> Moment:
    day, _, at = text.partition(" ")
    return Moment(DAYS.index(day), time.fromisoformat(at))


def _time(text: str, zone: str) -> datetime:
    """A time as ``2026-12-18 15:00``, by the clock of a zone."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
