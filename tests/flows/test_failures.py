"""Whatever fails in a release or on the way back: one release serves, or all is told."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.failures import OUTCOME, Point, Stage, points, said
from tests.support.journey import STAGING, journey_running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.journey import Outcome

pytestmark = [
    pytest.mark.xdist_group("failures"),
    pytest.mark.timeout(180),
    pytest.mark.heavy,
]

POINTS = tuple(points())
ENVIRONMENT = "inventory/environments/staging.yml"
QUIET, LOUD = "log_level: info", "log_level: debug"
GATE, TAKEN_BACK, HUMAN, AWAY = 4, 5, 6, 8
WORDS = {
    "release": ("release.staging",),
    "rollback": ("rollback.staging", "--reason", "as a test"),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Staging, provisioned; rows leave it as they like, and ``stage`` settles it."""
    with journey_running(tmp_path_factory.mktemp("failures")) as journey:
        done = journey.run(STAGING)
        assert 0 == done.status, done.err
        told = subprocess.run(
            ["git", "rev-parse", "HEAD"],
            cwd=journey.work_tree,
            check=True,
            capture_output=True,
            text=True,
        )
        yield Stage(journey, told.stdout.strip())


@pytest.fixture
def stage(world: Stage) -> Stage:
    """The world, served by one whole release."""
    world.settle()
    return world


def outcome_of(
    shown: dict[str, str], old: dict[str, str], new: dict[str, str] | None
) -> str:
    """What serves: OLD, NEW or MIXED; nobody's word counts here."""
    if shown == old:
        return "OLD"
    return "NEW" if shown == new else "MIXED"


def require_told(done: Outcome, shown: dict[str, str], old: dict[str, str]) -> None:
    """See that a mixture is told surface by surface, as it is."""
    assert HUMAN == done.status
    assert "MIXED" in done.err
    told = said(done.err)
    assert shown.keys() == told.keys()
    for surface, (what, whose) in told.items():
        assert what == shown[surface]
        assert ("OLD" in whose) is (shown[surface] == old[surface]), surface


def carried_out(stage: Stage, point: Point) -> Outcome:
    """Type the command while it fails; after a kill, type it once more."""
    words = WORDS[point.command]
    if "nth" in point.fault:
        # One after the other, in the order in which they are written.
        words = (*words, "--workers", "1")
    if point.kill:
        stage.killed(point, *words)
        return stage.journey.run(*words)
    if point.fault:
        stage.order(point)
    return stage.journey.run(*words)


@pytest.mark.parametrize(
    "point", [p for p in POINTS if p.command == "release"], ids=lambda p: p.name
)
def test_a_release_that_fails_leaves_one_release_or_tells_the_mixture(
    stage: Stage, point: Point, record_property: Callable[[str, object], None]
) -> None:
    old, variables = stage.serving(), stage.variables()
    assert stage.recorded() == old
    stage.change(point)
    if point.is_changing_variables:
        stage.journey.edit(ENVIRONMENT, QUIET, LOUD)
    done = carried_out(stage, point)
    if point.is_changing_variables:
        stage.journey.edit(ENVIRONMENT, LOUD, QUIET)
    shown = stage.serving()
    new = stage.recorded() if done.status == 0 else None
    outcome = outcome_of(shown, old, new)
    record_property(OUTCOME, outcome)
    assert outcome in point.ends, done.err
    if outcome == "MIXED":
        require_told(done, shown, old)
    elif outcome == "OLD":
        assert done.status in {GATE, TAKEN_BACK, AWAY}, done.err
        assert stage.recorded() == old
        assert stage.variables() == variables, "what serves is restarted with these"
    else:
        assert 0 == done.status
        assert all(shown[name] != old[name] for name in old)


@pytest.mark.parametrize(
    "point", [p for p in POINTS if p.command == "rollback"], ids=lambda p: p.name
)
def test_a_way_back_that_fails_leaves_one_release_or_tells_the_mixture(
    stage: Stage, point: Point, record_property: Callable[[str, object], None]
) -> None:
    old = stage.serving()
    stage.change()
    released = stage.journey.run(*WORDS["release"])
    assert 0 == released.status, released.err
    new = stage.serving()
    done = carried_out(stage, point)
    shown = stage.serving()
    outcome = outcome_of(shown, old, new)
    record_property(OUTCOME, outcome)
    assert outcome in point.ends, done.err
    if outcome == "OLD":
        assert 0 == done.status, done.err
        assert stage.recorded() == old
    else:
        require_told(done, shown, old)
    stage.journey.sandbox.control("DELETE", "/faults")
    again = stage.journey.run(*WORDS["rollback"])
    assert 0 == again.status, again.err


def test_there_are_at_least_forty_failures() -> None:
    assert 40 <= len(POINTS)
    assert len(POINTS) == len({each.name for each in POINTS})
