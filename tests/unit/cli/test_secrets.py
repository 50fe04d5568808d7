from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from launchbook.config.keys import KeyRing
from launchbook.config.rotation import Rotation, RotationPhase
from launchbook.config.secret_file import SecretStore
from launchbook.redact import Secret
from tests.support.command import Shell
from tests.support.workspace import shipped

if TYPE_CHECKING:
    from launchbook.config.workspace import Workspace
    from tests.support.command import Typed

LONG = "hunter22" * 5
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
    done = run(workspace, *words, "--platforms", "live", typed=f"{LONG}\n")
    assert (0, "") == (done.returncode, done.stderr)
    assert LONG not in done.stdout
    path = workspace.secrets_file("production", "live")
    store = SecretStore(path, KeyRing.open(workspace.home))
    assert Secret(LONG) == store.get("JWT_SECRET")
    assert [path] == list(path.parent.iterdir())


def test_secrets_are_listed_without_writing_anything(tmp_path: Path) -> None:
    workspace = shipped(tmp_path)
    done = run(workspace, "secrets.list", "--json", "--platforms", "live")
    assert 0 == done.returncode
    rows = {each["name"]: each for each in json.loads(done.stdout)["secrets"]}
    assert ("missing", ["backend JWT_SECRET"]) == (
        rows["JWT_SECRET"]["value"],
        rows["JWT_SECRET"]["used_by"],
    )
    assert "not set" == rows["JWT_SECRET_PREVIOUS"]["value"]
    assert ["playbooks, platforms"] == rows["DATABASE_PASSWORD"]["used_by"]
    assert not workspace.home.exists()


def test_an_empty_value_is_refused(tmp_path: Path) -> None:
    done = run(shipped(tmp_path), "secrets.set", "JWT_SECRET")
    assert 2 == done.returncode
    assert "error[input-error]: the value of JWT_SECRET is empty" in done.stderr


def kept(workspace: Workspace, **values: str) -> SecretStore:
    """Secrets of staging on the sandbox."""
    path = workspace.secrets_file("staging", "sandbox")
    store = SecretStore(path, KeyRing.open(workspace.home))
    store.add({name: Secret(value) for name, value in values.items()})
    return store


def test_the_list_says_what_is_set_by_whom_it_is_used_and_never_what_it_is(
    shell: Shell, workspace: Workspace
) -> None:
    kept(workspace, EXTRA="hunter22", JWT_SECRET="j" * 40)
    typed = shell.type("secrets.list")
    lines = {line.split()[0]: " ".join(line.split()) for line in typed.lines}
    assert (0, "") == (typed.status, typed.err)
    assert "EXTRA set - -" == lines["EXTRA"]
    assert "JWT_SECRET set - backend JWT_SECRET" == lines["JWT_SECRET"]
    assert "SESSION_SECRET made up when needed" in lines["SESSION_SECRET"]
    assert "hunter22" not in typed.out


def test_what_live_platforms_miss_is_counted_with_the_next_command(
    shell: Shell,
) -> None:
    typed = shell.type("secrets.list", "--platforms", "live")
    last = typed.lines[-1]
    assert "missing; type `invoke secrets.set DATABASE_PASSWORD" in last


def test_a_value_is_shown_only_when_it_is_asked_for(
    shell: Shell, workspace: Workspace
) -> None:
    kept(workspace, JWT_SECRET="hunter22")
    facts = shell.type("secrets.get", "JWT_SECRET")
    assert ["JWT_SECRET: 8 characters", "held by JWT_SECRET of backend"] == [
        facts.lines[0],
        facts.lines[2],
    ]
    assert "hunter22" not in facts.out
    shown = shell.type("secrets.get", "JWT_SECRET", "--reveal")
    assert (0, "hunter22\n", "") == (shown.status, shown.out, shown.err)


def test_a_secret_without_a_value_is_not_shown(shell: Shell) -> None:
    typed = shell.type("secrets.get", "JWT_SECRET")
    assert 2 == typed.status
    assert "error[missing-secret]: JWT_SECRET has no value" in typed.err


def test_a_made_up_value_keeps_the_contract(shell: Shell, workspace: Workspace) -> None:
    assert 0 == shell.type("secrets.set", "JWT_SECRET", "--generate").status
    value = kept(workspace).get("JWT_SECRET")
    assert value is not None
    assert 43 == len(value.reveal())


def test_a_value_that_no_variable_could_hold_is_refused(tmp_path: Path) -> None:
    done = run(shipped(tmp_path), "secrets.set", "JWT_SECRET", typed="hunter22")
    assert 2 == done.returncode
    assert "has 8 characters, and the contract asks for at least 32" in done.stderr
    assert "hunter22" not in done.stderr


def test_a_secret_that_nothing_refers_to_is_kept_and_said(tmp_path: Path) -> None:
    done = run(shipped(tmp_path), "secrets.set", "JWT_SECERT", typed="hunter22")
    assert 0 == done.returncode
    assert "nothing refers to secret:JWT_SECERT in staging yet" in done.stdout


def test_a_secret_is_not_set_while_it_is_exchanged(
    shell: Shell, workspace: Workspace
) -> None:
    store = kept(workspace, JWT_SECRET="hunter22")
    started = datetime(2026, 1, 1, tzinfo=UTC)
    rotation = Rotation("JWT_SECRET", RotationPhase.SPREADING, started, 0, Secret("x"))
    store.change(lambda content: content.with_rotation(rotation))
    for name in ("JWT_SECRET", "JWT_SECRET_PREVIOUS"):
        typed = shell.type("secrets.set", name, "--generate")
        assert 2 == typed.status
        assert "the rotation of JWT_SECRET is under way (spreading)" in typed.err


# --- in an editor ---------------------------------------------------------------


def editor(folder: Path, script: str) -> str:
    """A program that changes the file which it is given."""
    path = folder / "editor.py"
    path.write_text(
        f"import os, pathlib, sys\npath = pathlib.Path(sys.argv[1])\n{script}"
    )
    return f"{sys.executable} {path}"


def edited(workspace: Workspace, folder: Path, script: str) -> Typed:
    environ = {
        "LAUNCHBOOK_HOME": str(workspace.home),
        "EDITOR": editor(folder, script),
    }
    return Shell(workspace.root, environ).type("secrets.edit")


def test_an_editor_adds_changes_and_removes(
    workspace: Workspace, tmp_path: Path
) -> None:
    kept(workspace, GONE="hunter11", KEPT="hunter22", OTHER="hunter33")
    seen = tmp_path / "seen"
    script = (
        "text = path.read_text()\n"
        f"mode = oct(path.stat().st_mode & 0o777), oct(path.parent.stat().st_mode & 0o777)\n"
        f"pathlib.Path({str(seen)!r}).write_text(f'{{path}} {{mode}}')\n"
        "lines = [each for each in text.splitlines() if 'GONE' not in each]\n"
        "lines = [each.replace('hunter33', 'hunter44') for each in lines]\n"
        "lines += ['PEM: |', '  first', '  second']\n"
        "path.write_text('\\n'.join(lines))\n"
    )
    typed = edited(workspace, tmp_path, script)
    assert (["removed GONE", "changed OTHER", "added PEM"], "") == (
        typed.lines,
        typed.err,
    )
    assert {
        "KEPT": Secret("hunter22"),
        "OTHER": Secret("hunter44"),
        "PEM": Secret("first\nsecond"),
    } == dict(kept(workspace).read().values)
    path, _, modes = seen.read_text().partition(" ")
    assert "('0o600', '0o700')" == modes
    assert not Path(path).parent.exists()


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("path.write_text('A: [hunter22')", "is no YAML that we read"),
        ("path.write_text('- hunter22')", "it is no mapping"),
        ("path.write_text('hunter-22: x')", "is no name of a secret"),
        ("path.write_text('A: 22')", "the value of A is no text in quotes"),
        ("sys.exit(4)", "the editor ended with status 4"),
    ],
)
def test_what_cannot_be_read_is_not_kept_and_not_repeated(
    workspace: Workspace, tmp_path: Path, script: str, problem: str
) -> None:
    kept(workspace, KEPT="hunter33")
    typed = edited(workspace, tmp_path, script)
    assert 2 == typed.status
    assert problem in typed.err
    assert "nothing was kept" in typed.err
    assert {"KEPT"} == kept(workspace).names()
    assert "hunter22" not in typed.err


def test_an_editor_that_changes_nothing_writes_nothing(
    workspace: Workspace, tmp_path: Path
) -> None:
    store = kept(workspace, KEPT="no", LONG="a" * 300, LINES="x: 'y'\n z\n#")
    before = store.path.read_bytes()
    typed = edited(workspace, tmp_path, "")
    assert ["nothing was changed"] == typed.lines
    assert before == store.path.read_bytes()


@pytest.mark.parametrize("name", ["JWT-SECRET", "1ST", "A B", "secret:JWT"])
def test_a_name_that_no_reference_can_name_is_refused(
    shell: Shell, workspace: Workspace, name: str
) -> None:
    typed = shell.type("secrets.set", name)
    assert 2 == typed.status
    assert f"{name!r} is no name of a secret" in typed.err
    assert not workspace.home.exists()
