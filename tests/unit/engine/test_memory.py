"""What the ledger tells steps of runs that were cut off, and what people state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from launchbook.engine.memory import Memory
from launchbook.model.record import Phase
from tests.support.toy import Toybox, entry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENVIRONMENT = "staging"


@pytest.fixture
def toybox(tmp_path: Path) -> Iterator[Toybox]:
    box = Toybox(tmp_path)
    yield box
    box.close()


def test_what_a_failed_run_set_out_to_write_is_remembered_until_it_is_verified(
    tmp_path: Path,
) -> None:
    def fail(verb: str, name: str) -> None:
        if (verb, name) == ("apply", "house"):
            raise OSError("no power")

    broken = Toybox(tmp_path, hook=fail)
    ledger = broken.ledger()
    memory = Memory(ledger.history, ENVIRONMENT)
    assert frozenset() == memory.intended("house")
    with pytest.raises(OSError, match="no power"):
        broken.engine(ledger).run([entry("house")])
    assert frozenset({"toy.thing house"}) == memory.intended("house")
    broken.close()
    mended = Toybox(tmp_path)
    ledger = mended.ledger()
    assert 0 == mended.engine(ledger).run([entry("house")]).exit_status
    assert frozenset() == Memory(ledger.history, ENVIRONMENT).intended("house")
    mended.close()


def test_nothing_is_remembered_without_a_ledger() -> None:
    assert frozenset() == Memory(None, ENVIRONMENT).intended("house")


def test_what_a_person_states_is_a_record_of_the_environment(toybox: Toybox) -> None:
    ledger = toybox.ledger()
    run = toybox.engine(ledger).note({"event": "signed", "items": ["door"]})
    (record,) = [r for r in ledger.history.records(run=run) if r.evidence]
    assert (Phase.VERIFIED, "", "signed") == (
        record.phase,
        record.step,
        record.evidence["event"],
    )
    with pytest.raises(ValueError, match="needs a ledger"):
        toybox.engine().note({})
