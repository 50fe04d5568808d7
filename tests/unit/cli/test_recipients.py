from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from launchbook.config.identity import new_identity
from launchbook.config.keys import KeyRing
from launchbook.config.recipients import Recipients
from launchbook.config.secret_file import SecretStore
from launchbook.redact import Secret
from tests.support.command import Shell, Typed

if TYPE_CHECKING:
    from pathlib import Path

    from launchbook.config.workspace import Workspace

LIVE = ("--platforms", "live")
PROGRAM = "from launchbook.cli.program import main; main()"


@dataclass(frozen=True)
class Person:
    """Somebody with a state folder of their own, in a folder that all share."""

    workspace: Workspace
    home: Path

    def type(self, *words: str, **environ: str) -> Typed:
        place = {"LAUNCHBOOK_HOME": str(self.home), **environ}
        return Shell(self.workspace.root, place).type(*words)

    def pipe(self, text: str, *words: str) -> Typed:
        """Type a command that reads its standard input."""
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, *words],
            cwd=self.workspace.root,
            env={"LAUNCHBOOK_HOME": str(self.home)},
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
        return Typed(done.returncode, done.stdout, done.stderr)

    @property
    def keys(self) -> KeyRing:
        return KeyRing.open(self.home)

    def store(self, environment: str = "production") -> SecretStore:
        return SecretStore(self.workspace.secrets_file(environment, "live"), self.keys)


@pytest.fixture
def ada(workspace: Workspace) -> Person:
    """The one who keeps the first secret."""
    person = Person(workspace, workspace.home)
    person.store().add({"A": Secret("hunter22")})
    return person


@pytest.fixture
def ben(workspace: Workspace, tmp_path: Path) -> Person:
    """Somebody who joins later."""
    return Person(workspace, tmp_path / "ben")


def break_glass(typed: Typed) -> str:
    """The identity that was printed."""
    (line,) = [each for each in typed.lines if "AGE-SECRET-KEY" in each]
    return line.strip()


def test_the_break_glass_identity_is_printed_once_and_kept_nowhere(ada: Person) -> None:
    first = ada.type("secrets.init", *LIVE)
    private = break_glass(first)
    again = ada.type("secrets.init", *LIVE)
    assert (0, 0) == (first.status, again.status)
    assert "AGE-SECRET-KEY" not in again.out
    assert "printed when it was made" in again.out
    for folder in (ada.workspace.root, ada.home):
        files = [path for path in folder.rglob("*") if path.is_file()]
        assert [] == [path for path in files if private.encode() in path.read_bytes()]
    listed = Recipients(ada.store().path.parent).read()
    assert ["operations", "break-glass"] == [each.name for each in listed]


def test_one_break_glass_identity_serves_every_set_of_platforms(ada: Person) -> None:
    assert "AGE-SECRET-KEY" in ada.type("secrets.init", *LIVE).out
    second = ada.type("secrets.init")
    assert (0, False) == (second.status, "AGE-SECRET-KEY" in second.out)


def test_after_losing_the_laptop_the_paper_is_enough(ada: Person, ben: Person) -> None:
    private = break_glass(ada.type("secrets.init", *LIVE))
    recovered = ben.pipe(f"{private}\n", "secrets.recover", *LIVE)
    assert (0, "") == (recovered.status, recovered.err)
    assert private not in recovered.out
    assert Secret("hunter22") == ben.store().get("A")
    lost = ada.type("secrets.get", "A", "--environment", "production", *LIVE)
    assert "error[key-unusable]" in lost.err


def test_after_losing_the_identity_alone_the_ledger_stays_verifiable(
    ada: Person,
) -> None:
    private = break_glass(ada.type("secrets.init", *LIVE))
    before = ada.keys
    (ada.home / "keys" / "operations.key").unlink()
    refused = ada.type("secrets.list", *LIVE)
    assert "invoke secrets.recover" in refused.err
    assert 0 == ada.pipe(private, "secrets.recover", *LIVE).status
    assert before.ledger_key == ada.keys.ledger_key
    assert Secret("hunter22") == ada.store().get("A")


def test_a_new_break_glass_identity_takes_the_place_of_the_old_one(
    ada: Person, ben: Person
) -> None:
    old = break_glass(ada.type("secrets.init", *LIVE))
    new = break_glass(ada.type("secrets.init", "--new-break-glass", *LIVE))
    refused = ben.pipe(old, "secrets.recover", *LIVE)
    assert (2, True) == (refused.status, "is no recipient" in refused.err)
    assert not ben.home.exists()
    assert 0 == ben.pipe(new, "secrets.recover", *LIVE).status


def test_somebody_joins_and_leaves(ada: Person, ben: Person) -> None:
    ada.type("secrets.init", *LIVE)
    key = ben.keys.recipient
    assert key in ben.type("secrets.recipients", *LIVE).out
    stranger = ben.type("secrets.set", "B", "--generate", *LIVE)
    assert f"--add NAME --key {key}" in stranger.err
    joined = ada.type("secrets.recipients", "--add", "ben", "--key", key, *LIVE)
    assert ["ben can read the secrets of every environment"] == joined.lines
    assert Secret("hunter22") == ben.store().get("A")
    assert "ben (this state folder)" in ben.type("secrets.recipients", *LIVE).out
    left = ada.type("secrets.recipients", "--remove", "ben", *LIVE)
    assert "ben could read these of production; exchange them:" in left.lines
    assert "  A" in left.lines
    gone = ben.type("secrets.get", "A", "--environment", "production", *LIVE)
    assert "error[key-unusable]" in gone.err


def test_somebody_reads_one_environment_and_not_another(
    ada: Person, ben: Person
) -> None:
    ada.store("staging").add({"S": Secret("hunter33")})
    key = ben.keys.recipient
    words = ("secrets.recipients", "--add", "ben", "--key", key)
    assert 0 == ada.type(*words, "--environments", "staging", *LIVE).status
    assert Secret("hunter33") == ben.store("staging").get("S")
    gone = ben.type("secrets.get", "A", "--environment", "production", *LIVE)
    assert "error[key-unusable]" in gone.err


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--add", "ben"), "the public key of ben is missing"),
        (("--add", "ben", "--key", "nonsense"), "'nonsense' is no public age key"),
        (("--add", "Ben", "--key", "age1x"), "'Ben' is no name of a recipient"),
        (("--add", "a", "--remove", "b"), "--add and --remove do not go together"),
        (("--remove", "ben"), "names no recipient `ben`"),
        (
            ("--add", "b", "--key", "x", "--environments", "stagin"),
            "the inventory has no environment `stagin`",
        ),
    ],
)
def test_a_wrong_list_is_refused_and_nothing_is_written(
    ada: Person, words: tuple[str, ...], problem: str
) -> None:
    typed = ada.type("secrets.recipients", *words, *LIVE)
    assert 2 == typed.status
    assert problem in typed.err
    assert Secret("hunter22") == ada.store().get("A")


def test_nobody_removes_themselves(ada: Person) -> None:
    ada.type("secrets.init", *LIVE)
    typed = ada.type("secrets.recipients", "--remove", "operations", *LIVE)
    assert "is this state folder's own identity" in typed.err


def test_a_machine_without_a_disk_is_given_its_identity(
    ada: Person, ben: Person
) -> None:
    private = str(new_identity())
    key = KeyRing.open(ben.home, identity=Secret(private)).recipient
    ada.type("secrets.recipients", "--add", "build", "--key", key, *LIVE)
    words = ("secrets.get", "A", "--environment", "production", *LIVE)
    typed = ben.type(*words, "--reveal", LAUNCHBOOK_IDENTITY=private)
    assert (0, "hunter22\n") == (typed.status, typed.out)
    assert not (ben.home / "keys" / "operations.key").exists()
    for command in ("secrets.init", "secrets.recover"):
        refused = ben.type(command, *LIVE, LAUNCHBOOK_IDENTITY=private)
        assert "LAUNCHBOOK_IDENTITY is set" in refused.err
    wrong = ben.type(*words, LAUNCHBOOK_IDENTITY="hunter33")
    assert (2, False) == (wrong.status, "hunter33" in wrong.err + wrong.out)
