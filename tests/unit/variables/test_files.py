"""The contract as files: TypeScript types, and values for a developer's machine."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, cast

import pytest

from launchbook.config.inventory import load_inventory
from launchbook.config.package_data import data_root
from launchbook.variables.contract import Contract, read_contracts
from launchbook.variables.dotenv import dotenv_of
from launchbook.variables.typescript import types_of
from tests.support.workspace import shipped

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def backend(tmp_path: Path) -> Contract:
    return read_contracts(load_inventory(shipped(tmp_path)))["backend"]


def test_each_type_is_the_narrowest_that_can_be_said(backend: Contract) -> None:
    text = types_of(backend)
    assert '  LOG_LEVEL?: "debug" | "info" | "warn" | "error";\n' in text
    assert '  FORCE_HTTPS?: "true" | "false";\n' in text
    assert "  JOB_CONCURRENCY?: `${bigint}`;\n" in text
    assert (
        "  DATABASE_URL: `postgresql://${string}` | `postgres://${string}`;\n" in text
    )
    assert "  /** Signs session cookies. Secret */\n  SESSION_SECRET: string;\n" in text


def test_the_shipped_types_are_up_to_date(tmp_path: Path) -> None:
    inventory = load_inventory(shipped(tmp_path))
    apps = cast("dict[str, dict[str, str]]", inventory.product.mapping()["apps"])
    for app, contract in read_contracts(inventory).items():
        path = data_root() / "examples/vocilia" / apps[app]["root"] / "env.d.ts"
        assert types_of(contract) == path.read_text(encoding="utf-8"), (
            "run `invoke env.types`"
        )


VALUES = {
    "LOG_LEVEL": "info",
    "DATABASE_CA": "-----BEGIN-----\nabc$HOME\n-----END-----",
    "SESSION_SECRET": "a\"b'c$d`e\\f",
}


def test_values_come_back_from_a_shell_as_they_were(
    backend: Contract, tmp_path: Path
) -> None:
    path = tmp_path / ".env"
    path.write_text(dotenv_of(backend, VALUES, "development"), encoding="utf-8")
    shell = shutil.which("bash")
    assert shell
    for name, value in VALUES.items():
        printed = subprocess.run(
            [shell, "-c", f'. "{path}"; printf %s "${name}"'],
            capture_output=True,
            text=True,
            check=True,
        )
        assert value == printed.stdout


def test_a_file_of_values_says_what_it_is(backend: Contract) -> None:
    text = dotenv_of(backend, {"LOG_LEVEL": "info"}, "staging")
    assert text.startswith("# backend in staging; made by `invoke env.pull staging`.\n")
    assert "\n# How much is logged\nLOG_LEVEL=info\n" in text
