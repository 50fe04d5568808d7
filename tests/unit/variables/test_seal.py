from __future__ import annotations

import pytest

from launchbook.model.change import Action
from launchbook.variables.seal import (
    Knowledge,
    Seal,
    names_of,
    read_seals,
)

SEALS = {"KEY": Seal("a", "then")}


@pytest.mark.parametrize(
    ("knowledge", "changed_at", "expected"),
    [
        (Knowledge(SEALS, {"KEY": "a"}), "then", Action.NO_CHANGE),
        (Knowledge(SEALS, {"KEY": "a"}), "later", Action.UNVERIFIABLE),
        (Knowledge(SEALS, {"KEY": "b"}), "then", Action.UPDATE),
        (Knowledge(SEALS, {"KEY": "b"}), "later", Action.UPDATE),
        (Knowledge({}, {"KEY": "a"}), "then", Action.UNVERIFIABLE),
        (Knowledge({}, {"KEY": "a"}, frozenset({"KEY"})), "then", Action.UPDATE),
        (Knowledge({}, {"KEY": "a"}, is_asserting=True), "then", Action.UPDATE),
        (Knowledge(SEALS, {"KEY": "a"}, is_asserting=True), "then", Action.NO_CHANGE),
        (Knowledge(SEALS, {"KEY": "a"}, is_asserting=True), "later", Action.UPDATE),
    ],
)
def test_only_what_is_recorded_and_untouched_is_unchanged(
    knowledge: Knowledge, changed_at: str, expected: Action
) -> None:
    assert expected is knowledge.judge("KEY", changed_at)[0]


def test_what_was_written_is_recorded_with_its_moment() -> None:
    knowledge = Knowledge({}, {"KEY": "a", "OTHER": "b"}, frozenset({"KEY"}))
    kept = knowledge.verified({"KEY": "now", "OTHER": "now"})
    assert {"KEY": {"fingerprint": "a", "changed_at": "now"}} == kept


def test_a_record_stays_when_somebody_wrote_since() -> None:
    kept = Knowledge(SEALS, {"KEY": "a"}).verified({"KEY": "later"})
    assert {"KEY": {"fingerprint": "a", "changed_at": "then"}} == kept


def test_records_are_read_back_and_malformed_ones_are_none() -> None:
    kept = Knowledge(SEALS, {"KEY": "a"}).verified({"KEY": "then"})
    assert SEALS == read_seals({"sealed": kept})
    assert {} == read_seals({"sealed": {"KEY": {"fingerprint": "a"}}})
    assert {} == read_seals({"sealed": "x"})
    assert {} == read_seals({})


def test_the_lines_of_a_plan_name_variables() -> None:
    lines = ["railway.variable backend KEY", "railway.variable worker OTHER", "x"]
    assert frozenset({"KEY"}) == names_of(lines, "railway.variable backend")
