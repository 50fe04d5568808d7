"""``invoke ledger.move``: what is refused, what is moved, and that again is harmless."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from launchbook.app import App, Target
from launchbook.clock import SystemClock
from launchbook.model.record import Entry, Phase
from launchbook.redact import Redactor, Secret
from tests.support.cluster import running_cluster
from tests.support.command import Shell
from tests.support.ledger import new_database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from launchbook.config.workspace import Workspace
    from tests.support.cluster import Cluster
    from tests.support.command import Typed

pytestmark = pytest.mark.xdist_group("ledger-store")
LIVE = ("--platforms", "live")
VARIABLE = "LAUNCHBOOK_LEDGER_URL"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with running_cluster() as started:
        yield started


@pytest.fixture
def environ(cluster: Cluster, tmp_path: Path) -> dict[str, str]:
    """What leads to an empty database."""
    folder = tmp_path / "database"
    folder.mkdir()
    at = new_database(cluster, folder)
    return {VARIABLE: f"postgresql://{at.user}:local@127.0.0.1:{at.port}/{at.database}"}


@pytest.fixture
def shared(workspace: Workspace, tmp_path: Path) -> Workspace:
    """An inventory that names a database for the ledger."""
    path = workspace.inventory / "platforms" / "live.yml"
    ca_file = tmp_path / "database" / "ca.pem"
    told = f"\nledger:\n  url: env:{VARIABLE}\n  ca_file: {ca_file}\n"
    path.write_text(path.read_text() + told)
    return workspace


def shell_of(workspace: Workspace, environ: dict[str, str]) -> Shell:
    return Shell(workspace.root, {"LAUNCHBOOK_HOME": str(workspace.home), **environ})


def app_of(workspace: Workspace, environ: dict[str, str]) -> App:
    target = Target("staging", "live")
    return App(workspace, target, SystemClock(), Redactor(), environ)


def add_record(app: App) -> None:
    with closing(app.open_ledger()) as ledger:
        lease = ledger.lock.acquire("staging", "run", "playbook staging").lease
        ledger.journal.append(lease, Entry("run", "house", Phase.VERIFIED))
        ledger.lock.release(lease)
        ledger.anchor()


def verified(shell: Shell) -> Typed:
    return shell.type("ledger.verify", *LIVE, "--json")


def test_a_ledger_without_a_database_is_not_moved(shell: Shell) -> None:
    typed = shell.type("ledger.move", *LIVE)
    assert 2 == typed.status
    assert "is a file: nothing names a database" in typed.err
    assert "inventory/platforms/live.yml" in typed.err


def test_a_variable_that_is_not_set_is_named(shared: Workspace) -> None:
    typed = shell_of(shared, {}).type("ledger.move", *LIVE)
    assert 2 == typed.status
    assert f"{VARIABLE} is not set" in typed.err


def test_a_database_that_does_not_answer_is_said_without_its_password(
    shared: Workspace, tmp_path: Path
) -> None:
    (tmp_path / "database").mkdir()
    (tmp_path / "database" / "ca.pem").touch()
    away = {VARIABLE: "postgresql://ada:correct-horse@127.0.0.1:1/ledger"}
    typed = shell_of(shared, away).type("ledger.verify", *LIVE)
    assert 9 == typed.status
    assert "correct-horse" not in typed.err + typed.out


def test_nothing_begins_before_the_history_was_moved(
    workspace: Workspace, environ: dict[str, str], tmp_path: Path
) -> None:
    add_record(app_of(workspace, {}))
    path = workspace.inventory / "platforms" / "live.yml"
    ca_file = tmp_path / "database" / "ca.pem"
    told = f"\nledger:\n  url: env:{VARIABLE}\n  ca_file: {ca_file}\n"
    path.write_text(path.read_text() + told)
    shell = shell_of(workspace, environ)
    for words in (("ledger.show",), ("ledger.verify",), ("ledger.queue",)):
        typed = shell.type(*words, *LIVE)
        assert 9 == typed.status
        assert "error[ledger-not-moved]" in typed.err
        assert "invoke ledger.move --platforms live" in typed.err


def test_history_values_and_keys_move_and_are_found_by_another_machine(
    workspace: Workspace, environ: dict[str, str], tmp_path: Path
) -> None:
    old = app_of(workspace, {})
    add_record(old)
    name = old.vault.keep({"TOKEN": Secret("a-value-of-a-release")})
    path = workspace.inventory / "platforms" / "live.yml"
    ca_file = tmp_path / "database" / "ca.pem"
    told = f"\nledger:\n  url: env:{VARIABLE}\n  ca_file: {ca_file}\n"
    path.write_text(path.read_text() + told)
    shell = shell_of(workspace, environ)

    moved = shell.type("ledger.move", *LIVE)
    assert 0 == moved.status, moved.err
    assert "moved 1 records to the database behind LAUNCHBOOK_LEDGER_URL" in moved.out
    assert "its chain of 1 is whole" in moved.out
    assert "next: commit inventory/secrets/keys" in moved.out
    assert not (workspace.home / "live" / "ledger.db").exists()
    assert 1 == verified(shell).records[0]["records"]

    again = shell.type("ledger.move", *LIVE, "--json")
    assert (0, 0) == (again.status, again.records[-1]["records"])

    # Another machine: the same folder out of git, another state folder.
    identity = (workspace.home / "keys" / "operations.key").read_text().strip()
    other = {
        **environ,
        "LAUNCHBOOK_HOME": str(tmp_path / "other"),
        "LAUNCHBOOK_IDENTITY": identity,
    }
    elsewhere = Shell(workspace.root, other)
    assert 1 == verified(elsewhere).records[0]["records"]
    there = app_of(type(workspace)(workspace.root, tmp_path / "other"), other)
    assert "a-value-of-a-release" == there.vault.open(name)["TOKEN"].reveal()
    assert not (tmp_path / "other" / "live" / "ledger.db").exists()


def test_who_is_no_recipient_is_told_how_to_become_one(
    shared: Workspace, environ: dict[str, str], tmp_path: Path
) -> None:
    assert 0 == shell_of(shared, environ).type("secrets.init", *LIVE).status
    assert 0 == shell_of(shared, environ).type("ledger.move", *LIVE).status
    stranger = {**environ, "LAUNCHBOOK_HOME": str(tmp_path / "stranger")}
    typed = Shell(shared.root, stranger).type(
        "ledger.unlock", "--environment", "staging", "--reason", "as a test", *LIVE
    )
    assert 2 == typed.status
    assert "is shared, and this state folder's identity cannot read it" in typed.err
    assert "invoke secrets.recipients --add NAME --key age1" in typed.err


def test_a_new_recipient_can_read_the_keys_and_values_of_the_ledger(
    shared: Workspace, environ: dict[str, str], tmp_path: Path
) -> None:
    shell = shell_of(shared, environ)
    assert 0 == shell.type("secrets.init", *LIVE).status
    assert 0 == shell.type("ledger.move", *LIVE).status
    name = app_of(shared, environ).vault.keep({"TOKEN": Secret("of-a-release")})
    joining = tmp_path / "ben"
    asked = Shell(shared.root, {"LAUNCHBOOK_HOME": str(joining)})
    assert 0 == asked.type("secrets.set", "X", "--generate").status
    (own,) = [
        each["own"]
        for each in asked.type("secrets.recipients", *LIVE, "--json").records
    ]
    added = shell.type("secrets.recipients", "--add", "ben", "--key", own, *LIVE)
    assert 0 == added.status, added.err
    ben = app_of(type(shared)(shared.root, joining), environ)
    assert "of-a-release" == ben.vault.open(name)["TOKEN"].reveal()
    add_record(ben)
    assert 1 == verified(shell).records[0]["records"]


def test_the_queue_shows_the_lock_and_who_waits(
    shared: Workspace, environ: dict[str, str]
) -> None:
    shell = shell_of(shared, environ)
    assert 0 == shell.type("ledger.move", *LIVE).status
    assert "staging is free" in shell.type("ledger.queue", *LIVE).out
    with closing(app_of(shared, environ).open_ledger()) as ledger:
        ledger.lock.acquire("staging", "run", "playbook release")
        ledger.queue.join("staging", "playbook rollback")
        told = shell.type("ledger.queue", *LIVE)
        (record,) = shell.type("ledger.queue", *LIVE, "--json").records
    assert "staging is locked by process" in told.out
    assert "playbook rollback" in told.out
    assert ("playbook release", 1) == (
        record["lease"]["reason"],
        len(record["waiting"]),
    )
