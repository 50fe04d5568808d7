"""One sandbox a module with this vendor alone; every test makes its own project."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from launchbook.sandbox.settings import Settings
from launchbook.sandbox.vercel import build
from tests.support.sandbox import Sandbox, sandbox_running
from tests.support.vercel_world import Vercel

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def vercel_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    home = tmp_path_factory.mktemp("vercel") / "emulator"
    with sandbox_running(Settings(home), [build]) as one:
        yield one


@pytest.fixture
def vercel(vercel_sandbox: Sandbox) -> Iterator[Vercel]:
    yield Vercel(vercel_sandbox)
    vercel_sandbox.control("DELETE", "/faults")
