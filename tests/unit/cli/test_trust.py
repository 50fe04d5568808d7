"""Trust in the sandbox's certificates, with a certutil that only takes notes."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.command import Shell

if TYPE_CHECKING:
    from pathlib import Path

    from launchbook.config.workspace import Workspace

pytestmark = pytest.mark.skipif(
    sys.platform == "darwin", reason="macOS keeps what is trusted in a keychain"
)

CERTUTIL = """#!/bin/sh
# Keeps the nicknames of a database in its file, one a line.
action=$1
while [ $# -gt 0 ]; do
  case "$1" in
    -d) file="${2#sql:}/cert9.db" ;;
    -n) name=$2 ;;
  esac
  shift
done
case "$action" in
  -N) : > "$file" ;;
  -A) [ -w "$file" ] && echo "$name" >> "$file" ;;
  -L) grep -qx "$name" "$file" ;;
  -D) grep -vx "$name" "$file" > "$file.new"; mv "$file.new" "$file" ;;
esac
"""
NAME = "Launchbook sandbox\n"


@pytest.fixture
def shell(workspace: Workspace, tmp_path: Path) -> Shell:
    """A user with a folder of their own, certutil, and a sandbox that runs."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "certutil").write_text(CERTUTIL)
    (tools / "certutil").chmod(0o755)
    vendor = {
        "api": "https://127.0.0.1:1",
        "token": "t",
        "team": "t",
        "organization": "o",
    }
    facts = {
        "pid": os.getpid(),
        "started_at": "2030-01-02T03:04:05+00:00",
        "control": "http://127.0.0.1:1",
        "control_token": "t",
        "railway": vendor,
        "vercel": vendor,
        "supabase": vendor,
        "edge_port": 8443,
        "edge_http_port": 8080,
        "cloudflare": {"api": "https://c", "token": "t", "account": "a1"},
        "dns": {"nameservers": ["127.0.0.1:5300"]},
        "pooler": {"session_port": 1, "transaction_port": 2},
        "ca_file": str(workspace.home / "emulator" / "ca" / "ca.pem"),
    }
    emulator = workspace.home / "emulator"
    emulator.mkdir(parents=True)
    (emulator / "endpoints.json").write_text(json.dumps(facts))
    environ = {
        "LAUNCHBOOK_HOME": str(workspace.home),
        "HOME": str(tmp_path / "user"),
        "PATH": f"{tools}:/usr/bin:/bin",
    }
    return Shell(workspace.root, environ)


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """What Chromium reads."""
    return tmp_path / "user" / ".pki" / "nssdb" / "cert9.db"


@pytest.fixture
def firefox(tmp_path: Path) -> Path:
    """The database of a Firefox profile that holds another certificate."""
    file = tmp_path / "user" / ".mozilla" / "firefox" / "a.default" / "cert9.db"
    file.parent.mkdir(parents=True)
    file.write_text("Somebody else\n")
    return file


def test_trust_goes_to_every_database_of_the_user_and_back(
    shell: Shell, shared: Path, firefox: Path
) -> None:
    told = shell.type("sandbox.trust")
    assert (0, "") == (told.status, told.err)
    assert [f"  in {shared.parent}", f"  in {firefox.parent}"] == told.lines[1:3]
    assert "invoke sandbox.untrust" in told.lines[-1]
    assert (NAME, "Somebody else\n" + NAME) == (shared.read_text(), firefox.read_text())
    assert 0 == shell.type("sandbox.untrust").status
    assert ("", "Somebody else\n") == (shared.read_text(), firefox.read_text())


def test_trusting_twice_keeps_one_certificate(shell: Shell, shared: Path) -> None:
    for _ in range(2):
        assert 0 == shell.type("sandbox.trust").status
    assert NAME == shared.read_text()


def test_taking_back_what_nobody_gave_is_fine(shell: Shell, shared: Path) -> None:
    told = shell.type("sandbox.untrust")
    assert (0, ["this user's browsers did not trust the sandbox"]) == (
        told.status,
        told.lines,
    )
    assert not shared.exists()


def test_both_say_in_json_where(shell: Shell, shared: Path) -> None:
    told = shell.type("sandbox.trust", "--json").records
    told += shell.type("sandbox.untrust", "--json").records
    assert [("sandbox-trusted", [str(shared.parent)]),
            ("sandbox-untrusted", [str(shared.parent)])] == [
        (each["kind"], each["stores"]) for each in told
    ]  # fmt: skip


def test_a_missing_tool_is_named_with_its_package_and_nothing_is_made(
    shell: Shell, shared: Path
) -> None:
    told = Shell(shell.folder, {**shell.environ, "PATH": "/nowhere"}).type(
        "sandbox.trust"
    )
    assert (2, "") == (told.status, told.out)
    assert "error[input-error]: certutil is not installed" in told.err
    assert "libnss3-tools" in told.err
    assert not shared.parent.exists()


def test_a_tool_that_refuses_is_quoted(shell: Shell, shared: Path) -> None:
    shared.mkdir(parents=True)
    told = shell.type("sandbox.trust")
    assert 2 == told.status
    assert "error[input-error]: certutil refused: " in told.err


def test_without_a_sandbox_there_is_nothing_to_trust(
    shell: Shell, workspace: Workspace
) -> None:
    (workspace.home / "emulator" / "endpoints.json").unlink()
    assert 8 == shell.type("sandbox.trust").status
