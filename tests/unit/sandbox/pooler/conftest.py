"""One project behind the pooler, healthy, for all tests of a module."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from launchbook.sandbox.settings import Settings
from launchbook.sandbox.supabase import build
from tests.support.sandbox import Sandbox, sandbox_running
from tests.support.supabase_world import Project, Supabase

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def supabase_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    home = tmp_path_factory.mktemp("supabase") / "emulator"
    with sandbox_running(Settings(home), [build]) as one:
        yield one


@pytest.fixture
def supabase(supabase_sandbox: Sandbox) -> Iterator[Supabase]:
    yield Supabase(supabase_sandbox)
    supabase_sandbox.control("DELETE", "/faults")


@pytest.fixture(scope="module")
def project(supabase_sandbox: Sandbox) -> Project:
    return Supabase(supabase_sandbox).project()
