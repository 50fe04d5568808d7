"""What becomes known only while a run goes on is weighed and bound like the rest."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

import pytest

from launchbook.engine.override import Override
from launchbook.engine.saved import load, save
from launchbook.errors import StalePlan, UnsafePlan
from launchbook.model.record import Phase
from tests.support.toy import Toybox, entry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAMES = [f"n{number:02}" for number in range(10)]
CLEARED = [
    entry("first"),
    entry(
        "shelf",
        "toy.shelf",
        names=[*NAMES[:5], "first"],
        content="${steps.first.outputs.name}",
    ),
]


@pytest.fixture
def toybox(tmp_path: Path) -> Iterator[Toybox]:
    box = Toybox(tmp_path)
    yield box
    box.close()


def fill(toybox: Toybox) -> None:
    for name in NAMES:
        toybox.platform.create(name, "first")


def test_a_large_change_that_shows_midway_is_refused_and_what_stands_is_said(
    toybox: Toybox,
) -> None:
    fill(toybox)
    result = toybox.engine(toybox.ledger()).run(CLEARED)
    assert isinstance(result.error, UnsafePlan)
    assert 6 == result.exit_status
    assert ["first: create toy.thing first"] == result.error.details["stands"]
    assert 11 == len(toybox.platform.things())


def test_an_override_that_is_needed_midway_is_recorded_before_the_effect(
    toybox: Toybox,
) -> None:
    fill(toybox)
    ledger = toybox.ledger()
    override = Override("large-change", "clearing the shelf")
    result = toybox.engine(ledger).run(CLEARED, overrides=[override])
    assert 0 == result.exit_status
    records = list(ledger.history.records(run=result.run))
    used = [record for record in records if record.evidence.get("event") == "override"]
    assert ["clearing the shelf"] == [record.evidence["reason"] for record in used]
    begun = next(
        record
        for record in records
        if (record.step, record.phase) == ("shelf", Phase.APPLYING)
    )
    assert used[0].sequence < begun.sequence


def test_a_saved_plan_binds_the_steps_that_are_looked_at_again(
    toybox: Toybox, tmp_path: Path
) -> None:
    platform = toybox.platform
    platform.create("house", "old")
    platform.create("door", "house")
    entries = [
        entry("house", content="new"),
        entry("door", content="${steps.house.outputs.name}"),
    ]
    save(toybox.engine().plan(entries), tmp_path / "plan.json")

    def hook(verb: str, name: str) -> None:
        if (verb, name) == ("applied", "house"):
            door = platform.read("door")
            assert door is not None
            platform.update(door, "somebody else's")

    toybox.hook = hook
    saved = load(tmp_path / "plan.json")
    result = toybox.engine(toybox.ledger()).run(entries, saved=saved)
    assert isinstance(result.error, StalePlan)
    assert "update toy.thing door" in result.error.message
    assert 6 == result.exit_status


def test_a_step_whose_inputs_did_not_move_is_looked_at_again_and_left_alone(
    toybox: Toybox,
) -> None:
    platform = toybox.platform
    platform.create("house", "old")
    platform.create("door", "house")
    entries = [
        entry("house", content="new"),
        entry("door", content="${steps.house.outputs.name}"),
        entry("bell", "toy.check", id="${steps.door.outputs.id}"),
    ]
    looked: list[str] = []
    toybox.hook = lambda verb, name: looked.append(name) if verb == "facts" else None
    result = toybox.engine(toybox.ledger()).run(entries)
    assert (("house",), ("door", "bell")) == (result.changed, result.unchanged)
    assert ["house", "door", "door"] == looked


def test_ctrl_c_while_planning_writes_nothing(toybox: Toybox) -> None:
    def hook(verb: str, name: str) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.2)

    toybox.hook = hook
    ledger = toybox.ledger()
    entries = [entry("a"), entry("b", content="${steps.a.outputs.id}")]
    result = toybox.engine(ledger).run(entries)
    assert (130, True) == (result.exit_status, result.is_interrupted)
    assert [] == toybox.platform.mutations()
    assert ledger.lock.read("staging") is None
    with pytest.raises(KeyboardInterrupt):
        toybox.engine(ledger).plan(entries)
