"""A run that only looks: a lost ledger comes back, nothing is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from launchbook.model.event import EventKind
from launchbook.model.record import Phase
from tests.support.toy import Toybox, entry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENTRIES = (
    entry("house", content="walls"),
    entry("door", content="${steps.house.outputs.id}"),
    entry("look", "toy.check", id="${steps.door.outputs.id}"),
)


@pytest.fixture
def toybox(tmp_path: Path) -> Iterator[Toybox]:
    box = Toybox(tmp_path)
    yield box
    box.close()


def lose_ledger(toybox: Toybox) -> None:
    toybox.close()
    for path in toybox.ledger_path.parent.glob("ledger.db*"):
        path.unlink()


def test_a_lost_ledger_is_written_again_from_what_is_there(toybox: Toybox) -> None:
    toybox.engine(toybox.ledger()).run(ENTRIES)
    before = toybox.platform.mutations()
    lose_ledger(toybox)
    ledger = toybox.ledger()
    result = toybox.engine(ledger).run(ENTRIES, is_observing=True)
    assert (0, 0, 3) == (
        result.exit_status,
        len(result.changed),
        len(result.unchanged),
    )
    assert before == toybox.platform.mutations()
    for step in ("house", "door", "look"):
        record = ledger.history.latest("staging", step, Phase.VERIFIED)
        assert record is not None
    # And it is as good as the first one: a normal run finds nothing to do.
    assert 0 == toybox.engine(ledger).run(ENTRIES).exit_status
    assert before == toybox.platform.mutations()


def test_what_differs_is_told_and_not_mended(toybox: Toybox) -> None:
    ledger = toybox.ledger()
    toybox.engine(ledger).run(ENTRIES)
    door = toybox.platform.read("door")
    assert door is not None
    toybox.platform.update(door, "by hand")
    before = toybox.platform.mutations()
    result = toybox.engine(ledger).run(ENTRIES, is_observing=True)
    assert 3 == result.exit_status
    assert {"door": ("update toy.thing door",)} == dict(result.differing)
    assert (("house",), ("look",), ()) == (
        result.unchanged,
        result.skipped,
        result.waiting,
    )
    assert ["door"] == toybox.heard(EventKind.STEP_DIFFERS)
    assert before == toybox.platform.mutations()


def test_an_empty_world_is_not_filled(toybox: Toybox) -> None:
    result = toybox.engine(toybox.ledger()).run(ENTRIES, is_observing=True)
    assert {"house": ("create toy.thing house",)} == dict(result.differing)
    assert [] == toybox.platform.mutations()


def test_a_large_difference_does_not_stop_who_only_looks(toybox: Toybox) -> None:
    shelf = [f"book-{number}" for number in range(12)]
    ledger = toybox.ledger()
    toybox.engine(ledger).run((entry("shelf", "toy.shelf", names=shelf),))
    emptied = (entry("shelf", "toy.shelf", names=shelf[:2]),)
    result = toybox.engine(ledger).run(emptied, is_observing=True)
    assert (3, 12) == (result.exit_status, len(toybox.platform.things()))
