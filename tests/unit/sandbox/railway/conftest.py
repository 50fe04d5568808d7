"""A sandbox with Railway alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from launchbook.sandbox.railway import build
from launchbook.sandbox.settings import Settings
from tests.support.railway_account import Account
from tests.support.sandbox import Sandbox, sandbox_running


@pytest.fixture
def railway(tmp_path: Path) -> Iterator[Sandbox]:
    with sandbox_running(Settings(tmp_path / "emulator"), [build]) as one:
        yield one


@pytest.fixture
def account(railway: Sandbox) -> Account:
    return Account(railway).open_project()
