"""``invoke approve PLAN``, ``release.approvals``: let exactly one plan be carried out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from launchbook.app import App, Target
from launchbook.cli.desk import open_desk
from launchbook.cli.options import read_names, read_text
from launchbook.cli.output import REDACTOR
from launchbook.cli.render.progress import JsonProgress
from launchbook.cli.render.table import columns
from launchbook.config.nearest import suggestion
from launchbook.config.workspace import SANDBOX, Workspace
from launchbook.engine.memory import Memory
from launchbook.engine.saved import load
from launchbook.errors import CommandMissing, InputError
from launchbook.release.admission import NAMES
from launchbook.release.approval import (
    DIGITS,
    EVENT,
    Approval,
    Approver,
    Policy,
    begun_plans,
    commit_of,
    intent_of,
    policy_of,
    read_approvals,
)
from launchbook.release.freeze import shown
from launchbook.release.ssh_signature import NAMESPACE, check_signature
from launchbook.transport.process import Command, Processes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from launchbook.cli.desk import Desk

STARTED: Final = "run-started"
FINISHED: Final = "run-finished"
AGENT: Final = "SSH_AUTH_SOCK"


def run(options: Mapping[str, object]) -> int:
    """Approve a saved plan."""
    desk = open_desk(options)
    return _approve(desk, load(Path(read_text(options, "plan"))).content, options)


# --- giving one ---------------------------------------------------------------------


def _approve(
    desk: Desk, plan: Mapping[str, object], options: Mapping[str, object]
) -> int:
    """Record that somebody looked at a plan, and says that it may be."""
    app = _app(desk, str(plan["environment"]), str(plan["platforms"]))
    policy = _policy(app)
    approver = _approver(policy, read_text(options, "as_"))
    approval = _drafted(desk, app, plan, options)
    if approver is not None:
        approval = replace(approval, approver=approver.name)
        signature = _signed(desk, approval, read_text(options, "key"))
        check_signature(approval.statement, signature, approver.key)
        approval = replace(approval, signature=signature)
    playbook = app.playbook(str(plan["playbook"]))
    ledger = app.open_ledger()
    try:
        engine = app.engine(playbook, JsonProgress(desk.output), ledger=ledger)
        engine.note(approval.as_evidence())
    finally:
        ledger.close()
    _tell(desk, approval, policy)
    return 0


def _drafted(
    desk: Desk,
    app: App,
    plan: Mapping[str, object],
    options: Mapping[str, object],
) -> Approval:
    """What would be recorded, unsigned.

    Raises:
        InputError: The plan deploys nothing, there is no reason, or a name is wrong.
    """
    commit = commit_of(plan)
    if not commit:
        raise InputError(
            "this plan deploys no commit, so there is nothing to approve",
            hint="Save the plan of a release, with --check --out plan.json.",
        )
    reason = read_text(options, "reason").strip()
    if not reason:
        raise InputError(
            "an approval needs a reason, which the ledger keeps",
            hint='Add --reason "..." with what you looked at.',
        )
    now = desk.clock.now()
    hours = float(_release(app)["approval_hours"])
    return Approval(
        plan=intent_of(plan),
        environment=app.target.environment,
        commit=commit,
        reason=reason,
        at=now,
        until=now + timedelta(hours=hours),
        accepts=_accepted(options),
    )


def _accepted(options: Mapping[str, object]) -> tuple[str, ...]:
    """The reasons against the way back that it lets pass.

    Raises:
        InputError: One is no such reason.
    """
    names = read_names(options, "accept")
    for name in names:
        if name not in NAMES:
            raise InputError(
                f"nothing is called {name!r} that closes the way back",
                hint=suggestion(name, NAMES, what="reason"),
            )
    return names


def _approver(policy: Policy, name: str) -> Approver | None:
    """Who signs; None where a reason is enough.

    Raises:
        InputError: A name is missing, or not listed.
    """
    if not name:
        if not policy.is_four_eyes:
            return None
        raise InputError(
            "here somebody else than who releases has to sign",
            hint="Add --as NAME with a name of team.approvers in "
            "inventory/product.yml.",
        )
    names = [each.name for each in policy.approvers]
    if name not in names:
        raise InputError(
            f"{name} is not listed in team.approvers",
            hint=suggestion(name, names, what="approver")
            if names
            else "List name and public key in inventory/product.yml, team.approvers.",
        )
    return policy.approvers[names.index(name)]


def _signed(desk: Desk, approval: Approval, key: str) -> str:
    """What OpenSSH signs with a key of a file, or with one that its agent holds.

    Raises:
        InputError: It is not installed, or cannot use the key.
    """
    home = Path(desk.environ.get("HOME") or Path.home())
    path = Path(key) if key else home / ".ssh" / "id_ed25519"
    command = Command(
        ("ssh-keygen", "-Y", "sign", "-q", "-f", str(path), "-n", NAMESPACE),
        environment={
            each: desk.environ[each] for each in (AGENT,) if each in desk.environ
        },
        inputs=approval.statement,
    )
    try:
        ended = Processes().run(command)
    except CommandMissing as error:
        raise InputError(
            "ssh-keygen is not installed, which signs",
            hint="Install OpenSSH's client programs.",
        ) from error
    if not ended.is_success:
        said = ended.complaint.strip().splitlines() or ["it gave no reason"]
        raise InputError(
            f"ssh-keygen cannot sign with {path}: {said[-1]}",
            hint="Name the file with --key. A key with a passphrase is used by way of "
            f"the agent: type `ssh-add {path}`, and give --key {path}.pub.",
        )
    return ended.text


def _tell(desk: Desk, approval: Approval, policy: Policy) -> None:
    """What was approved, and what to type now."""
    desk.output.record({"kind": "approved", **approval.as_json()})
    who = approval.approver or "a reason"
    desk.output.line(
        f"plan {approval.plan.digest[:DIGITS]} of commit {approval.commit[:DIGITS]} is "
        f"approved for {approval.environment} by {who}, until {shown(approval.until)}"
    )
    if approval.accepts:
        desk.output.line(f"it lets pass: {', '.join(approval.accepts)}")
    if (since := policy.counts_from(approval)) > approval.at:
        desk.output.line(f"it counts from {shown(since)} on")
    desk.output.line("next: the command that made the plan, with --plan FILE")


# --- looking at them ----------------------------------------------------------------


def show(options: Mapping[str, object]) -> int:
    """Show the approvals that have not expired."""
    desk = open_desk(options)
    environment = read_text(options, "environment", "production")
    app = _app(desk, environment, read_text(options, "platforms", SANDBOX))
    now = desk.clock.now()
    history = app.open_history()
    try:
        memory = Memory(history, environment)
        begun = begun_plans(memory.notes(STARTED), memory.notes(FINISHED))
        found = [e for e in read_approvals(memory.notes(EVENT)) if e.until > now]
    finally:
        history.close()
    rows = [("plan", "commit", "by", "state", "until", "reason")]
    for each in found:
        state = _state(each, begun, _policy(app), now)
        desk.output.record({"kind": "approval", "state": state, **each.as_json()})
        by = each.approver or each.actor
        plan, commit = each.plan.digest[:DIGITS], each.commit[:DIGITS]
        rows.append((plan, commit, by, state, shown(each.until), each.reason))
    for line in columns(rows if found else []):
        desk.output.line(line)
    if not found:
        desk.output.line(f"no approval for {environment} counts now")
    return 0


def _state(
    approval: Approval, begun: frozenset[str], policy: Policy, now: datetime
) -> str:
    if approval.plan.digest in begun:
        return "begun"
    return "waiting" if now < policy.counts_from(approval) else "open"


# --- what both need -------------------------------------------------------------------


def _app(desk: Desk, environment: str, platforms: str) -> App:
    """The tools of a command about the ledger; no platform is asked."""
    workspace = Workspace(desk.root, desk.home)
    target = Target(environment=environment, platforms=platforms)
    app = App(workspace, target, desk.clock, REDACTOR, desk.environ)
    app.inventory.platform(platforms)
    app.inventory.environment(environment)
    return app


def _release(app: App) -> Mapping[str, Any]:
    policies = cast("dict[str, Any]", app.inventory.product.mapping()["policies"])
    return cast("Mapping[str, Any]", policies["release"])


def _policy(app: App) -> Policy:
    """What an approval has to be on the target's set of platforms."""
    team = cast("Mapping[str, Any]", app.inventory.product.mapping()["team"])
    platform = app.inventory.platform(app.target.platforms).mapping()
    is_local = platform["is_local"] is True
    return policy_of(_release(app), team, is_local=is_local)
