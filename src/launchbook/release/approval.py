"""Approvals: of one plan, for some time, by somebody who can prove who they are.

An approval names the digest of a saved plan, and with it the commit, the settings,
the fingerprints of the variables, the migrations and the facts that it was made of:
whatever moves, it counts no more. A release that began under it and was cut off goes
on under it, as long as nobody changed what it was told to do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, cast

from launchbook.digest import canonical, digest
from launchbook.errors import SignatureInvalid
from launchbook.model.gate import Finding, Verdict
from launchbook.model.record import time_of, time_text
from launchbook.release.freeze import shown
from launchbook.release.ssh_signature import check_signature

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from launchbook.engine.step import Note

EVENT: Final = "release-approved"
"""``evidence.event`` of the record of one."""
APPROVAL: Final = "approval"
"""Name of the gate's item, and so of its override."""
COUNTS_FROM: Final = "counts_from"
"""``evidence`` of an approval whose delay is not over: from when on it counts."""
BEGUN: Final = frozenset({6, 130})
"""Exit statuses of runs that leave something to be brought to an end."""
CIRCUMSTANCES: Final = (
    *("tool_version", "environment", "platforms"),
    *("playbook", "playbook_digest", "inventory_digest"),
)
DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class Approver:
    """Somebody who may approve.

    Attributes:
        key: Public half of an SSH key, one line.
        accounts: What they are called on machines, as ``ada`` or ``ada@desk``: who
            releases by one of these cannot approve it too.
    """

    name: str
    key: str
    accounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """What an approval has to be.

    Attributes:
        is_four_eyes: Signed by somebody else than who releases; else a reason and a
            delay are enough.
        delay_seconds: Before a release may begin, where nobody else looks.
    """

    is_four_eyes: bool
    delay_seconds: float = 0.0
    approvers: tuple[Approver, ...] = ()

    def counts_from(self, approval: Approval) -> datetime:
        """Return from when on an approval counts."""
        seconds = 0.0 if self.is_four_eyes else self.delay_seconds
        return approval.at + timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True)
class Intent:
    """What a plan is about, whatever was done of it meanwhile.

    Attributes:
        digest: Of the whole plan, facts included.
        circumstances: As the plan says them; see ``CIRCUMSTANCES``.
        steps: Step to the digest of its inputs; empty while one was not known.
    """

    digest: str
    circumstances: Mapping[str, str]
    steps: Mapping[str, str]

    def departure(self, other: Intent) -> str:
        """Return the first thing in which another plan wants something else.

        What this plan could not know yet may be anything in the other one.
        """
        for name in CIRCUMSTANCES:
            if self.circumstances.get(name) != other.circumstances.get(name):
                return name.replace("_", " ")
        if self.steps.keys() != other.steps.keys():
            return "the steps"
        moved = (
            name
            for name, inputs in self.steps.items()
            if inputs and inputs != other.steps[name]
        )
        return f"step {name}" if (name := next(moved, "")) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One approval, as the ledger keeps it.

    Attributes:
        accepts: Reasons against the way back that it lets pass, by name.
        approver: Who signed; empty where a reason and a delay are enough.
        signature: Of ``statement``; empty without an approver.
        actor: Whose account recorded it; no proof of anybody.
    """

    plan: Intent
    environment: str
    commit: str
    reason: str
    at: datetime
    until: datetime
    accepts: tuple[str, ...] = ()
    approver: str = ""
    signature: str = ""
    actor: str = ""

    @property
    def statement(self) -> bytes:
        """What is signed: one canonical text."""
        return canonical(self._stated())

    def as_evidence(self) -> dict[str, object]:
        """Return what the ledger keeps."""
        return {
            "event": EVENT,
            **self._stated(),
            "circumstances": dict(self.plan.circumstances),
            "steps": dict(self.plan.steps),
            "signature": self.signature,
        }

    def as_json(self) -> dict[str, object]:
        """Return it for the capsule and for ``--json``: who, what, when, and proof."""
        told = {**self._stated(), "actor": self.actor, "signature": self.signature}
        return {name: each for name, each in told.items() if name != "intent"}

    def _stated(self) -> dict[str, object]:
        return {
            "plan": self.plan.digest,
            "intent": digest([dict(self.plan.circumstances), dict(self.plan.steps)]),
            "environment": self.environment,
            "commit": self.commit,
            "reason": self.reason,
            "accepts": list(self.accepts),
            "approver": self.approver,
            "approved_at": time_text(self.at),
            "until": time_text(self.until),
        }


@dataclass(frozen=True, slots=True)
class Proposed:
    """What is about to be done, and by whom.

    Attributes:
        actor: Whose account releases.
        begun: Digests of plans that a release began with and did not finish.
    """

    plan: Intent
    commit: str
    now: datetime
    actor: str = ""
    begun: frozenset[str] = field(default_factory=frozenset)


def intent_of(plan: Mapping[str, Any]) -> Intent:
    """Return what a plan is about; from a saved one, or from ``Plan.as_json``."""
    return Intent(
        digest=str(plan["digest"]),
        circumstances={name: str(plan.get(name, "")) for name in CIRCUMSTANCES},
        steps={each["id"]: each["inputs_digest"] for each in plan["steps"]},
    )


def commit_of(plan: Mapping[str, Any]) -> str:
    """Return the commit that a plan deploys; empty when it deploys none."""
    found = (each["outputs"].get("commit", "") for each in plan["steps"])
    return next((str(commit) for commit in found if commit), "")


def policy_of(
    release: Mapping[str, Any], team: Mapping[str, Any], *, is_local: bool
) -> Policy:
    """Return what an approval has to be; several people look at each other's work.

    Args:
        release: ``policies.release`` of the inventory.
        team: ``team`` of the inventory.
        is_local: Platforms on this machine: nobody waits.
    """
    minutes = 0.0 if is_local else float(release["solo_delay_minutes"])
    return Policy(
        is_four_eyes=release["four_eyes"] is True or team["size"] > 1,
        delay_seconds=60 * minutes,
        approvers=tuple(
            Approver(each["name"], each["key"], tuple(each.get("accounts", ())))
            for each in team["approvers"]
        ),
    )


def read_approvals(notes: Iterable[Note]) -> tuple[Approval, ...]:
    """Return the approvals that the ledger keeps, oldest first."""
    return tuple(map(_read, notes))


def judge_approval(
    approvals: Sequence[Approval], proposed: Proposed, policy: Policy
) -> tuple[Finding, Approval | None]:
    """Say whether what is about to be done was approved, and by which approval."""
    short = proposed.plan.digest[:DIGITS]
    if not approvals:
        words = f"nobody approved plan {short} of commit {proposed.commit[:DIGITS]}"
        return Finding(APPROVAL, Verdict.INCONCLUSIVE, words), None
    right = [each for each in approvals if not _problem(each, proposed, policy)]
    if not right:
        words = f"the last approval {_problem(approvals[-1], proposed, policy)}"
        return Finding(APPROVAL, Verdict.FAIL, words), None
    ripe = [each for each in right if policy.counts_from(each) <= proposed.now]
    if not ripe:
        since = policy.counts_from(right[0])
        words = f"approved, which counts from {shown(since)} on"
        evidence: dict[str, object] = {COUNTS_FROM: time_text(since)}
        return Finding(APPROVAL, Verdict.INCONCLUSIVE, words, evidence), None
    who = ripe[-1].approver or "a reason and a delay"
    words = f"approved by {who} until {shown(ripe[-1].until)}"
    return Finding(APPROVAL, Verdict.PASSED, words, ripe[-1].as_json()), ripe[-1]


def begun_plans(started: Sequence[Note], finished: Sequence[Note]) -> frozenset[str]:
    """Return the plans that somebody began to carry out and nobody brought to an end.

    A run that a gate refused, or that waited before it wrote anything, began nothing.

    Args:
        started: The ledger's ``run-started`` records, oldest first.
        finished: Its ``run-finished`` records.
    """
    found: dict[object, set[str]] = {}
    for place, note in enumerate(started):
        later = started[place + 1].at if place + 1 < len(started) else None
        ends = [e for e in finished if e.at >= note.at and (not later or e.at < later)]
        facts = ends[0].evidence if ends else {}
        of_playbook = found.setdefault(note.evidence.get("playbook"), set())
        if facts.get("exit_status") == 0:
            of_playbook.clear()
        elif not ends or facts.get("changed") or facts["exit_status"] in BEGUN:
            of_playbook.add(str(note.evidence.get("plan", "")))
    return frozenset(plan for plans in found.values() for plan in plans)


def _problem(approval: Approval, proposed: Proposed, policy: Policy) -> str:
    """What is wrong with an approval; empty when it counts."""
    if moved := _moved(approval, proposed):
        return moved
    if proposed.now >= approval.until:
        return f"counted until {shown(approval.until)}"
    if policy.is_four_eyes:
        return _identity_problem(approval, proposed, policy.approvers)
    return ""


def _moved(approval: Approval, proposed: Proposed) -> str:
    """Whether it is of this plan, or of one that this run brings to its end."""
    mine, now = approval.plan, proposed.plan
    if mine.digest == now.digest:
        return ""
    if approval.commit != proposed.commit:
        return f"is of commit {approval.commit[:DIGITS]}"
    if departure := mine.departure(now):
        return f"is of another plan: {departure} changed"
    if mine.digest in proposed.begun:
        return ""
    return "is of another plan: the facts behind it changed"


def _identity_problem(
    approval: Approval, proposed: Proposed, approvers: Iterable[Approver]
) -> str:
    """Signed with the key of somebody listed, who is not who releases."""
    found = next((each for each in approvers if each.name == approval.approver), None)
    if found is None:
        who = approval.approver or "nobody by name"
        return f"is by {who}, who is not in team.approvers"
    names = {found.name, *found.accounts}
    if names & {proposed.actor, proposed.actor.partition("@")[0]}:
        return f"is by {found.name}, who releases this too"
    try:
        check_signature(approval.statement, approval.signature, found.key)
    except SignatureInvalid as error:
        return f"by {found.name} is not proven: {error.message}"
    return ""


def _read(note: Note) -> Approval:
    facts = cast("Mapping[str, Any]", note.evidence)
    return Approval(
        plan=Intent(str(facts["plan"]), facts["circumstances"], facts["steps"]),
        environment=str(facts["environment"]),
        commit=str(facts["commit"]),
        reason=str(facts["reason"]),
        at=time_of(str(facts["approved_at"])),
        until=time_of(str(facts["until"])),
        accepts=tuple(facts.get("accepts", ())),
        approver=str(facts.get("approver", "")),
        signature=str(facts.get("signature", "")),
        actor=note.actor,
    )
