"""One sandbox a module with this vendor alone; every test makes its own project."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from launchbook.sandbox.settings import Settings
from launchbook.sandbox.vercel import build
from tests.support.names import PlainNames
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
def names(vercel_sandbox: Sandbox) -> PlainNames:
    """What the vendor sees of DNS: every name leads to it, unless a test says so."""
    plain = PlainNames("cname.vercel-dns.localhost")
    vercel_sandbox.world.names = plain
    return plain


@pytest.fixture
def vercel(vercel_sandbox: Sandbox, names: PlainNames) -> Iterator[Vercel]:
    del names
    yield Vercel(vercel_sandbox)
    vercel_sandbox.control("DELETE", "/faults")
