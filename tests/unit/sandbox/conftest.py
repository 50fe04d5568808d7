"""The frame alone, with a toy instead of the vendors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from launchbook.sandbox.settings import Settings
from tests.support.sandbox import Sandbox, sandbox_running
from tests.support.toy_emulator import build

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def toy_sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with sandbox_running(Settings(tmp_path / "emulator"), [build]) as one:
        yield one
