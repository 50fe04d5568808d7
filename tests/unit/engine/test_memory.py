"""What the ledger tells steps of runs that were cut off, and what people state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from launchbook.engine.memory import Memory
from launchbook.errors import Unavailable
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


def test_what_a_write_replaces_is_in_the_record_of_the_intent(tmp_path: Path) -> None:
    def fail(verb: str, name: str) -> None:
        if verb == "apply":
            raise OSError("no power")

    toybox = Toybox(tmp_path, hook=fail)
    ledger = toybox.ledger()
    memory = Memory(ledger.history, ENVIRONMENT)
    assert memory.begun("house") is None
    with pytest.raises(OSError, match="no power"):
        toybox.engine(ledger).run([entry("house", content="walls")])
    begun = memory.begun("house")
    assert begun is not None
    assert ["create toy.thing house"] == begun.evidence["changes"]
    assert "nothing" == begun.evidence["replaced"]
    toybox.close()


def test_a_deed_stands_between_its_intent_and_its_proof(toybox: Toybox) -> None:
    ledger = toybox.ledger()
    phases: list[str] = []

    def deed() -> dict[str, object]:
        phases.extend(str(r.phase) for r in ledger.history.records())
        return {"seen": "house"}

    run = toybox.engine(ledger).act({"event": "moved"}, deed)
    records = [r for r in ledger.history.records(run=run) if r.evidence]
    assert "planned" in phases
    assert [(Phase.PLANNED, "moved", None), (Phase.VERIFIED, "moved", "house")] == [
        (each.phase, each.evidence["event"], each.evidence.get("seen"))
        for each in records
    ]
    with pytest.raises(ValueError, match="needs a ledger"):
        toybox.engine().act({}, deed)


def test_a_deed_that_fails_is_recorded_and_told(toybox: Toybox) -> None:
    ledger = toybox.ledger()

    def deed() -> dict[str, object]:
        raise Unavailable("nobody answers", hint="Look.")

    with pytest.raises(Unavailable):
        toybox.engine(ledger).act({"event": "moved"}, deed)
    last = [r for r in ledger.history.run_records(ENVIRONMENT) if r.evidence][-1]
    assert Phase.FAILED == last.phase
    told = last.evidence["error"]
    assert isinstance(told, dict)
    assert "platform-unavailable" == told["code"]


def test_nothing_is_remembered_without_a_ledger() -> None:
    assert Memory(None, ENVIRONMENT).begun("house") is None
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
