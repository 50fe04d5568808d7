"""``invoke ledger.*`` on a ledger that was written without a platform."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from launchbook.app import App, Target
from launchbook.clock import SystemClock
from launchbook.ledger.identifier import new_id
from launchbook.model.record import RUN_LEVEL, Entry, Phase
from launchbook.redact import Redactor
from tests.support.ledger import forge

if TYPE_CHECKING:
    from pathlib import Path

    from launchbook.config.workspace import Workspace
    from launchbook.ledger.ledger import Ledger
    from tests.support.command import Shell

REASON = "playbook staging"


def open_ledger(workspace: Workspace) -> Ledger:
    app = App(workspace, Target("staging", "sandbox"), SystemClock(), Redactor(), {})
    return app.open_ledger()


def add_run(workspace: Workspace, *, is_ended: bool = True) -> str:
    """Record a run of one step; leave its lock when it is not to end."""
    run = new_id(SystemClock().now())
    with closing(open_ledger(workspace)) as ledger:
        lease = ledger.lock.acquire("staging", run, REASON).lease
        begun = {"event": "run-started", "playbook": "staging"}
        ledger.journal.append(
            lease,
            Entry(run, RUN_LEVEL, Phase.PLANNED, evidence=begun),
            Entry(run, "database", Phase.VERIFIED, evidence={"status": "healthy"}),
        )
        if is_ended:
            done = {"event": "run-finished", "playbook": "staging", "changed": 1}
            entry = Entry(run, RUN_LEVEL, Phase.VERIFIED, evidence=done)
            ledger.journal.append(lease, entry)
            ledger.lock.release(lease)
        ledger.anchor()
    return run


@pytest.fixture
def path(workspace: Workspace) -> Path:
    """Where the sandbox's ledger is."""
    return workspace.home / "sandbox" / "ledger.db"


def test_without_a_ledger_there_is_nothing_to_show_and_nothing_is_made(
    shell: Shell, workspace: Workspace, path: Path
) -> None:
    told = [
        shell.type("ledger.show").lines,
        shell.type("ledger.export").lines,
        shell.type("ledger.verify").lines,
        shell.type("ledger.unlock", "--reason", "try").lines,
    ]
    assert [
        ["no run is recorded here"],
        [],
        [f"no run has begun a ledger yet in {path}"],
        ["staging was not locked"],
    ] == told
    assert not workspace.home.exists()


def test_runs_are_listed_newest_first(shell: Shell, workspace: Workspace) -> None:
    runs = [add_run(workspace) for _ in range(3)]
    head, *rows, more = shell.type("ledger.show").lines
    assert ["run", "began", "(UTC)", "playbook", "phase"] == head.split()[:5]
    assert runs[::-1] == [row.split()[0] for row in rows]
    assert ["staging", "verified", "1"] == rows[0].split()[3:6]
    assert "invoke ledger.show --run RUN" in more
    assert 1 == len({row.index("verified") for row in rows})


def test_runs_are_counted_out_and_told_as_json(
    shell: Shell, workspace: Workspace
) -> None:
    runs = [add_run(workspace) for _ in range(3)]
    told = shell.type("ledger.show", "--limit", "2", "--json").records
    assert runs[:0:-1] == [each["run"] for each in told]
    assert {"run"} == {each["kind"] for each in told}
    assert {"kind", "run", "at", "phase", "actor", "seconds", "evidence"} == set(
        told[0]
    )


def test_one_run_is_shown_record_by_record(shell: Shell, workspace: Workspace) -> None:
    add_run(workspace)
    run = add_run(workspace)
    _, *rows = shell.type("ledger.show", "--run", run).lines
    assert [
        [
            "4",
            "planned",
            "(the",
            "run)",
            "event",
            "run-started,",
            "playbook",
            "staging",
        ],
        ["5", "verified", "database", "status", "healthy"],
    ] == [[row.split()[0], *row.split()[2:]] for row in rows[:2]]
    told = shell.type("ledger.show", "--run", run, "--json").records
    assert [4, 5, 6] == [each["sequence"] for each in told]
    assert {"record"} == {each["kind"] for each in told}


def test_a_run_that_nobody_recorded_is_refused(
    shell: Shell, workspace: Workspace
) -> None:
    add_run(workspace)
    told = shell.type("ledger.show", "--run", "nope")
    assert (2, "") == (told.status, told.out)
    assert "error[input-error]: the ledger has no run nope" in told.err


@pytest.mark.parametrize("command", ["show", "unlock"])
def test_an_environment_that_is_not_there_is_refused(
    shell: Shell, command: str
) -> None:
    reason = ("--reason", "try") if command == "unlock" else ()
    told = shell.type(f"ledger.{command}", "--environment", "stagging", *reason)
    assert 2 == told.status
    assert "hint: Write `staging` instead of `stagging`." in told.err


@pytest.mark.parametrize("command", ["show", "verify", "export"])
def test_a_set_of_platforms_that_is_not_there_is_refused(
    shell: Shell, command: str
) -> None:
    assert 2 == shell.type(f"ledger.{command}", "--platforms", "moon").status


def test_a_whole_chain_says_so_and_gives_its_head(
    shell: Shell, workspace: Workspace, path: Path
) -> None:
    add_run(workspace)
    told = shell.type("ledger.verify")
    head = path.with_suffix(".head").read_text().strip()
    assert (0, f"head {head}") == (told.status, told.lines[1])
    assert "the chain of 3 records is whole" in told.lines[0]
    (record,) = shell.type("ledger.verify", "--head", head, "--json").records
    assert {
        "kind": "ledger-verified",
        "records": 3,
        "head": head,
        "is_anchored": True,
    } == record


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE record SET step = 'other' WHERE sequence = 2",
        "DELETE FROM record WHERE sequence = 2",
        "DELETE FROM record WHERE sequence = 3",
    ],
)
def test_an_edit_a_drop_and_a_truncation_end_with_9(
    shell: Shell, workspace: Workspace, path: Path, statement: str
) -> None:
    add_run(workspace)
    forge(path, statement)
    told = shell.type("ledger.verify")
    assert (9, "") == (told.status, told.out)
    assert "error[chain-broken]" in told.err


def test_a_truncation_shows_only_against_a_head_that_was_noted(
    shell: Shell, workspace: Workspace, path: Path
) -> None:
    add_run(workspace)
    head = path.with_suffix(".head").read_text().strip()
    path.with_suffix(".head").unlink()
    forge(path, "DELETE FROM record WHERE sequence = 3")
    assert "no head was noted" in shell.type("ledger.verify").lines[0]
    assert 9 == shell.type("ledger.verify", "--head", head).status


def test_a_ledger_without_its_key_is_unverifiable(
    shell: Shell, workspace: Workspace
) -> None:
    add_run(workspace)
    for file in (workspace.home / "keys").iterdir():
        file.unlink()
    told = shell.type("ledger.verify")
    assert (9, "") == (told.status, told.out)
    assert "error[chain-unverifiable]" in told.err


def test_a_head_is_refused_when_it_is_none(shell: Shell) -> None:
    assert 2 == shell.type("ledger.verify", "--head", "latest").status


def test_an_export_holds_every_record_in_order(
    shell: Shell, workspace: Workspace, tmp_path: Path
) -> None:
    add_run(workspace)
    out = tmp_path / "ledger.jsonl"
    told = shell.type("ledger.export", "--out", str(out))
    assert [f"wrote 3 records to {out}"] == told.lines
    written = out.read_text(encoding="utf-8")
    assert written == shell.type("ledger.export").out
    records = [json.loads(line) for line in written.splitlines()]
    assert [1, 2, 3] == [each["sequence"] for each in records]


def test_an_export_that_cannot_be_written_is_refused(
    shell: Shell, workspace: Workspace, tmp_path: Path
) -> None:
    add_run(workspace)
    told = shell.type("ledger.export", "--out", str(tmp_path / "no" / "x.jsonl"))
    assert 2 == told.status
    assert "No such file or directory" in told.err


def test_a_lock_is_taken_away_once_and_with_a_reason(
    shell: Shell, workspace: Workspace
) -> None:
    add_run(workspace, is_ended=False)
    refused = shell.type("ledger.unlock", "--reason", " ")
    assert 2 == refused.status
    assert '--reason "..."' in refused.err
    (told,) = shell.type("ledger.unlock", "--reason", "laptop died", "--json").records
    assert ("unlocked", "staging", REASON) == (
        told["kind"],
        told["environment"],
        told["was"]["reason"],
    )
    assert ["staging was not locked"] == shell.type(
        "ledger.unlock", "--reason", "again"
    ).lines
    assert "unlocked" in shell.type("ledger.export").lines[-1]
    assert 0 == shell.type("ledger.verify").status


def test_who_had_held_a_lock_is_said(shell: Shell, workspace: Workspace) -> None:
    add_run(workspace, is_ended=False)
    (line,) = shell.type("ledger.unlock", "--reason", "laptop died").lines
    assert line.startswith("staging is free; process ")
    assert line.endswith(REASON)
