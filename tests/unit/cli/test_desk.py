from __future__ import annotations

import io
import json
import os
from typing import TYPE_CHECKING

import pytest

from launchbook.cli.desk import Desk, open_desk
from launchbook.cli.place import OPTION, Place
from launchbook.errors import FileMissing, InputError, SandboxNotRunning
from launchbook.redact import reveal
from tests.support.command import Terminal
from tests.support.screen import screen
from tests.support.toy import ToyClock
from tests.support.workspace import shipped

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.screen import Screen


def desk(
    folder: Path, keyboard: io.StringIO, *, given: Screen, is_confirmed: bool = False
) -> Desk:
    return Desk(
        folder,
        folder / "home",
        ToyClock(),
        given.output,
        is_confirmed=is_confirmed,
        keyboard=keyboard,
    )


def plain(folder: Path) -> Desk:
    return desk(folder, io.StringIO(), given=screen())


def write(folder: Path, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ledger.db").write_text(text)


@pytest.mark.parametrize("answer", ["y\n", "YES\n", " y \n"])
def test_a_person_at_a_terminal_may_say_yes(tmp_path: Path, answer: str) -> None:
    given = screen()
    desk(tmp_path, Terminal(answer), given=given).confirm("Empty it?")
    assert ["Empty it? [y/N] "] == given.complaints


@pytest.mark.parametrize("answer", ["", "\n", "n\n", "yes please\n"])
def test_every_other_answer_is_no(tmp_path: Path, answer: str) -> None:
    with pytest.raises(InputError, match="needs a confirmation") as caught:
        desk(tmp_path, Terminal(answer), given=screen()).confirm("Empty it?")
    assert "Run the same command again with --yes." == caught.value.hint


@pytest.mark.parametrize(
    ("keyboard", "is_json"), [(io.StringIO("y\n"), False), (Terminal("y\n"), True)]
)
def test_nobody_is_asked_by_a_pipe_or_a_program(
    tmp_path: Path, keyboard: io.StringIO, is_json: bool
) -> None:
    given = screen(is_json=is_json)
    with pytest.raises(InputError, match="needs a confirmation"):
        desk(tmp_path, keyboard, given=given).confirm("Empty it?")
    assert [] == given.lines + given.complaints


def test_a_confirmation_that_was_given_is_not_asked_for(tmp_path: Path) -> None:
    given = screen()
    desk(tmp_path, Terminal(), given=given, is_confirmed=True).confirm("Empty it?")
    assert [] == given.complaints


def test_outside_a_working_folder_the_next_command_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match=r"no inventory/product\.yml") as caught:
        open_desk({OPTION: Place(tmp_path, {})})
    assert "`launchbook init DIR`" in caught.value.hint


def test_a_commands_surroundings_are_those_of_its_place(tmp_path: Path) -> None:
    workspace = shipped(tmp_path)
    environ = {"LAUNCHBOOK_HOME": str(workspace.home), "TOKEN": "hunter22"}
    place = Place(workspace.root / "playbooks", environ)
    found = open_desk({OPTION: place, "json": True, "yes": True})
    assert (workspace.root, workspace.home) == (found.root, found.home)
    assert (True, True) == (found.output.is_json, found.is_confirmed)
    assert environ == found.environ
    assert "hunter22" not in repr(found)


def test_the_facts_of_a_sandbox_that_does_not_run_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SandboxNotRunning):
        plain(tmp_path).sandbox_facts()


def test_the_facts_of_a_running_sandbox_have_the_shape_of_references(
    tmp_path: Path,
) -> None:
    workspace = shipped(tmp_path)
    vendor = {"api": "https://127.0.0.1:1", "token": "token-1"}
    endpoints = {
        "pid": os.getpid(),
        "started_at": "2026-03-01T12:00:00+00:00",
        "control": "http://127.0.0.1:2",
        "control_token": "token-2",
        "railway": vendor,
        "vercel": {**vendor, "team": "team_1"},
        "supabase": {**vendor, "organization": "vocilia"},
        "edge_port": 8443,
        "edge_http_port": 8080,
        "cloudflare": {"api": "https://c", "token": "t", "account": "a1"},
        "dns": {"nameservers": ["127.0.0.1:5300"]},
        "pooler": {"session_port": 6001, "transaction_port": 6002},
        "ca_file": str(tmp_path / "ca.pem"),
    }
    emulator = workspace.home / "emulator"
    emulator.mkdir(parents=True)
    (emulator / "endpoints.json").write_text(json.dumps(endpoints))
    place = Place(workspace.root, {"LAUNCHBOOK_HOME": str(workspace.home)})
    facts = open_desk({OPTION: place}).sandbox_facts()
    work_tree = workspace.home / "rehearsal" / "vocilia"
    assert {"path": str(work_tree)} == facts["source"]
    told = ("railway", "vercel", "supabase", "edge_port", "pooler", "ca_file")
    assert {key: endpoints[key] for key in told} == reveal(
        {key: facts[key] for key in told}
    )
    assert "token-" not in str(facts)


def test_an_old_sandbox_ledger_is_set_aside_under_its_time(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "sandbox"
    assert None is plain(tmp_path).set_aside_sandbox_ledger()
    write(folder, "old")
    kept = plain(tmp_path).set_aside_sandbox_ledger()
    assert kept is not None
    assert ("old", [kept]) == (kept.read_text(), list(folder.iterdir()))
    assert kept.name.startswith(f"ledger-{ToyClock().now():%Y%m%dT%H%M%S}")


def test_a_kept_ledger_comes_back_with_its_world(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "sandbox"
    write(folder, "then")
    plain(tmp_path).keep_sandbox_ledger("one")
    write(folder, "now")
    plain(tmp_path).bring_back_sandbox_ledger("one")
    assert "then" == (folder / "ledger.db").read_text()


def test_an_empty_world_brings_back_no_ledger(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "sandbox"
    plain(tmp_path).keep_sandbox_ledger("empty")
    write(folder, "now")
    plain(tmp_path).bring_back_sandbox_ledger("empty")
    assert [] == list(folder.iterdir())


def test_a_world_that_was_kept_without_a_ledger_leaves_it(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "sandbox"
    write(folder, "now")
    plain(tmp_path).bring_back_sandbox_ledger("nobody-kept-it")
    assert "now" == (folder / "ledger.db").read_text()
