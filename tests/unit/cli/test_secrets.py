from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from launchbook.config.keys import KeyRing
from launchbook.config.secret import SecretStore
from launchbook.redact import Secret
from tests.support.workspace import shipped

if TYPE_CHECKING:
    from pathlib import Path

    from launchbook.config.workspace import Workspace
    from tests.support.command import Shell

PROGRAM = "from launchbook.cli.program import main; main()"


def run(
    workspace: Workspace, *words: str, typed: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run one command in the working folder; what is typed comes by a pipe."""
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *words],
        cwd=workspace.root,
        env={**os.environ, "LAUNCHBOOK_HOME": str(workspace.home)},
        input=typed,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_secret_is_kept_encrypted_and_never_shown(tmp_path: Path) -> None:
    workspace = shipped(tmp_path)
    words = ("secrets.set", "JWT_SECRET", "--environment", "production")
    done = run(workspace, *words, "--platforms", "live", typed="hunter22\n")
    assert (0, "") == (done.returncode, done.stderr)
    assert "hunter22" not in done.stdout
    path = workspace.secrets_file("production", "live")
    store = SecretStore(path, KeyRing.open(workspace.home))
    assert Secret("hunter22") == store.get("JWT_SECRET")
    assert [path] == list(path.parent.iterdir())


def test_names_are_listed_without_writing_anything(tmp_path: Path) -> None:
    workspace = shipped(tmp_path)
    done = run(workspace, "secrets.names", "--json")
    assert 0 == done.returncode
    assert [] == json.loads(done.stdout)["names"]
    assert not workspace.home.exists()


def test_an_empty_value_is_refused(tmp_path: Path) -> None:
    done = run(shipped(tmp_path), "secrets.set", "JWT_SECRET")
    assert 2 == done.returncode
    assert "error[input-error]: the value of JWT_SECRET is empty" in done.stderr


def test_names_are_listed_in_order_and_without_values(
    shell: Shell, workspace: Workspace
) -> None:
    path = workspace.secrets_file("staging", "sandbox")
    store = SecretStore(path, KeyRing.open(workspace.home))
    store.add({"TOKEN": Secret("hunter22"), "JWT_SECRET": Secret("hunter33")})
    typed = shell.type("secrets.names")
    assert (0, "JWT_SECRET\nTOKEN\n", "") == (typed.status, typed.out, typed.err)


def test_an_environment_without_secrets_says_so(
    shell: Shell, workspace: Workspace
) -> None:
    path = workspace.secrets_file("production", "sandbox")
    typed = shell.type("secrets.names", "--environment", "production")
    assert [f"no secret has a value in {path}"] == typed.lines


@pytest.mark.parametrize("name", ["JWT-SECRET", "1ST", "A B", "secret:JWT"])
def test_a_name_that_no_reference_can_name_is_refused(
    shell: Shell, workspace: Workspace, name: str
) -> None:
    typed = shell.type("secrets.set", name)
    assert 2 == typed.status
    assert f"{name!r} is no name of a secret" in typed.err
    assert not workspace.home.exists()
