"""An approval counts for one plan, for a time, and by somebody who can prove it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from launchbook.engine.step import Note
from launchbook.model.gate import Verdict
from launchbook.release.approval import (
    CIRCUMSTANCES,
    Approval,
    Approver,
    Intent,
    Policy,
    Proposed,
    begun_plans,
    intent_of,
    judge_approval,
    read_approvals,
)
from tests.support.approver import Signatory

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
COMMIT = "4f0c1d2e3b4a5968778695a4b3c2d1e0f9a8b7c6"
PLAN = Intent("d1", dict.fromkeys(CIRCUMSTANCES, "x"), {"source": "i1", "backend": ""})
ADA, BEN = Signatory(1), Signatory(2)
ALONE = Policy(is_four_eyes=False)
FOUR_EYES = Policy(
    is_four_eyes=True,
    approvers=(Approver("ada", ADA.key, ("ada@desk",)), Approver("ben", BEN.key)),
)
APPROVAL = Approval(
    plan=PLAN,
    environment="production",
    commit=COMMIT,
    reason="tried on staging",
    at=NOW - timedelta(hours=1),
    until=NOW + timedelta(hours=1),
)
PROPOSED = Proposed(PLAN, COMMIT, NOW, actor="carl@desk")


def signed(by: str, person: Signatory) -> Approval:
    approval = replace(APPROVAL, approver=by)
    return replace(approval, signature=person.sign(approval.statement))


def words(approval: Approval, proposed: Proposed, policy: Policy) -> str:
    finding, used = judge_approval([approval], proposed, policy)
    assert (finding.verdict is Verdict.PASSED) is (used is not None)
    return finding.words


def test_an_approval_of_this_plan_counts() -> None:
    finding, used = judge_approval([APPROVAL], PROPOSED, ALONE)
    assert (Verdict.PASSED, APPROVAL) == (finding.verdict, used)
    assert "approved by a reason and a delay until" in finding.words


def test_without_one_nothing_can_be_said() -> None:
    finding, used = judge_approval([], PROPOSED, ALONE)
    assert (Verdict.INCONCLUSIVE, None) == (finding.verdict, used)
    assert "nobody approved plan d1 of commit 4f0c1d2e3b4a" == finding.words


@pytest.mark.parametrize(
    ("plan", "problem"),
    [
        (replace(PLAN, digest="d2"), "the facts behind it changed"),
        (replace(PLAN, digest="d2", steps={"source": "i2", "backend": ""}), "source"),
        (replace(PLAN, digest="d2", steps={"source": "i1"}), "the steps changed"),
        (
            replace(
                PLAN,
                digest="d2",
                circumstances={**PLAN.circumstances, "inventory_digest": "y"},
            ),
            "inventory digest changed",
        ),
    ],
)
def test_whatever_changed_since_refuses_it(plan: Intent, problem: str) -> None:
    told = words(APPROVAL, replace(PROPOSED, plan=plan), ALONE)
    assert problem in told


def test_an_approval_of_another_commit_is_told_as_such() -> None:
    other = replace(PROPOSED, commit="0" * 40, plan=replace(PLAN, digest="d2"))
    assert "the last approval is of commit 4f0c1d2e3b4a" == words(
        APPROVAL, other, ALONE
    )


def test_it_expires() -> None:
    late = replace(PROPOSED, now=APPROVAL.until)
    assert "counted until 2026-11-20 13:00 UTC" in words(APPROVAL, late, ALONE)


def test_where_nobody_else_looks_a_delay_must_pass() -> None:
    policy = replace(ALONE, delay_seconds=7200)
    assert "counts from 2026-11-20 13:00 UTC on" in words(APPROVAL, PROPOSED, policy)
    later = replace(PROPOSED, now=NOW + timedelta(minutes=59))
    assert "counts from" in words(APPROVAL, later, policy)
    in_time = replace(policy, delay_seconds=3600)
    assert "approved by" in words(APPROVAL, PROPOSED, in_time)


def test_to_approve_again_does_not_begin_the_delay_anew() -> None:
    policy = replace(ALONE, delay_seconds=3600)
    again = replace(APPROVAL, at=NOW)
    assert APPROVAL == judge_approval([APPROVAL, again], PROPOSED, policy)[1]
    finding, _ = judge_approval([again], PROPOSED, policy)
    assert Verdict.INCONCLUSIVE is finding.verdict


def test_a_release_that_was_cut_off_goes_on_under_its_approval() -> None:
    known = {"source": "i1", "backend": "i7"}
    moved = replace(PLAN, digest="d2", steps=known)
    begun = replace(PROPOSED, plan=moved, begun=frozenset({"d1"}))
    assert "approved by" in words(APPROVAL, begun, ALONE)
    changed = replace(begun, plan=replace(moved, steps={**known, "source": "i2"}))
    assert "step source changed" in words(APPROVAL, changed, ALONE)


def test_an_older_approval_may_be_the_one_that_counts() -> None:
    other = replace(APPROVAL, plan=replace(PLAN, digest="d9"))
    assert APPROVAL == judge_approval([APPROVAL, other], PROPOSED, ALONE)[1]


def test_four_eyes_take_the_signature_of_somebody_listed() -> None:
    assert "approved by ben" in words(signed("ben", BEN), PROPOSED, FOUR_EYES)


@pytest.mark.parametrize(
    ("approval", "actor", "problem"),
    [
        (APPROVAL, "carl@desk", "is by nobody by name"),
        (signed("dora", ADA), "carl@desk", "dora, who is not in team.approvers"),
        (signed("ben", ADA), "carl@desk", "another key signed it"),
        (replace(APPROVAL, approver="ben"), "carl@desk", "is not proven"),
        (replace(signed("ben", BEN), reason="other"), "carl@desk", "does not fit"),
        (signed("ada", ADA), "ada@desk", "is by ada, who releases this too"),
        (signed("ada", ADA), "ada@other", "is by ada, who releases this too"),
    ],
)
def test_four_eyes_take_nothing_else(
    approval: Approval, actor: str, problem: str
) -> None:
    assert problem in words(approval, replace(PROPOSED, actor=actor), FOUR_EYES)


def test_an_approval_is_read_back_from_the_ledger() -> None:
    kept = signed("ben", BEN)
    note = Note(NOW, "carl@desk", kept.as_evidence())
    assert (replace(kept, actor="carl@desk"),) == read_approvals([note])


def test_what_a_capsule_keeps_says_who_what_and_when() -> None:
    told = signed("ben", BEN).as_json()
    assert ("ben", "d1", COMMIT) == (told["approver"], told["plan"], told["commit"])
    assert "intent" not in told


def test_a_saved_plan_says_what_it_is_about() -> None:
    steps = [{"id": "source", "inputs_digest": "i1"}]
    found = intent_of({"digest": "d1", "environment": "staging", "steps": steps})
    assert ("d1", "staging", {"source": "i1"}) == (
        found.digest,
        found.circumstances["environment"],
        found.steps,
    )


def note(hour: int, **facts: object) -> Note:
    at = NOW + timedelta(hours=hour)
    return Note(at, "carl@desk", {"playbook": "release", **facts})


@pytest.mark.parametrize(
    ("ended", "has_begun"),
    [
        ({}, True),  # killed: nobody wrote its end
        ({"exit_status": 6, "changed": 0}, True),
        ({"exit_status": 130, "changed": 0}, True),
        ({"exit_status": 10, "changed": 3}, True),
        ({"exit_status": 4, "changed": 3}, True),
        ({"exit_status": 4, "changed": 0}, False),
        ({"exit_status": 10, "changed": 0}, False),
        ({"exit_status": 5, "changed": 0}, False),
        ({"exit_status": 0, "changed": 3}, False),
    ],
)
def test_a_plan_has_begun_when_something_of_it_may_stand(
    ended: dict[str, object], *, has_begun: bool
) -> None:
    finished = [note(2, **ended)] if ended else []
    assert has_begun is ("d1" in begun_plans([note(1, plan="d1")], finished))


def test_a_plan_has_begun_until_a_run_of_its_playbook_ends_well() -> None:
    started = [note(1, plan="d1"), note(3, plan="d2")]
    broken, well = note(2, exit_status=6), note(4, exit_status=0)
    assert frozenset() == begun_plans(started, [broken, well])
    other = [note(1, plan="d1"), note(3, plan="d2", playbook="staging")]
    assert {"d1"} == begun_plans(other, [broken, well])
