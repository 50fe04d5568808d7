"""The book of faults: who is hit, and when."""

from __future__ import annotations

import pytest

from launchbook.sandbox.faults import Fault, FaultBook, InvalidFault, fault_from


def _hits(fault: Fault, count: int) -> list[bool]:
    book = FaultBook()
    book.add(fault)
    return [book.take("railway", "up", fault.effect) is fault for _ in range(count)]


def test_the_nth_occasion_is_hit_once() -> None:
    assert [False, True, False] == _hits(Fault("railway", "odd", nth=2), 3)


def test_several_times_and_for_ever() -> None:
    assert [True, True, False] == _hits(Fault("*", "odd", times=2), 3)
    assert [False, True, True] == _hits(Fault("*", "odd", nth=2, times=0), 3)


@pytest.mark.parametrize(
    ("pattern", "is_hit"),
    [("up", True), ("u?", True), ("*", True), ("down", False), ("[u]p", False)],
)
def test_patterns_know_star_and_question_mark_only(pattern: str, is_hit: bool) -> None:
    assert [is_hit] == _hits(Fault("railway", "odd", pattern), 1)


def test_another_vendor_or_effect_neither_hits_nor_counts() -> None:
    book = FaultBook()
    fault = book.add(Fault("railway", "odd"))
    assert book.take("vercel", "up", "odd") is None
    assert book.take("railway", "up", "even") is None
    assert 0 == fault.seen_count


def test_what_is_about_something_else_is_neither_hit_nor_counted() -> None:
    fault = Fault("*", "odd", details={"only": ["s-worker", "s-payments"]})
    book = FaultBook()
    book.add(fault)
    subjects = ("/up?serviceId=s-backend", "", "/up?serviceId=s-payments")
    hits = [
        book.take_all("railway", ("up",), frozenset({"odd"}), each) for each in subjects
    ]
    assert [[], [], [fault]] == hits
    assert 1 == fault.seen_count


def test_faults_have_ids_and_can_be_taken_back() -> None:
    book = FaultBook()
    first, second = book.add(Fault("*", "odd")), book.add(Fault("*", "odd"))
    assert [1, 2] == [first.id, second.id]
    book.clear()
    assert [] == book.all()


def test_json_keeps_a_vendors_own_words() -> None:
    body = {"vendor": "vercel", "effect": "failed_variables", "names": ["A"], "nth": 3}
    expected = body | {"id": 0, "operation": "*", "times": 1, "seen": 0}
    assert expected == fault_from(body).as_json()


@pytest.mark.parametrize(
    "body",
    [
        {"effect": "status", "status": 500},
        {"vendor": "vercel"},
        {"vendor": "vercel", "effect": "status"},
        {"vendor": "vercel", "effect": "drop_after", "only": "s-backend"},
        {"vendor": "vercel", "effect": "status", "status": 42},
        {"vendor": "vercel", "effect": "status", "status": 500, "headers": ["a"]},
        {"vendor": "vercel", "effect": "delay"},
        {"vendor": "vercel", "effect": "malformed", "nth": 0},
        {"vendor": "vercel", "effect": "malformed", "times": "all"},
    ],
)
def test_a_fault_that_nobody_could_apply_is_refused(body: dict[str, object]) -> None:
    with pytest.raises(InvalidFault):
        fault_from(body)
