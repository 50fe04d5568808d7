"""Gates: three verdicts, and overrides by name that are scoped, recorded, expiring."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from launchbook.engine.override import EVENT, Override
from launchbook.errors import GateFailed, GateInconclusive, InputError
from tests.support.toy import Toybox, entry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from launchbook.model.playbook import PlaybookEntry

AN_HOUR = 3600.0


@pytest.fixture
def toybox(tmp_path: Path) -> Iterator[Toybox]:
    box = Toybox(tmp_path)
    yield box
    box.close()


def book(commit: str = "c1", **verdicts: str) -> list[PlaybookEntry]:
    """A thing, a gate, and a thing behind it."""
    gate = entry("gate", "toy.gate", verdicts=verdicts, commit=commit)
    behind = replace(entry("behind"), after=frozenset({"gate"}))
    return [entry("before"), replace(gate, after=frozenset({"before"})), behind]


def test_what_passes_lets_the_run_go_on_after_all_that_comes_before(
    toybox: Toybox,
) -> None:
    result = toybox.engine(toybox.ledger()).run(book(roof="pass", walls="pass"))
    assert (0, ()) == (result.exit_status, result.overrides)
    assert ["create before", "create behind"] == toybox.platform.mutations()


def test_what_cannot_be_told_blocks_and_names_itself(toybox: Toybox) -> None:
    result = toybox.engine(toybox.ledger()).run(book(roof="inconclusive", walls="pass"))
    assert isinstance(result.error, GateInconclusive)
    assert 4 == result.exit_status, "what stands before the gate stands on purpose"
    assert ["create before"] == toybox.platform.mutations()
    assert "roof says inconclusive" in result.error.message
    assert "walls" not in result.error.message
    assert '--override roof --reason "..."' in result.error.hint
    assert ["roof"] == result.error.details["blocking"]


def test_a_no_weighs_more_than_what_cannot_be_told(toybox: Toybox) -> None:
    result = toybox.engine(toybox.ledger()).run(book(roof="inconclusive", walls="fail"))
    assert isinstance(result.error, GateFailed)


def test_an_override_of_one_does_not_let_another_pass(toybox: Toybox) -> None:
    result = toybox.engine(toybox.ledger()).run(
        book(roof="fail", walls="fail"), overrides=[Override("roof", "it is summer")]
    )
    assert isinstance(result.error, GateFailed)
    assert ["walls"] == result.error.details["blocking"]
    assert not toybox.ledger().history.latest("staging", "behind")


def test_an_override_is_recorded_with_reason_subject_and_end(toybox: Toybox) -> None:
    ledger = toybox.ledger()
    given = [Override("roof", "it is summer")]
    result = toybox.engine(ledger).run(book(roof="fail"), overrides=given)
    assert ["roof"] == [each.name for each in result.overrides]
    notes = [
        each.evidence
        for each in ledger.history.run_records("staging")
        if each.evidence.get("event") == EVENT
    ]
    (note,) = notes
    assert ("roof", "it is summer", "c1") == (
        note["name"],
        note["reason"],
        note["subject"],
    )
    told = [
        each.message for each in toybox.events if "overridden until" in each.message
    ]
    assert 1 == len(told)


def test_the_same_command_runs_again_until_the_override_ends(toybox: Toybox) -> None:
    ledger = toybox.ledger()
    given = [Override("roof", "it is summer")]
    toybox.engine(ledger).run(book(roof="fail"), overrides=given)
    again = toybox.engine(ledger).run(book(roof="fail"))
    assert (0, "it is summer") == (again.exit_status, again.overrides[0].reason)
    toybox.clock.advance(AN_HOUR)
    late = toybox.engine(ledger).run(book(roof="fail"))
    assert isinstance(late.error, GateFailed)


def test_an_override_counts_for_what_it_was_given_for_alone(toybox: Toybox) -> None:
    ledger = toybox.ledger()
    given = [Override("roof", "it is summer")]
    toybox.engine(ledger).run(book(roof="fail"), overrides=given)
    other = toybox.engine(ledger).run(book(commit="c2", roof="fail"))
    assert isinstance(other.error, GateFailed)


def test_an_override_that_was_not_needed_is_not_recorded(toybox: Toybox) -> None:
    ledger = toybox.ledger()
    given = [Override("roof", "it is summer")]
    result = toybox.engine(ledger).run(book(roof="pass"), overrides=given)
    assert () == result.overrides
    events = [e.evidence.get("event") for e in ledger.history.run_records("staging")]
    assert EVENT not in events


def test_what_no_gate_knows_cannot_be_overridden(toybox: Toybox) -> None:
    with pytest.raises(InputError, match="rooof") as caught:
        toybox.engine(toybox.ledger()).run(
            book(roof="fail"), overrides=[Override("rooof", "typo")]
        )
    assert "--override roof" in caught.value.hint


def test_a_command_about_a_part_of_a_playbook_leaves_its_gates_out(
    toybox: Toybox,
) -> None:
    *_, behind = book(roof="fail")
    assert 0 == toybox.engine(toybox.ledger()).run([behind]).exit_status
