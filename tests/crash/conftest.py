"""A sandbox of its own for runs that are killed; each test gets it empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.journey import Journey, journey_running

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def _doomed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    with journey_running(tmp_path_factory.mktemp("crash")) as journey:
        yield journey


@pytest.fixture
def doomed(_doomed: Journey) -> Journey:
    """An empty sandbox, a new ledger, no faults."""
    if _doomed.ledger.exists():
        emptied = _doomed.run("sandbox.reset", "--yes")
        assert 0 == emptied.status, emptied.err
    return _doomed
