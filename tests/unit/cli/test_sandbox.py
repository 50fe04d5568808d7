"""``invoke sandbox.*`` where no sandbox runs, or with words that are wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from launchbook.config.workspace import Workspace
    from tests.support.command import Shell


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
