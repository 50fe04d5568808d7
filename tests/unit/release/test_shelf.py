from __future__ import annotations

from dataclasses import replace

import pytest

from launchbook.errors import UnknownRelease
from launchbook.release.shelf import Shelf, next_id
from tests.support.capsules import capsule


def shelf(*numbers: int) -> Shelf:
    return Shelf.of(evidence(*numbers))


def evidence(*numbers: int) -> list[dict[str, object]]:
    return [
        {"capsule": capsule(each).as_json(), "signature": {"key_id": "k"}}
        for each in numbers
    ]


def test_a_capsule_comes_back_as_it_was_recorded() -> None:
    assert capsule(3) == shelf(1, 3).find("production-3").capsule


def test_a_number_alone_finds_a_release() -> None:
    assert "production-1" == shelf(1, 2).find("1").capsule.id


def test_a_release_that_is_recorded_twice_is_one() -> None:
    assert 2 == len(shelf(1, 1, 2).kept)


def test_records_that_are_no_capsule_are_passed_over() -> None:
    assert () == Shelf.of([{"found": "as desired"}]).kept


def test_an_unknown_release_is_told_with_those_that_are_known() -> None:
    with pytest.raises(UnknownRelease) as caught:
        shelf(1, 2).find("7")
    assert "production-1, production-2" in caught.value.hint


def test_before_a_release_is_what_it_replaced() -> None:
    found = shelf(1, 2, 3)
    newest = found.newest
    assert newest is not None
    before = found.before(newest)
    assert before is not None
    assert "production-2" == before.id


def test_before_a_return_is_what_was_before_that_to_which_it_returned() -> None:
    back = replace(
        capsule(4),
        surfaces=capsule(2).surfaces,
        previous="production-3",
        returned_from="production-3",
    )
    told = {"capsule": back.as_json(), "signature": {}}
    found = Shelf.of([*evidence(1, 2, 3), told])
    before = found.before(back)
    assert before is not None
    assert "production-1" == before.id


def test_before_the_first_release_is_nothing() -> None:
    assert shelf(1).before(capsule(1)) is None


def test_ids_grow_by_one() -> None:
    assert "production-13" == next_id("production", capsule(12))
    assert "staging-1" == next_id("staging", None)
