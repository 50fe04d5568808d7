"""Ctrl-C as a flag."""

from __future__ import annotations

import signal

import pytest

from launchbook.engine.interruption import InterruptibleClock, Interruption
from tests.support.toy import ToyClock


def test_the_first_ctrl_c_sets_the_flag_and_the_second_is_not_held_back() -> None:
    interruption = Interruption()
    with interruption.watching():
        signal.raise_signal(signal.SIGINT)
        assert interruption.is_set
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.default_int_handler is signal.getsignal(signal.SIGINT)


def test_a_sleep_ends_when_the_flag_is_set() -> None:
    interruption = Interruption()

    class Clock(ToyClock):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            if len(self.slept) == 3:
                interruption.set()

    clock = Clock()
    with pytest.raises(KeyboardInterrupt):
        InterruptibleClock(clock, interruption).sleep(60)
    assert 3 == len(clock.slept)


def test_an_undisturbed_sleep_lasts_as_long_as_it_should() -> None:
    clock = ToyClock()
    interruptible = InterruptibleClock(clock, Interruption())
    interruptible.sleep(1.1)
    assert pytest.approx(1.1) == sum(clock.slept)
    assert pytest.approx(1.1) == interruptible.monotonic()
    assert interruptible.now().tzinfo is not None


def test_nobody_falls_asleep_after_the_flag_was_set() -> None:
    clock, interruption = ToyClock(), Interruption()
    interruption.set()
    with pytest.raises(KeyboardInterrupt):
        InterruptibleClock(clock, interruption).sleep(1)
    assert [] == clock.slept
