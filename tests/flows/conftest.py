"""One provisioned world for all flows; each test gets it as it was."""

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
def nothing(provisioned: Provisioned) -> Journey:
    """An empty sandbox, without a ledger."""
    return provisioned.fresh(Provisioned.EMPTY)


@pytest.fixture
def shop(journey: Journey, tmp_path: Path) -> Journey:
    """A verified staging environment, and a working folder to change."""
    return journey.elsewhere(tmp_path / "shop")
