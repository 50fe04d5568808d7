"""How long the phases of a release took, from what its run has recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from launchbook.engine.step import Moment

BEGUN: Final = "applying"
DONE: Final = "verified"
WHOLE: Final = "whole"


def began_at(moments: Sequence[Moment], now: datetime) -> datetime:
    """Return when a run began; now for one that has recorded nothing."""
    return min((each.at for each in moments), default=now)


def stretches(
    moments: Sequence[Moment], began: datetime
) -> Mapping[str, tuple[float, float]]:
    """Return the begin and the end of each step that wrote, in seconds after a time."""
    found: dict[str, tuple[float, float]] = {}
    begun: dict[str, float] = {}
    for each in moments:
        at = (each.at - began).total_seconds()
        if each.phase == BEGUN:
            begun.setdefault(each.step, at)
        if each.phase == DONE and each.step in begun:
            found[each.step] = (begun[each.step], at)
    return found


def timings(moments: Sequence[Moment], now: datetime) -> Mapping[str, float]:
    """Return the seconds of each step that wrote, and of the whole run."""
    begun: dict[str, datetime] = {}
    found: dict[str, float] = {}
    for each in moments:
        if each.phase == BEGUN:
            begun.setdefault(each.step, each.at)
        if each.phase == DONE and each.step in begun:
            found[each.step] = round((each.at - begun[each.step]).total_seconds(), 3)
    found[WHOLE] = round((now - began_at(moments, now)).total_seconds(), 3)
    return found
