from __future__ import annotations

from datetime import timedelta

from launchbook.engine.step import Moment
from launchbook.release.timing import began_at, stretches, timings
from tests.support.capsules import MORNING


def moment(step: str, phase: str, seconds: float) -> Moment:
    return Moment(step, phase, MORNING + timedelta(seconds=seconds), "ada@desk")


MOMENTS = (
    moment("", "planned", 0),
    moment("customer", "applying", 1),
    moment("backend", "applying", 2),
    moment("customer", "verified", 4.5),
    moment("backend", "failed", 5),
)
END = MORNING + timedelta(seconds=6)


def test_each_step_that_was_proven_has_its_seconds_and_so_has_the_whole() -> None:
    assert {"customer": 3.5, "whole": 6.0} == timings(MOMENTS, END)


def test_each_step_that_was_proven_has_its_begin_and_end() -> None:
    assert {"customer": (1.0, 4.5)} == stretches(MOMENTS, MORNING)


def test_a_run_that_recorded_nothing_begins_now() -> None:
    assert END == began_at((), END)
    assert {"whole": 0.0} == timings((), END)
