from __future__ import annotations

from datetime import UTC, datetime

import pytest

from launchbook.model.gate import Verdict
from launchbook.release.freeze import judge_freezes, read_freezes

HOLIDAYS = {
    "name": "holidays",
    "reason": "nobody is there",
    "from": "2026-12-18 15:00",
    "until": "2027-01-04 08:00",
    "time_zone": "Europe/Stockholm",
}
WEEKEND = {
    "name": "weekend",
    "reason": "nobody is there on a weekend",
    "weekly": {"from": "fri 15:00", "until": "mon 06:00"},
    "time_zone": "Europe/Stockholm",
}
LUNCH = {
    "name": "lunch",
    "reason": "the kitchen is busy",
    "weekly": {"from": "tue 11:00", "until": "tue 13:00"},
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "is_frozen"),
    [
        ("2026-12-18 13:59", False),
        ("2026-12-18 14:00", True),
        ("2027-01-04 06:59", True),
        ("2027-01-04 07:00", False),
    ],
)
def test_a_single_freeze_holds_from_its_beginning_to_its_end(
    now: str, *, is_frozen: bool
) -> None:
    found = judge_freezes(read_freezes([HOLIDAYS]), at(now))
    assert is_frozen is found.is_blocking


@pytest.mark.parametrize(
    ("now", "is_frozen"),
    [
        ("2026-11-20 13:59", False),  # Friday, winter: Stockholm is UTC+1
        ("2026-11-20 14:00", True),
        ("2026-11-23 04:59", True),
        ("2026-11-23 05:00", False),
        ("2026-06-19 12:59", False),  # Friday, summer: Stockholm is UTC+2
        ("2026-06-19 13:00", True),
        ("2026-10-26 04:59", True),  # the clock was set back that Sunday
        ("2026-10-26 05:00", False),
        ("2026-11-18 12:00", False),
    ],
)
def test_a_weekly_freeze_follows_the_clock_of_its_zone(
    now: str, *, is_frozen: bool
) -> None:
    found = judge_freezes(read_freezes([WEEKEND]), at(now))
    assert is_frozen is found.is_blocking


def test_a_freeze_within_one_day_comes_back_next_week() -> None:
    (lunch,) = read_freezes([LUNCH])
    now = at("2026-11-17 12:00")
    current, coming = lunch.current(now), lunch.coming(now)
    assert current is not None
    assert coming is not None
    assert (at("2026-11-17 13:00"), at("2026-11-24 11:00")) == (
        current.ends_at,
        coming.begins_at,
    )


def test_a_refusal_says_which_and_until_when() -> None:
    found = judge_freezes(read_freezes([WEEKEND, LUNCH]), at("2026-11-21 12:00"))
    assert ("freeze", Verdict.FAIL) == (found.name, found.verdict)
    assert (
        "weekend until 2026-11-23 05:00 UTC: nobody is there on a weekend"
        == found.words
    )


def test_of_several_freezes_the_one_that_ends_last_is_told() -> None:
    found = judge_freezes(read_freezes([WEEKEND, HOLIDAYS]), at("2026-12-19 12:00"))
    assert found.words.startswith("holidays until 2027-01-04 07:00 UTC")


def test_nothing_is_frozen_where_nothing_is_said() -> None:
    assert not judge_freezes((), at("2026-11-21 12:00")).is_blocking


def test_a_past_freeze_does_not_come_again() -> None:
    (holidays,) = read_freezes([HOLIDAYS])
    assert holidays.coming(at("2027-02-01 00:00")) is None
