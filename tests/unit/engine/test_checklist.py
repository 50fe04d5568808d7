"""Items of the checklist: proven, signed, expired, bound to a commit, or absent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from launchbook.engine.checklist import (
    Circumstances,
    Item,
    judge,
    read_items,
    read_signatures,
)
from launchbook.engine.step import Note, Prior
from launchbook.model.gate import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

NOW = datetime(2030, 1, 31, tzinfo=UTC)
PASS, FAIL, OPEN = Verdict.PASSED, Verdict.FAIL, Verdict.INCONCLUSIVE


@dataclass
class Ledger:
    """What another environment's steps were last seen at."""

    seen: Mapping[str, datetime] = field(default_factory=dict)
    environment: str = "production"

    def latest(self, step: str) -> Prior | None:
        at = self.seen.get(f"{self.environment} {step}")
        return Prior(at, "") if at else None

    def elsewhere(self, environment: str) -> Ledger:
        return Ledger(self.seen, environment)


def item(**entry: object) -> Item:
    (found,) = read_items({"roof": {"question": "Is it tight?", **entry}})
    return found


def signed(
    commit: str = "c1", days_ago: int = 1, **evidence: object
) -> tuple[Note, ...]:
    facts = {"item": "roof", "commit": commit, "evidence": evidence, "note": ""}
    return (Note(NOW - timedelta(days=days_ago), "ada@toy", facts),)


def verdict(
    one: Item,
    *,
    notes: tuple[Note, ...] = (),
    proofs: Mapping[str, object] | None = None,
    past: Ledger | None = None,
) -> Verdict:
    around = Circumstances(NOW, "c1", past or Ledger(), proofs, read_signatures(notes))
    return judge(one, around).verdict


def test_steps_of_the_run_prove_an_item_and_their_absence_does_not() -> None:
    one = item(proof="steps")
    assert PASS is verdict(one, proofs={"roof": ["api.vocilia.com"]})
    assert OPEN is verdict(one, proofs={})
    assert OPEN is verdict(one, proofs=None)


def test_the_ledger_of_another_environment_proves_an_item_for_some_time() -> None:
    one = item(proof="ledger", environment="staging", steps=["a", "b"], expires_days=30)
    fresh = NOW - timedelta(days=2)
    both = {"staging a": fresh, "staging b": fresh}
    assert PASS is verdict(one, past=Ledger(both))
    assert OPEN is verdict(one, past=Ledger({"staging a": fresh}))
    assert OPEN is verdict(one, past=Ledger({"production a": fresh}))
    stale = {**both, "staging b": NOW - timedelta(days=30)}
    assert OPEN is verdict(one, past=Ledger(stale))


def test_a_signature_counts_until_it_expires() -> None:
    one = item(proof="signature", evidence=["url"], expires_days=14)
    assert OPEN is verdict(one)
    assert PASS is verdict(one, notes=signed(days_ago=13, url="https://x.example"))
    assert OPEN is verdict(one, notes=signed(days_ago=14, url="https://x.example"))


def test_a_signature_may_be_bound_to_its_commit() -> None:
    one = item(proof="signature", evidence=["url"], is_bound_to_commit=True)
    assert PASS is verdict(one, notes=signed(url="https://x.example"))
    assert OPEN is verdict(one, notes=signed(commit="c2", url="https://x.example"))
    free = item(proof="signature", evidence=["url"])
    assert PASS is verdict(free, notes=signed(commit="c2", url="https://x.example"))


def test_the_newest_signature_counts() -> None:
    notes = (
        *signed(days_ago=9, readings={"p95": 900}),
        *signed(readings={"p95": 3000}),
    )
    one = item(
        proof="signature",
        evidence=["readings"],
        readings={"p95": {"unit": "ms", "at_most": 2000}},
    )
    assert FAIL is verdict(one, notes=notes)
    assert PASS is verdict(one, notes=notes[:1])


@pytest.mark.parametrize(
    ("limits", "value", "expected"),
    [
        ({"at_most": 1}, 1, PASS),
        ({"at_most": 1}, 1.01, FAIL),
        ({"at_least": 80}, 80, PASS),
        ({"at_least": 80}, 79.9, FAIL),
        ({}, 5, PASS),
    ],
)
def test_a_signed_figure_is_held_against_its_limits(
    limits: dict[str, float], value: float, expected: Verdict
) -> None:
    readings = {"rate": {"unit": "percent", **limits}}
    one = item(proof="signature", evidence=["readings"], readings=readings)
    assert expected is verdict(one, notes=signed(readings={"rate": value}))


def test_a_figure_that_was_not_signed_fails() -> None:
    readings = {"rate": {"unit": "percent", "at_most": 1}}
    one = item(proof="signature", evidence=["readings", "url"], readings=readings)
    assert FAIL is verdict(one, notes=signed(url="https://x.example"))


def test_an_item_whose_part_does_not_exist_is_never_a_pass() -> None:
    assert OPEN is verdict(item(proof="absent"), proofs={"roof": ["it is fine"]})
