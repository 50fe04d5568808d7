"""Fixtures: two sandboxes that many tests share, one provisioned and one empty.

Each belongs to one worker: tests of the first are in the group ``journey``, tests of
the second in the group ``empty``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.journey import Journey, Provisioned, journey_running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def provisioned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provisioned]:
    """Staging, provisioned once from nothing."""
    with journey_running(tmp_path_factory.mktemp("journey")) as journey:
        yield Provisioned(journey)


@pytest.fixture
def journey(provisioned: Provisioned) -> Journey:
    """A verified staging environment."""
    return provisioned.fresh()


@pytest.fixture
def torn(provisioned: Provisioned, journey: Journey) -> Iterator[Journey]:
    """A verified staging environment that is put back whole afterwards.

    For what no run mends: strays, values that cannot be read back, a lost ledger.
    """
    yield journey
    provisioned.put_back()


@pytest.fixture
def shop(journey: Journey, tmp_path: Path) -> Journey:
    """A verified staging environment, and a working folder to change."""
    return journey.elsewhere(tmp_path / "shop")


@pytest.fixture(scope="session")
def empty_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    """A sandbox to be emptied again and again."""
    with journey_running(tmp_path_factory.mktemp("empty")) as journey:
        yield journey


@pytest.fixture
def nothing(empty_world: Journey, tmp_path: Path) -> Journey:
    """An empty sandbox, and a state folder without keys, secrets or a ledger."""
    if empty_world.sandbox.mutating_count():
        emptied = empty_world.run("sandbox.reset", "--yes")
        assert 0 == emptied.status, emptied.err
    empty_world.sandbox.control("DELETE", "/faults")
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    (home / "emulator").symlink_to(empty_world.home / "emulator")
    journey = Journey(empty_world.sandbox, empty_world.root, home)
    prepared = journey.run("sandbox.up")
    assert 0 == prepared.status, prepared.err
    return journey
