"""release.gate: whether this commit may be released now, and could be taken back.

Items that an environment does not ask for are not judged. What a part would have to
prove that does not exist yet is not available, which blocks and is not a pass.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from launchbook.engine.check import Check
from launchbook.engine.gate import pass_gate
from launchbook.engine.step import Context, Prior, Verified, Waiting
from launchbook.errors import SourceError
from launchbook.model.change import Action, Change, Planned
from launchbook.model.gate import Finding, Verdict
from launchbook.model.record import time_of
from launchbook.model.source import COMMIT_DIGITS
from launchbook.release.admission import NAMES, Admission
from launchbook.release.approval import (
    APPROVAL,
    COUNTS_FROM,
    EVENT,
    Approval,
    Proposed,
    begun_plans,
    intent_of,
    judge_approval,
    policy_of,
    read_approvals,
)
from launchbook.release.freeze import FREEZE, judge_freezes, read_freezes
from launchbook.release.price import Price

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from launchbook.transport.git import Git

PUSHED: Final = "commit-pushed"
BUDGET: Final = "error-budget"
BACKUP: Final = "fresh-backup"
ROLLBACK: Final = "rollback"
ABSENT: Final = {
    BUDGET: "not available: nothing measures the error budget yet",
    BACKUP: "not available: nothing makes backups yet",
    ROLLBACK: "not available: no step says whether the way back is open",
}
STARTED: Final = "run-started"
FINISHED: Final = "run-finished"


@dataclass(frozen=True, slots=True)
class Inputs:
    """What shall be released, and what must be so.

    Attributes:
        items: What this environment asks for, by name.
        is_approval_required: Whether somebody must have approved the run's plan.
        path: The work tree.
        commit: What shall be released; overrides name it.
        branch: The branch of ``origin`` that must hold it.
        freezes: As the inventory says them.
        policy: ``policies.release`` of the inventory.
        team: ``team`` of the inventory: who may approve.
        is_local: Platforms on this machine: nobody waits for a delay.
        uptime_percent: Objective; the price of a failure is counted from it.
        rollback_seconds: Objective.
        rollback: The judgement of the way back (``release.admission``).
    """

    items: tuple[str, ...]
    is_approval_required: bool
    path: str
    commit: str
    branch: str
    freezes: Sequence[Mapping[str, object]]
    policy: Mapping[str, object]
    team: Mapping[str, object]
    is_local: bool
    uptime_percent: float
    rollback_seconds: float
    rollback: Mapping[str, object] = field(default_factory=dict)


class ReleaseGate(Check):
    """A gate: three verdicts, overrides by name, and approvals."""

    name: ClassVar[str] = "release.gate"
    inputs_type: ClassVar[type] = Inputs

    def __init__(self, git: Git) -> None:
        self._git = git

    @staticmethod
    def overridable(_inputs: Mapping[str, object]) -> tuple[str, ...]:
        """Return what an override may name."""
        return (PUSHED, FREEZE, APPROVAL, *ABSENT, *NAMES)

    def facts(self, inputs: Inputs, context: Context) -> None:
        """Nothing to read for a plan."""

    def plan(self, inputs: Inputs, facts: None, prior: Prior | None) -> Planned:
        """Nothing to write."""
        change = Change(Action.NO_CHANGE, self.name, inputs.commit[:COMMIT_DIGITS])
        return Planned((change,), {"commit": inputs.commit})

    def verify(self, inputs: Inputs, context: Context) -> Verified | Waiting:
        """Judge every item; an approval whose delay is not over is waited for.

        Raises:
            GateFailed: One is not so, and is not overridden.
            GateInconclusive: One cannot be told, and is not overridden.
        """
        price = Price(inputs.uptime_percent, inputs.rollback_seconds)
        context.say(f"if it fails: {price.words}")
        finding, approval = _approved(inputs, context)
        findings = [
            *(_accepted(each, approval) for each in self._findings(inputs, context)),
            *([finding] if inputs.is_approval_required else []),
        ]
        since = finding.evidence.get(COUNTS_FROM)
        if since and context.overrides.find(APPROVAL, inputs.commit) is None:
            _pass(findings[:-1], inputs, context)
            return Waiting(finding.words, time_of(str(since)))
        evidence = _pass(findings, inputs, context)
        approvals = [approval.as_json()] if approval else []
        outputs = {"commit": inputs.commit, "approvals": approvals}
        told = {"price": price.as_json(), "approvals": approvals}
        return Verified(outputs, {**evidence, **told})

    def _findings(self, inputs: Inputs, context: Context) -> list[Finding]:
        """Everything that the environment asks for, in its order."""
        found: list[Finding] = []
        for item in inputs.items:
            if item == PUSHED:
                found.append(self._pushed(inputs))
            elif item == FREEZE:
                entries = cast("Sequence[Mapping[str, Any]]", inputs.freezes)
                freezes = read_freezes(entries)
                found.append(judge_freezes(freezes, context.clock.now()))
            elif item == ROLLBACK and inputs.rollback:
                found += _rollback(inputs, context)
            else:
                found.append(Finding(item, Verdict.INCONCLUSIVE, ABSENT[item]))
        return found

    def _pushed(self, inputs: Inputs) -> Finding:
        """Whoever looks for what is served must find it where everybody looks."""
        short, where = inputs.commit[:COMMIT_DIGITS], f"origin/{inputs.branch}"
        try:
            is_there = self._git.is_pushed(
                Path(inputs.path), inputs.commit, inputs.branch
            )
        except SourceError as error:
            return Finding(PUSHED, Verdict.INCONCLUSIVE, error.message)
        if is_there:
            return Finding(PUSHED, Verdict.PASSED, f"{where} has commit {short}")
        words = f"{where} does not have commit {short}: push it"
        return Finding(PUSHED, Verdict.FAIL, words)


def _rollback(inputs: Inputs, context: Context) -> tuple[Finding, ...]:
    """What was judged of the way back, said to whoever watches."""
    admission = Admission.from_json(inputs.rollback)
    for line in admission.lines:
        context.say(line.strip())
    return admission.findings


def _pass(
    findings: Sequence[Finding], inputs: Inputs, context: Context
) -> dict[str, object]:
    """Refuse what blocks and is not overridden."""
    return pass_gate(
        findings,
        context,
        what=f"the gate of a release to {context.environment}",
        hint="Mend what it says; a missing approval is given to a saved plan: "
        '`invoke approve PLAN --reason "..."`',
        subject=inputs.commit,
    )


def _approved(inputs: Inputs, context: Context) -> tuple[Finding, Approval | None]:
    """The approval of the plan that this run carries out."""
    if not inputs.is_approval_required:
        return Finding(APPROVAL, Verdict.PASSED, "not required here"), None
    plan = context.plan()
    if plan is None:
        words = "no plan of the run is known that could have been approved"
        return Finding(APPROVAL, Verdict.INCONCLUSIVE, words), None
    started = context.history.notes(STARTED)
    finished = context.history.notes(FINISHED)
    proposed = Proposed(
        plan=intent_of(plan.as_json()),
        commit=inputs.commit,
        now=context.clock.now(),
        actor=started[-1].actor if started else "",
        begun=begun_plans(started, finished),
    )
    approvals = read_approvals(context.history.notes(EVENT))
    policy = policy_of(inputs.policy, inputs.team, is_local=inputs.is_local)
    return judge_approval(approvals, proposed, policy)


def _accepted(finding: Finding, approval: Approval | None) -> Finding:
    """A reason against the way back passes when the approval names it."""
    is_named = approval is not None and finding.name in approval.accepts
    if not (approval and is_named and finding.is_blocking and finding.name in NAMES):
        return finding
    who = approval.approver or "who approved it"
    words = f"{finding.words}; accepted by {who}: {approval.reason}"
    return replace(finding, verdict=Verdict.PASSED, words=words)
