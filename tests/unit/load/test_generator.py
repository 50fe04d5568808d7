"""The generator, with a program in Locust's place."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from launchbook.clock import SystemClock
from launchbook.errors import LoadFailed
from launchbook.load.generator import Crew, Generator, Observed
from launchbook.load.scenario import Phase, Place, Scenario
from launchbook.transport.process import Command, Detached, Processes, is_running
from tests.unit.load.examples import document

if TYPE_CHECKING:
    from pathlib import Path

PHASE = Phase("load", users=100, seconds=300)
SAY = """
import os, pathlib, sys, time
print("Locust says something")
if "--worker" in sys.argv: sys.exit(0)
told = pathlib.Path(os.environ["LOAD_SNAPSHOT"])
for text in {texts!r}:
    beside = told.with_suffix(".new")
    beside.write_text(text)
    beside.replace(told)
    time.sleep({pause})
"""


class Stand(Processes):
    """Starts a script instead of Locust, with the same arguments."""

    def __init__(self, *documents: dict[str, Any], pause: float = 0.2) -> None:
        texts = [json.dumps(each) for each in documents]
        self._script = SAY.format(texts=texts, pause=pause)
        self.started: list[Detached] = []
        self.words: list[tuple[str, ...]] = []

    def spawn(self, command: Command, log_file: Path) -> Detached:
        self.words.append(command.argv)
        argv = (sys.executable, "-c", self._script, *command.argv[3:])
        self.started.append(super().spawn(replace(command, argv=argv), log_file))
        return self.started[-1]


def generator(
    folder: Path, processes: Processes, crew: Crew | None = None
) -> Generator:
    place = Place({"backend": "https://api.vocilia.com"})
    scenario = Scenario("staging", place, [], (PHASE,))
    return Generator(
        scenario, folder, crew or Crew(), processes, SystemClock(), look_seconds=0.05
    )


def test_the_last_word_of_the_generator_counts(tmp_path: Path) -> None:
    heard: list[Observed] = []
    stand = Stand(document(is_final=False, users=7), document(users=0))
    seen = generator(tmp_path, stand).run(PHASE, heard.append)
    assert (1000, True) == (seen.snapshot.requests, seen.snapshot.is_final)
    assert 7 in {each.snapshot.users for each in heard}
    assert "--master" not in stand.words[0]


def test_a_worker_that_ends_while_users_are_there_is_lost(tmp_path: Path) -> None:
    going_on = document(is_final=False, users=100, seconds=20, workers=1)
    stand = Stand(going_on, document(users=0))
    seen = generator(tmp_path, stand, Crew(workers=2)).run(PHASE)
    assert seen.lost_workers >= 1
    assert 3 == len(stand.started)


def test_a_generator_that_measured_nothing_is_an_error_with_its_log(
    tmp_path: Path,
) -> None:
    with pytest.raises(LoadFailed) as caught:
        generator(tmp_path, Stand()).run(PHASE)
    assert ["Locust says something"] == caught.value.details["log"]
    assert 4 == caught.value.exit_status


def test_an_interruption_ends_every_process(tmp_path: Path) -> None:
    stand = Stand(document(is_final=False), pause=60)

    def interrupt(seen: Observed) -> None:
        if seen.snapshot.users:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generator(tmp_path, stand).run(PHASE, interrupt)
    assert [False] == [is_running(each.pid) for each in stand.started]


def test_workers_elsewhere_are_waited_for_and_none_is_started_here(
    tmp_path: Path,
) -> None:
    stand = Stand(document(users=0))
    crew = Crew(workers=2, is_listening=True)
    generator(tmp_path, stand, crew).run(PHASE)
    (words,) = stand.words
    expected = ("--master-bind-host", "*", "--master-bind-port", "5557")
    at = words.index("--master-bind-host")
    assert expected == words[at : at + 4]


def test_a_worker_works_for_the_host_that_was_named(tmp_path: Path) -> None:
    stand = Stand()
    crew = Crew(workers=2, master="load-1.example.com")
    assert 0 == generator(tmp_path, stand, crew).work(PHASE)
    at = stand.words[0].index("--master-host")
    expected = ("--master-host", "load-1.example.com", "--master-port", "5557")
    assert expected == stand.words[0][at : at + 4]
    assert 2 == len(stand.words)


def test_our_own_process_never_imports_what_changes_it(tmp_path: Path) -> None:
    script = (
        "import sys, launchbook.cli.verify, launchbook.cli.acceptance;"
        "print([m for m in ('gevent', 'locust', 'playwright') if m in sys.modules])"
    )
    ended = Processes().run(Command((sys.executable, "-c", script), cwd=tmp_path))
    assert "[]" == ended.text.strip(), ended.complaint
