"""A release is watched to the end of its time, and no longer than it is well."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from launchbook.engine.memory import Memory
from launchbook.engine.step import Note
from launchbook.errors import BakeFailed, GateInconclusive
from launchbook.steps.release_bake import Inputs, ReleaseBake
from tests.support.capsules import capsule, identity
from tests.support.domains import context
from tests.support.transport import JumpingClock
from tests.support.visitor import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from launchbook.engine.step import Context
    from launchbook.model.railway import Deployment, ServiceScope

WELL: dict[str, Any] = {
    "https://backend.example/health": (200, {}, f'{{"build": "{identity(1)}"}}'),
    "https://customer.example/build.json": (
        *(200, {}),
        f'{{"identity": "{identity(1)}"}}',
    ),
}
ILL = {**WELL, "https://backend.example/health": (503, {}, "{}")}


class Nobody:
    """A platform that is not asked: what has no address is not watched."""

    def read_deployments(self, scope: ServiceScope) -> Sequence[Deployment]:
        raise AssertionError(scope)


class Begun(Memory):
    """A ledger that says that the watch began a while ago."""

    def __init__(self, key: str, seconds: float) -> None:
        super().__init__(None, "production")
        at = JumpingClock().now() - timedelta(seconds=seconds)
        self._note = Note(at, "ada@desk", {"key": key})

    def begun(self, step: str) -> Note | None:
        return self._note


def step(answers: dict[str, Any]) -> ReleaseBake:
    return ReleaseBake(Table(dict(answers)), Nobody())


def inputs(seconds: float = 900, least: int = 10) -> Inputs:
    surfaces = {each.name: each.as_json() for each in capsule(1).surfaces}
    return Inputs(surfaces, seconds, 30, least)


def watched(given: Inputs, answers: dict[str, Any], here: Context) -> dict[str, Any]:
    made = step(answers)
    made.apply(given, None, here)
    return dict(made.verify(given, here).evidence)


def test_it_is_watched_for_its_time_round_by_round() -> None:
    clock = JumpingClock()
    seen = watched(inputs(), WELL, context(clock))
    assert ("pass", 30, 60) == (seen["verdict"], seen["rounds"], seen["requests"])
    assert 900 == clock.monotonic()


def test_requests_that_are_missing_are_made_up_and_counted() -> None:
    seen = watched(inputs(seconds=60, least=20), WELL, context())
    assert (20, 16) == (seen["requests"], seen["made_up_requests"])


def test_what_is_hard_down_is_told_at_once() -> None:
    clock = JumpingClock()
    with pytest.raises(BakeFailed, match="hard down") as caught:
        step(ILL).apply(inputs(), None, context(clock))
    assert 60 == clock.monotonic()
    assert "backend: /health answers 503" in str(caught.value.details["last_problems"])


def test_another_identity_than_the_releases_is_bad() -> None:
    other = {
        **WELL,
        "https://customer.example/build.json": (200, {}, '{"identity": "x"}'),
    }
    with pytest.raises(BakeFailed, match="customer: shows x"):
        step(other).apply(inputs(), None, context())


def test_too_few_requests_are_no_verdict() -> None:
    with pytest.raises(GateInconclusive):
        step(WELL).apply(inputs(seconds=30, least=10_000), None, context())


def test_a_watch_that_was_cut_off_is_not_begun_again() -> None:
    clock = JumpingClock()
    here = replace(context(clock), history=Begun("k", 600))
    watched(inputs(), WELL, here)
    assert 300 == clock.monotonic()


def test_a_watch_of_something_else_counts_nothing() -> None:
    clock = JumpingClock()
    watched(inputs(), WELL, replace(context(clock), history=Begun("other", 600)))
    assert 900 == clock.monotonic()
