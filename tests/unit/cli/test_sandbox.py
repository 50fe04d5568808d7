"""``invoke sandbox.*``: on an empty sandbox, without one, and with wrong words."""

from __future__ import annotations

import gc
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from launchbook.sandbox.settings import Settings
from tests.support.sandbox import sandbox_running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from launchbook.config.workspace import Workspace
    from tests.support.command import Shell
    from tests.support.sandbox import Sandbox


@pytest.fixture
def running(workspace: Workspace) -> Iterator[Sandbox]:
    """The three vendors, empty, where the commands look for them."""
    with sandbox_running(Settings(workspace.home / "emulator")) as sandbox:
        yield sandbox
        # The commands' connections close before the sandbox waits for them.
        gc.collect()


def make_project(sandbox: Sandbox, name: str) -> None:
    answer = sandbox.api("vercel", "POST", "/v11/projects", {"name": name})
    assert answer.status < 300


def projects(shell: Shell) -> object:
    """Return the projects that Vercel has, as the command says."""
    (record,) = shell.type("sandbox.status", "--json").records
    return record["emulators"]["vercel"]["projects"]


def test_the_state_of_an_empty_sandbox_is_shown(shell: Shell, running: Sandbox) -> None:
    typed = shell.type("sandbox.status")
    assert (0, "") == (typed.status, typed.err)
    assert typed.lines[0].startswith(f"sandbox is up (process {running.facts['pid']})")
    vendors = [line.split()[0] for line in typed.lines[1:]]
    vendor_names = {"railway", "vercel", "supabase", "cloudflare"}
    assert vendor_names | {"snapshots"} == set(vendors)
    assert "snapshots  none" == typed.lines[-1].strip()
    for vendor in vendor_names:
        assert running.facts[vendor]["token"] not in typed.out
    (record,) = shell.type("sandbox.status", "--json").records
    assert ("sandbox-status", running.facts["vercel"]["api"]) == (
        record["kind"],
        record["vercel"],
    )
    assert running.facts["control_token"] not in json.dumps(record)


def test_requests_are_listed_and_counted(shell: Shell, running: Sandbox) -> None:
    running.api("vercel", "GET", "/v10/projects")
    make_project(running, "shop")
    listed = shell.type("sandbox.requests")
    assert 0 == listed.status
    read, wrote, counted = listed.lines
    assert ["1", "vercel", "200", "GET"] == read.split()[:4]
    assert ["2", "*", "vercel", "200", "POST"] == wrote.split()[:5]
    assert "2 requests, 1 of them mutating (*)" == counted
    later = shell.type("sandbox.requests", "--mutating", "--since", "1", "--json")
    request, summary = later.records
    assert ("request", 2, True, "/v11/projects") == (
        request["kind"],
        request["sequence"],
        request["is_mutating"],
        request["path"],
    )
    assert {"kind": "requests", "mutating": 1, "last_sequence": 2} == summary


@pytest.mark.usefixtures("running")
def test_its_clock_is_moved_forward(shell: Shell) -> None:
    def now() -> datetime:
        return datetime.fromisoformat(
            shell.type("sandbox.status", "--json").records[0]["now"]
        )

    before = now()
    typed = shell.type("sandbox.advance", "7d")
    assert (0, "") == (typed.status, typed.err)
    assert typed.out.startswith("the sandbox's clock says ")
    assert timedelta(days=7) <= now() - before < timedelta(days=7, minutes=2)


def test_a_world_that_was_kept_comes_back(shell: Shell, running: Sandbox) -> None:
    make_project(running, "first")
    kept = shell.type("sandbox.snapshot", "one")
    assert "kept as one; bring it back with `invoke sandbox.restore one`\n" == kept.out
    make_project(running, "second")
    assert ["first", "second"] == projects(shell)
    restored = shell.type("sandbox.restore", "one")
    assert "the sandbox is as it was when one was kept\n" == restored.out
    assert ["first"] == projects(shell)
    assert "snapshots  one" == shell.type("sandbox.status").lines[-1].strip()


def test_a_world_that_is_emptied_begins_a_new_ledger(
    shell: Shell, running: Sandbox, workspace: Workspace
) -> None:
    make_project(running, "first")
    first = shell.type("sandbox.reset", "--yes")
    assert "sandbox is empty\n" == first.out
    assert [] == projects(shell)
    folder = workspace.home / "sandbox"
    folder.mkdir()
    (folder / "ledger.db").write_text("old")
    (record,) = shell.type("sandbox.reset", "--yes", "--json").records
    assert [record["kept_ledger"]] == [str(path) for path in folder.iterdir()]


@pytest.mark.parametrize(
    "words",
    [
        ("status",),
        ("requests",),
        ("requests", "--mutating", "--json"),
        ("advance", "7d"),
        ("snapshot", "one"),
        ("restore", "one"),
        ("reset", "--yes"),
        ("trust",),
    ],
)
def test_without_a_sandbox_the_command_that_starts_one_is_said(
    shell: Shell, workspace: Workspace, words: tuple[str, ...]
) -> None:
    command, *others = words
    typed = shell.type(f"sandbox.{command}", *others)
    assert 8 == typed.status
    assert "sandbox-not-running" in typed.out + typed.err
    assert "`invoke sandbox.up`" in typed.out + typed.err
    assert not workspace.home.exists()


def test_stopping_what_does_not_run_is_no_failure(shell: Shell) -> None:
    typed = shell.type("sandbox.down")
    assert (0, "sandbox was not running\n", "") == (typed.status, typed.out, typed.err)
    record = {"kind": "sandbox-down", "was_up": False}
    assert [record] == shell.type("sandbox.down", "--json").records


@pytest.mark.parametrize("port", ["0", "65536", "https"])
def test_a_port_that_is_none_is_refused(
    shell: Shell, workspace: Workspace, port: str
) -> None:
    typed = shell.type("sandbox.up", "--edge-port", port)
    assert 2 == typed.status
    assert "--edge-port takes a whole number from 1 to 65535" in typed.err
    assert not workspace.home.exists()


@pytest.mark.parametrize("duration", ["7", "soon", "1w"])
def test_a_duration_that_is_none_is_refused(shell: Shell, duration: str) -> None:
    typed = shell.type("sandbox.advance", duration)
    assert 2 == typed.status
    assert "a duration is a whole number and a unit" in typed.err


def test_a_sequence_number_that_is_none_is_refused(shell: Shell) -> None:
    typed = shell.type("sandbox.requests", "--since", "yesterday")
    assert 2 == typed.status
    assert "--since takes a whole number from 0" in typed.err


def test_an_empty_world_is_not_made_by_accident(
    shell: Shell, workspace: Workspace
) -> None:
    typed = shell.type("sandbox.reset", "--json")
    assert 2 == typed.status
    assert ["Run the same command again with --yes."] == [
        each["hint"] for each in typed.records
    ]
    assert not workspace.home.exists()
