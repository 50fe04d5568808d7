"""Destroying an environment: what dies, what is kept, and the proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from launchbook.engine.override import Override
from launchbook.errors import InputError, Unavailable, VerificationFailed
from tests.support.toy import Toybox, entry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENTRIES = (
    entry("house", "toy.house", content="walls"),
    entry("door", content="${steps.house.outputs.id}"),
    entry("vault", "toy.vault", content="gold"),
    entry("bar", content="${steps.vault.outputs.id}"),
    entry("look", "toy.check", id="${steps.door.outputs.id}"),
)


@pytest.fixture
def toybox(tmp_path: Path) -> Iterator[Toybox]:
    box = Toybox(tmp_path)
    yield box
    box.close()


def names(toybox: Toybox) -> list[str]:
    return sorted(str(thing["name"]) for thing in toybox.platform.things())


def test_what_dies_is_shown_with_what_is_inside_and_nothing_is_written(
    toybox: Toybox,
) -> None:
    toybox.engine(toybox.ledger()).run(ENTRIES)
    before = toybox.platform.mutations()
    doomed = toybox.engine().doomed(ENTRIES, ())
    assert ["house", "door"] == [line.name for line in doomed.lines]
    assert {"delete"} == {str(line.action) for line in doomed.lines}
    (kept,) = doomed.kept
    assert ("vault", "database", 2) == (
        kept.plan.id,
        kept.protected_as,
        len(kept.lines),
    )
    assert before == toybox.platform.mutations()


def test_what_is_protected_stays_unless_it_is_named(toybox: Toybox) -> None:
    ledger = toybox.ledger()
    toybox.engine(ledger).run(ENTRIES)
    result = toybox.engine(ledger).tear_down(ENTRIES, ())
    assert (0, ("house",), ["bar", "vault"]) == (
        result.exit_status,
        result.destroyed,
        names(toybox),
    )
    result = toybox.engine(ledger).tear_down(ENTRIES, ("database",))
    assert (0, ("vault",), []) == (
        result.exit_status,
        result.destroyed,
        names(toybox),
    )


def test_the_latest_dies_first(toybox: Toybox) -> None:
    ledger = toybox.ledger()
    toybox.engine(ledger).run(ENTRIES)
    result = toybox.engine(ledger).tear_down(ENTRIES, ("database",))
    assert ("vault", "house") == result.destroyed


def test_an_empty_world_has_nothing_to_destroy(toybox: Toybox) -> None:
    assert () == toybox.engine().doomed(ENTRIES, ()).owners
    result = toybox.engine(toybox.ledger()).tear_down(ENTRIES, ())
    assert (0, ()) == (result.exit_status, result.destroyed)


def test_a_kind_that_nothing_is_protected_as_is_refused(toybox: Toybox) -> None:
    toybox.engine(toybox.ledger()).run(ENTRIES)
    with pytest.raises(InputError, match="datbase"):
        toybox.engine().doomed(ENTRIES, ("datbase",))


def test_the_ledger_says_what_died_and_by_whose_word(toybox: Toybox) -> None:
    ledger = toybox.ledger()
    toybox.engine(ledger).run(ENTRIES)
    why = Override("destroy-production", "moved away")
    result = toybox.engine(ledger).tear_down(ENTRIES, (), overrides=[why])
    told = [
        record.evidence
        for record in ledger.history.records()
        if record.run == result.run
    ]
    assert [{"name": "destroy-production", "reason": "moved away"}] == told[0][
        "overrides"
    ]
    words = ["delete toy.house house", "delete toy.thing door"]
    assert ["destroy", words] == [told[1]["event"], told[1]["changes"]]
    assert ["destroyed", "teardown-finished"] == [each["event"] for each in told[2:]]


def test_a_refusal_keeps_the_rest_and_the_same_call_goes_on(tmp_path: Path) -> None:
    def refuse(verb: str, name: str) -> None:
        if (verb, name) == ("destroy", "house"):
            raise Unavailable("the platform is away", hint="Wait.", platform="toy")

    toybox = Toybox(tmp_path)
    ledger = toybox.ledger()
    toybox.engine(ledger).run(ENTRIES)
    toybox.hook = refuse
    result = toybox.engine(ledger).tear_down(ENTRIES, ("database",))
    assert (8, ("vault",), ["door", "house"]) == (
        result.exit_status,
        result.destroyed,
        names(toybox),
    )
    toybox.hook = lambda _verb, _name: None
    result = toybox.engine(ledger).tear_down(ENTRIES, ("database",))
    assert (0, ("house",), []) == (result.exit_status, result.destroyed, names(toybox))
    toybox.close()


def test_a_thing_that_comes_back_is_not_called_gone(tmp_path: Path) -> None:
    toybox = Toybox(tmp_path)
    ledger = toybox.ledger()
    toybox.engine(ledger).run(ENTRIES)
    seen: list[str] = []

    def make_again(verb: str, name: str) -> None:
        seen.append(f"{verb} {name}")
        # The last look of all: after every deletion was proven.
        if seen.count("facts house") == 3 and toybox.platform.read("house") is None:
            toybox.platform.create("house", "walls")

    toybox.hook = make_again
    result = toybox.engine(ledger).tear_down(ENTRIES, ())
    assert isinstance(result.error, VerificationFailed)
    assert "toy.house house" in result.error.message
    toybox.close()
