"""Entries become a graph, or an error that says where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from launchbook.engine.graph import build_graph, needed_entries
from launchbook.errors import CircularReference, PlaybookError
from tests.support.toy import entry

if TYPE_CHECKING:
    from launchbook.model.playbook import PlaybookEntry


def needs(one: PlaybookEntry) -> frozenset[str]:
    found = one.inputs.get("needs", ())
    return frozenset(found if isinstance(found, tuple) else ())


def test_entries_stay_in_file_order_and_references_become_dependencies() -> None:
    graph = build_graph([entry("b", "x", needs=("a",)), entry("a", "x")], needs)
    assert ["b", "a"] == list(graph.entries)
    assert {"b": frozenset({"a"}), "a": frozenset()} == graph.dependencies


def test_two_entries_of_one_id_are_refused() -> None:
    with pytest.raises(PlaybookError, match="two steps have the id 'a'"):
        build_graph([entry("a", "x"), entry("a", "y")], needs)


def test_a_reference_to_no_entry_names_the_nearest_one() -> None:
    entries = [entry("backend", "x"), entry("b", "x", needs=("backnd",))]
    with pytest.raises(PlaybookError, match="'backnd'") as caught:
        build_graph(entries, needs)
    assert "steps.backend" in caught.value.hint
    assert caught.value.location is not None


def test_a_reference_to_nothing_alike_still_has_a_hint() -> None:
    with pytest.raises(PlaybookError) as caught:
        build_graph([entry("b", "x", needs=("zzz",))], needs)
    assert "Add such a step" in caught.value.hint


def test_a_circle_is_shown_from_end_to_end() -> None:
    entries = [
        entry("free", "x"),
        entry("a", "x", needs=("c", "free")),
        entry("b", "x", needs=("a",)),
        entry("c", "x", needs=("b",)),
        entry("tail", "x", needs=("a",)),
    ]
    with pytest.raises(CircularReference, match="a -> c -> b -> a") as caught:
        build_graph(entries, needs)
    assert ["a", "c", "b", "a"] == caught.value.details["chain"]


def test_an_entry_that_waits_for_itself_is_a_circle() -> None:
    with pytest.raises(CircularReference, match="a -> a"):
        build_graph([entry("a", "x", needs=("a",))], needs)


def test_what_some_entries_need_is_found_through_others_in_file_order() -> None:
    entries = [
        entry("a", "x"),
        entry("b", "x", needs=("a",)),
        entry("c", "x"),
        entry("d", "x", needs=("b",)),
    ]
    found = needed_entries(entries, ["d"], needs)
    assert ["a", "b", "d"] == [each.id for each in found]
