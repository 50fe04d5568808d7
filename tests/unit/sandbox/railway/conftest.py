"""A sandbox with Railway alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from launchbook.sandbox.railway import build
from launchbook.sandbox.settings import Settings
from tests.support.names import PlainNames
from tests.support.railway_account import Account
from tests.support.sandbox import Sandbox, sandbox_running


@pytest.fixture
def railway(tmp_path: Path) -> Iterator[Sandbox]:
    with sandbox_running(Settings(tmp_path / "emulator"), [build]) as one:
        yield one


@pytest.fixture
def account(railway: Sandbox) -> Account:
    return Account(railway).open_project()


@pytest.fixture(scope="session")
def shared_railway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox for all tests that only ask the API."""
    home = tmp_path_factory.mktemp("railway") / "emulator"
    with sandbox_running(Settings(home), [build]) as one:
        yield one


@pytest.fixture
def api(shared_railway: Sandbox) -> Account:
    """A project of this test's own on the shared sandbox, without faults."""
    shared_railway.world.faults.clear()
    return Account(shared_railway).open_project()


@pytest.fixture
def names(shared_railway: Sandbox) -> PlainNames:
    """What the shared sandbox's vendor sees of DNS: nothing at first."""
    plain = PlainNames()
    shared_railway.world.names = plain
    return plain
