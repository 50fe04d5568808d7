"""The old release on the new schema: looked at before anything is deployed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pytest

from launchbook.engine.memory import Memory
from launchbook.engine.step import Note, Prior
from launchbook.errors import VerificationFailed
from launchbook.redact import Secret
from launchbook.release.situation import Trial
from launchbook.release.trial import read_trials
from launchbook.steps.release_compatibility import Inputs, ReleaseCompatibility
from tests.support.domains import context
from tests.support.transport import START
from tests.support.visitor import Table

if TYPE_CHECKING:
    from launchbook.transport.probe import Prober

API, ADMIN = "https://api.shop.example", "https://admin.shop.example"
INPUTS = Inputs(
    capsule="production-11",
    schema="20261120000000",
    backend=API,
    backend_identity="4f0c-1",
    pages={"admin": ADMIN},
    identities={"admin": "4f0c-3"},
    journey={"/api/shops/none": 404},
)
GOOD: dict[str, tuple[int, dict[str, str], str]] = {
    f"{API}/health": (200, {}, '{"build": "4f0c-1"}'),
    f"{API}/health/detailed": (200, {}, "{}"),
    f"{API}/health/database": (200, {}, "{}"),
    f"{API}/health/jobs": (200, {}, "{}"),
    f"{API}/api/shops/none": (404, {}, "{}"),
    f"{ADMIN}/build.json": (200, {}, '{"identity": "4f0c-3"}'),
}


def step(**answers: tuple[int, dict[str, str], str]) -> ReleaseCompatibility:
    return ReleaseCompatibility(cast("Prober", Table({**GOOD, **answers})))


def test_an_old_release_that_works_is_kept_as_evidence() -> None:
    verified = step().verify(INPUTS, context())
    assert ("production-11", "20261120000000") == (
        verified.evidence["capsule"],
        verified.evidence["schema"],
    )
    assert 6 == len(cast("dict[str, int]", verified.evidence["response_time_ms"]))


@pytest.mark.parametrize(
    ("url", "answer", "problem"),
    [
        (f"{API}/health/database", (503, {}, "{}"), "answers 503, not 200"),
        (f"{API}/api/shops/none", (500, {}, "{}"), "answers 500, not 404"),
        (f"{API}/health", (200, {}, '{"build": "9999-1"}'), "shows 9999-1, not 4f0c"),
        (f"{ADMIN}/build.json", (200, {}, "<html>"), "shows no build of ours"),
        (f"{ADMIN}/build.json", (200, {}, "[]"), "shows no build of ours"),
    ],
)
def test_what_the_schema_broke_is_told_before_anything_is_deployed(
    url: str, answer: tuple[int, dict[str, str], str], problem: str
) -> None:
    with pytest.raises(VerificationFailed, match=problem) as caught:
        step(**{url: answer}).verify(INPUTS, context())
    assert "Nothing was deployed" in caught.value.hint
    assert "production-11" == caught.value.details["capsule"]


def test_what_does_not_answer_is_no_proof() -> None:
    table = Table({})
    with pytest.raises(VerificationFailed, match="gave no answer"):
        ReleaseCompatibility(cast("Prober", table)).verify(INPUTS, context())


def test_where_nothing_serves_it_says_that_nothing_was_tried() -> None:
    told: list[str] = []
    around = replace(context(), say=told.append)
    inputs = Inputs("", "20261120000000", "", "")
    verified = ReleaseCompatibility(cast("Prober", Table({}))).verify(inputs, around)
    assert {"skipped": "nothing serves yet"} == verified.evidence
    assert ["skipped: nothing serves yet that could be tried"] == told


def test_a_schema_that_the_release_knows_is_not_tried() -> None:
    step_without_answers = ReleaseCompatibility(cast("Prober", Table({})))
    known = replace(INPUTS, known=INPUTS.schema, held_before=("1",), held=("1", "2"))
    verified = step_without_answers.verify(known, context())
    assert {"skipped": "nothing new in the schema"} == verified.evidence
    with pytest.raises(VerificationFailed):
        step_without_answers.verify(replace(known, held=("2",)), context())


def test_a_run_that_goes_on_finds_what_it_saw_before_its_first_deployment() -> None:
    class Earlier(Memory):
        def verified(self, step: str) -> tuple[Prior, ...]:
            facts = {"capsule": "production-11", "schema": INPUTS.schema, "seen": 1}
            return (Prior(START, "", evidence=facts),)

    after = replace(context(), history=Earlier(None, "production"))
    step_without_answers = ReleaseCompatibility(cast("Prober", Table({})))
    assert 1 == step_without_answers.verify(INPUTS, after).evidence["seen"]
    newer = replace(INPUTS, schema="20261121000000")
    with pytest.raises(VerificationFailed):
        step_without_answers.verify(newer, after)


def test_a_protected_page_is_opened() -> None:
    table = Table(GOOD)
    inputs = replace(INPUTS, bypass={"admin": Secret("open-sesame"), "shop": ""})
    ReleaseCompatibility(cast("Prober", table)).verify(inputs, context())
    sent = {url: [*headers.values()] for url, headers in table.asked if headers}
    assert {f"{ADMIN}/build.json": ["open-sesame"]} == sent


class Ledger:
    """A past with one proof, and some runs that ended."""

    def __init__(self, proven: Prior | None, *ended: dict[str, Any]) -> None:
        self.proven = proven
        self.ended = ended

    def latest(self, step: str) -> Prior | None:
        return self.proven if step == "compatibility" else None

    def notes(self, event: str) -> tuple[Note, ...]:
        found = [Note(START, "ada", each) for each in self.ended]
        return tuple(found) if event == "run-finished" else ()


def trials(proven: Prior | None, *ended: dict[str, Any]) -> tuple[Trial, ...]:
    return read_trials(cast("Any", Ledger(proven, *ended)))


def test_the_ledger_says_which_trials_there_were() -> None:
    details = {"capsule": "p-1", "schema": "2", "problems": ["it answers 503"]}
    failed = {"error": {"code": "verification-failed", "details": details}}
    other = {"error": {"code": "lock-held"}}
    proven = Prior(START, "", evidence={"capsule": "p-1", "schema": "3"})
    assert (Trial("p-1", "2", ("it answers 503",)), Trial("p-1", "3")) == trials(
        proven, failed, other, {}
    )
    skipped = Prior(START, "", evidence={"skipped": "nothing serves yet"})
    assert () == trials(skipped)
    assert () == trials(None)
