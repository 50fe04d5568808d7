"""Waiting for a platform."""

from __future__ import annotations

from itertools import count

import pytest

from launchbook.engine.poll import DELAYS, LONGEST_DELAY_SECONDS, until
from launchbook.errors import NotReady
from tests.support.toy import ToyClock


def test_what_is_done_at_the_first_look_is_not_waited_for() -> None:
    clock = ToyClock()
    assert 7 == until(
        lambda: 7, lambda value: True, clock=clock, deadline_seconds=9, what="it"
    )
    assert [] == clock.slept


def test_rests_grow_and_then_stay() -> None:
    clock = ToyClock()
    numbers = count()
    until(
        lambda: next(numbers),
        lambda value: value == 30,
        clock=clock,
        deadline_seconds=900,
        what="it",
    )
    assert 30 == len(clock.slept)
    assert sorted(clock.slept) == clock.slept
    assert (0.1, LONGEST_DELAY_SECONDS) == (clock.slept[0], clock.slept[-1])
    assert LONGEST_DELAY_SECONDS == DELAYS[-1]


def test_the_last_look_is_at_the_deadline() -> None:
    clock = ToyClock()
    looks: list[float] = []
    with pytest.raises(NotReady, match="the letter was not ready within 5 s"):
        until(
            lambda: looks.append(clock.monotonic()),
            lambda value: False,
            clock=clock,
            deadline_seconds=5,
            what="the letter",
            delays=(2.0,),
        )
    assert [0.0, 2.0, 4.0, 5.0] == [round(look, 3) for look in looks]


def test_an_error_while_reading_is_the_callers() -> None:
    def read() -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        until(read, lambda value: True, clock=ToyClock(), deadline_seconds=1, what="it")
