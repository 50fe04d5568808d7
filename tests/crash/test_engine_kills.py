"""kill -9 at every moment of a run, then the same command: it converges."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from launchbook.ledger.ledger import verify_file
from launchbook.model.event import EventKind
from launchbook.model.record import Phase
from tests.support.toy import KEYS, Toybox, ToyClock, entry
from tests.support.toy_run import ENTRIES, MOMENTS, VICTIM

ROOT = Path(__file__).parents[2]
BEGUN = ("after applying", "before apply", "after apply", "before applied")


def kill_at(root: Path, moment: str) -> None:
    command = [sys.executable, "-m", "tests.support.toy_run", str(root), moment]
    ended = subprocess.run(command, cwd=ROOT, check=False, timeout=60)
    assert -signal.SIGKILL == ended.returncode, f"it did not die at {moment!r}"


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_run_is_continued_by_the_same_command(
    tmp_path: Path, moment: str
) -> None:
    kill_at(tmp_path, moment)
    toybox = Toybox(tmp_path)
    ledger = toybox.ledger()
    result = toybox.engine(ledger).run(ENTRIES)
    assert 0 == result.exit_status
    assert ["create house", "create door"] == toybox.platform.mutations()
    assert ["door", "house"] == sorted(
        str(each["name"]) for each in toybox.platform.things()
    )
    assert ledger.lock.read("staging") is None
    for step in ("house", VICTIM, "look"):
        record = ledger.history.latest("staging", step)
        assert record is not None
        assert Phase.VERIFIED is record.phase
    again = toybox.engine(ledger).run(ENTRIES)
    assert () == again.changed
    toybox.close()
    assert verify_file(toybox.ledger_path, KEYS).is_anchored


@pytest.mark.parametrize("moment", BEGUN)
def test_a_step_that_was_begun_is_looked_up_again_and_that_is_said(
    tmp_path: Path, moment: str
) -> None:
    kill_at(tmp_path, moment)
    toybox = Toybox(tmp_path)
    toybox.engine(toybox.ledger()).run(ENTRIES)
    toybox.close()
    started = toybox.events[0]
    assert EventKind.RUN_STARTED is started.kind
    assert "it is dead" in started.message
    said = [event for event in toybox.events if event.data.get("resumed")]
    assert [VICTIM] == [event.step for event in said]
    assert "applying" == said[0].data["earlier_phase"]


class InterruptedClock(ToyClock):
    """Somebody presses Ctrl-C as soon as a step sleeps."""

    def sleep(self, seconds: float) -> None:
        if not self.slept:
            os.kill(os.getpid(), signal.SIGINT)
        super().sleep(seconds)
        time.sleep(0.01)


def test_ctrl_c_stops_cleanly_and_the_same_command_continues(tmp_path: Path) -> None:
    entries = [
        entry("house"),
        entry("slow", "toy.sleeper", content="${steps.house.outputs.id}"),
        entry("late", content="${steps.slow.outputs.id}"),
    ]
    toybox = Toybox(tmp_path, clock=InterruptedClock())
    ledger = toybox.ledger()
    result = toybox.engine(ledger).run(entries)
    assert result.is_interrupted
    assert 130 == result.exit_status
    assert (("house",), ("slow", "late")) == (result.changed, result.skipped)
    assert ledger.lock.read("staging") is None
    record = ledger.history.latest("staging", "slow")
    assert record is not None
    assert (Phase.PAUSED, {"event": "interrupted"}) == (record.phase, record.evidence)
    assert signal.default_int_handler is signal.getsignal(signal.SIGINT)

    toybox.clock = ToyClock()
    again = toybox.engine(ledger).run(entries)
    toybox.close()
    assert (("late",), 0) == (again.changed, again.exit_status)
    assert 3 == len(toybox.platform.mutations())
