"""Two machines without a disk of their own release through one ledger, in turn."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from launchbook.cli.desk import Desk
from launchbook.cli.output import output_of
from launchbook.clock import SystemClock
from launchbook.config.identity import new_identity
from launchbook.config.keys import KeyRing
from launchbook.config.secret_file import SecretStore
from launchbook.config.workspace import Workspace
from launchbook.redact import Secret
from tests.support.cluster import running_cluster
from tests.support.journey import Journey
from tests.support.ledger import new_database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from launchbook.transport.database_address import DatabaseAddress

pytestmark = [
    pytest.mark.xdist_group("journey"),
    pytest.mark.timeout(300),
    pytest.mark.heavy,
]

TEAM = ("--platforms", "team")
THEME = "packages/ui/theme.css"
PLATFORM = "inventory/platforms/team.yml"


@pytest.fixture
def address(tmp_path: Path) -> Iterator[DatabaseAddress]:
    """An empty database, for the ledger."""
    folder = tmp_path / "ledger"
    folder.mkdir()
    with running_cluster() as cluster:
        yield new_database(cluster, folder)


@dataclass
class Team:
    """An inventory that is shared, and machines that work on it."""

    shop: Journey
    folder: Path
    address: DatabaseAddress
    tokens: dict[str, str] = field(default_factory=dict)

    def machine(self, name: str, like: Journey | None = None) -> Journey:
        """A checkout with an empty state folder and a product of its own."""
        folder = self.folder / name
        if like is None:
            made = self.shop.elsewhere(folder / "shop")
            (made.root / PLATFORM).write_text(self.platform(folder / "product"))
        else:
            shutil.copytree(like.root, folder / "shop")
            made = Journey(self.shop.sandbox, folder / "shop", folder)
            text = (like.root / PLATFORM).read_text()
            own = text.replace(str(like.home.parent), str(folder))
            (made.root / PLATFORM).write_text(own)
        made.home = folder / "home"
        made.environ = {"LAUNCHBOOK_LEDGER_URL": self.url, **self.tokens}
        shutil.copytree(self.shop.work_tree, folder / "product", symlinks=True)
        return made

    def share_secrets(self, machine: Journey) -> None:
        """Keep what the world was made with where the whole team reads it."""
        old, new = (
            SecretStore(Workspace(at.root, at.home).secrets_file("staging", platforms),
                        KeyRing.open(at.home))
            for at, platforms in ((self.shop, "sandbox"), (machine, "team"))
        )  # fmt: skip
        new.add(old.read().values)

    def commit(self, subject: str) -> None:
        """Commit a change of the customer app, and push it."""
        tree = self.shop.work_tree
        with (tree / THEME).open("a", encoding="utf-8") as file:
            file.write(f"/* {subject} */\n")
        who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
        for words in (
            [*who, "commit", "-qam", subject],
            ["push", "-q", "origin", "main"],
        ):
            subprocess.run(["git", *words], cwd=tree, check=True)

    @property
    def url(self) -> str:
        at = self.address
        return f"postgresql://{at.user}:local@{at.host}:{at.port}/{at.database}"

    def platform(self, product: Path) -> str:
        """The sandbox as a set of platforms like any other."""
        desk = Desk(
            self.shop.root, self.shop.home, SystemClock(), output_of({}), environ={}
        )
        facts = desk.sandbox_facts()

        def value(found: re.Match[str]) -> str:
            at: object = facts
            for part in found[1].split("."):
                assert isinstance(at, dict)
                at = at[part]
            if isinstance(at, Secret):
                name = found[1].upper().replace(".", "_")
                self.tokens[name] = at.reveal()
                return f"env:{name}"
            return json.dumps(at)

        text = (self.shop.root / "inventory/platforms/sandbox.yml").read_text()
        text = text.replace("${sandbox.source.path}", str(product))
        text = re.sub(r"\$\{sandbox\.([\w.]+)\}", value, text)
        ledger = f"env:LAUNCHBOOK_LEDGER_URL\n  ca_file: {self.address.ca_file}"
        return (
            text.replace("name: sandbox", "name: team") + f"ledger:\n  url: {ledger}\n"
        )


def told(machine: Journey, *words: str) -> list[dict[str, object]]:
    done = machine.run(*words, *TEAM, "--json")
    assert 0 == done.status, done.err + done.out
    return done.records


def waiting(machine: Journey) -> list[str]:
    """What the queue says of staging: the lock, and who waits."""
    (record,) = told(machine, "ledger.queue")
    lease = record["lease"]
    places = record["waiting"]
    assert isinstance(places, list)
    return [*(["lock"] if lease else []), *("place" for _ in places)]


def test_two_machines_release_in_turn_and_a_third_sees_it_all(
    torn: Journey, address: DatabaseAddress, tmp_path: Path
) -> None:
    team = Team(torn, tmp_path, address)
    ada = team.machine("ada")
    refused = ada.run("provision.staging", *TEAM, "--yes")
    assert (9, "ledger-not-moved") == (refused.status, refused.code)

    team.share_secrets(ada)
    identity = new_identity()
    assert 0 == ada.run("secrets.init", *TEAM).status
    moved = ada.run("ledger.move", *TEAM)
    assert 0 == moved.status, moved.err
    key = str(identity.to_public())
    joined = ada.run("secrets.recipients", "--add", "ci", "--key", key, *TEAM)
    assert 0 == joined.status, joined.err
    first = ada.run("provision.staging", *TEAM, "--yes")
    assert 0 == first.status, first.err + first.out

    runners = []
    for name in ("one", "two"):
        team.commit(name)
        runner = team.machine(name, like=ada)
        runner.environ["LAUNCHBOOK_IDENTITY"] = str(identity)
        runners.append(runner)
    release = ("release.staging", *TEAM, "--wait", "--yes")
    processes = []
    for count, runner in enumerate(runners, start=1):
        processes.append(runner.spawn(*release))
        deadline = time.monotonic() + 60
        while len([each for each in waiting(ada) if each == "place"]) < count:
            assert processes[-1].poll() is None, processes[-1].communicate()
            assert time.monotonic() < deadline
            time.sleep(0.2)
    ended = [each.communicate(timeout=120) for each in processes]
    assert [0, 0] == [each.returncode for each in processes], ended
    assert "waiting: " in ended[1][0], ended[1]
    for name in ("one", "two"):
        shutil.rmtree(tmp_path / name)

    listed = told(ada, "release.list")
    subjects = [str(each["subject"]) for each in listed if each["kind"] == "release"]
    assert ["two", "one"] == subjects[:2]
    verified = told(ada, "ledger.verify")[0]
    assert ("ledger-verified", True) == (verified["kind"], verified["is_anchored"])
    assert [] == waiting(ada)
    back = ada.run("rollback.staging", "--reason", "as a test", *TEAM, "--yes")
    assert 0 == back.status, back.err
    assert "serves everywhere" in back.out
