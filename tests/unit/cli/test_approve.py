"""``approve PLAN`` and ``release.key|approvals|freezes``, without any platform."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from launchbook.config.keys import KeyRing
from launchbook.engine.plan import Plan, PlannedStep
from launchbook.engine.saved import save
from launchbook.release.signing import Signer
from tests.support.workspace import edit

if TYPE_CHECKING:
    from pathlib import Path

    from launchbook.config.workspace import Workspace
    from tests.support.command import Shell

COMMIT = "4f0c1d2e3b4a5968778695a4b3c2d1e0f9a8b7c6"
PRODUCT = "inventory/product.yml"


def saved(folder: Path, **outputs: object) -> Path:
    """A plan of production, as ``--check --out`` writes it."""
    circumstances = {
        "tool_version": "0.1.0",
        "environment": "production",
        "platforms": "sandbox",
        "playbook": "production",
        "playbook_digest": "p",
        "inventory_digest": "i",
    }
    steps = (PlannedStep("source", "source.commit", "d1", (), outputs),)
    path = folder / "plan.json"
    save(Plan(circumstances, steps, b"f" * 32), path)
    return path


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    return saved(tmp_path, commit=COMMIT)


def test_an_approval_is_recorded_and_shown(shell: Shell, plan: Path) -> None:
    given = shell.type("approve", str(plan), "--reason", "tried on staging")
    assert 0 == given.status, given.err
    assert f"of commit {COMMIT[:12]} is approved for production" in given.lines[0]
    assert "next: the command that made the plan, with --plan FILE" == given.lines[-1]
    shown = shell.type("release.approvals")
    assert "open" in shown.lines[1]
    assert shown.lines[1].endswith("tried on staging")
    (told,) = shell.type("release.approvals", "--json").records
    digest = json.loads(plan.read_text())["digest"]
    assert (digest, COMMIT, "open") == (told["plan"], told["commit"], told["state"])


def test_where_nothing_was_approved_nothing_counts(shell: Shell) -> None:
    shown = shell.type("release.approvals", "--environment", "staging")
    assert ["no approval for staging counts now"] == shown.lines


def test_an_approval_needs_a_reason(shell: Shell, plan: Path) -> None:
    refused = shell.type("approve", str(plan))
    assert (2, True) == (refused.status, "needs a reason" in refused.err)


def test_a_plan_that_was_changed_is_refused(shell: Shell, plan: Path) -> None:
    plan.write_text(plan.read_text().replace(COMMIT, "0" * 40))
    refused = shell.type("approve", str(plan), "--reason", "tried on staging")
    assert (2, True) == (refused.status, "was changed after" in refused.err)


def test_a_plan_that_deploys_nothing_is_refused(shell: Shell, tmp_path: Path) -> None:
    refused = shell.type("approve", str(saved(tmp_path)), "--reason", "looked")
    assert (2, True) == (refused.status, "deploys no commit" in refused.err)


def test_what_it_lets_pass_is_named(shell: Shell, plan: Path) -> None:
    words = ("approve", str(plan), "--reason", "the old code is broken anyway")
    wrong = shell.type(*words, "--accept", "rollback-contrct")
    assert (2, True) == (wrong.status, "rollback-contract" in wrong.err)
    given = shell.type(*words, "--accept", "rollback-contract")
    assert (0, True) == (
        given.status,
        "it lets pass: rollback-contract" in given.lines,
    )


def test_with_two_people_somebody_by_name_has_to_sign(
    shell: Shell, workspace: Workspace, plan: Path
) -> None:
    edit(workspace, PRODUCT, "size: 1", "size: 2")
    words = ("approve", str(plan), "--reason", "read it")
    unnamed = shell.type(*words)
    assert (2, True) == (unnamed.status, "--as NAME" in unnamed.err)
    unknown = shell.type(*words, "--as", "ada")
    assert (2, True) == (unknown.status, "not listed in team.approvers" in unknown.err)


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="OpenSSH's own tool")
def test_a_signature_is_made_with_the_approvers_own_key(
    shell: Shell, workspace: Workspace, plan: Path, tmp_path: Path
) -> None:
    private, other = tmp_path / "ada", tmp_path / "ben"
    for path in (private, other):
        make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)]
        subprocess.run(make, check=True)
    key = private.with_suffix(".pub").read_text().strip()
    listed = f"approvers: [{{name: ada, key: {key}}}]"
    edit(workspace, PRODUCT, "approvers: []", listed)
    edit(workspace, PRODUCT, "size: 1", "size: 2")
    words = ("approve", str(plan), "--reason", "read it", "--as", "ada", "--key")
    given = shell.type(*words, str(private))
    assert 0 == given.status, given.err
    assert " by ada, until " in given.lines[0]
    (told,) = shell.type("release.approvals", "--json").records
    assert "ada" == told["approver"]
    assert str(told["signature"]).startswith("-----BEGIN SSH SIGNATURE-----")
    foreign = shell.type(*words, str(other))
    assert (9, True) == (foreign.status, "another key signed it" in foreign.err)
    absent = shell.type(*words, str(tmp_path / "nobody"))
    assert (2, True) == (absent.status, "cannot sign with" in absent.err)


def test_the_signing_key_is_shown_and_stays(shell: Shell, workspace: Workspace) -> None:
    (told,) = shell.type("release.key", "--json").records
    signer = Signer(KeyRing.open(workspace.home).signing_seed)
    assert (signer.public, signer.key_id) == (told["public"], told["key_id"])
    assert "team.signing_keys" in shell.type("release.key").lines[1]
    listed = f"signing_keys: ['{signer.public}']"
    edit(workspace, PRODUCT, "signing_keys: []", listed)
    assert 1 == len(shell.type("release.key").lines)


def test_freezes_are_shown_with_their_ends(shell: Shell, workspace: Workspace) -> None:
    assert "names no freeze" in shell.type("release.freezes").lines[0]
    freezes = (
        "freezes:\n"
        "    - {name: century, reason: all of it, from: 2000-01-01 00:00,\n"
        "       until: 2100-01-01 00:00}\n"
        "    - name: past\n"
        "      reason: long ago\n"
        "      from: 2001-01-01 00:00\n"
        "      until: 2001-01-02 00:00\n"
    )
    edit(workspace, PRODUCT, "freezes: []", freezes.rstrip())
    shown = shell.type("release.freezes")
    assert "until 2100-01-01 00:00 UTC" in shown.lines[1]
    assert "never again" in shown.lines[2]
    assert shown.lines[-1].startswith("if it has to be: --override freeze")
    records = shell.type("release.freezes", "--json").records
    assert ["century", "past"] == [each["name"] for each in records]


def test_a_freeze_that_says_two_times_is_refused(
    shell: Shell, workspace: Workspace
) -> None:
    wrong = (
        "freezes: [{name: x, reason: y, from: 2026-01-01 00:00, "
        "weekly: {from: 'fri 15:00', until: 'mon 06:00'}}]"
    )
    edit(workspace, PRODUCT, "freezes: []", wrong)
    assert 2 == shell.type("release.freezes").status
