"""The gate of a release on the sandbox: pushed, approved, and nothing changed since."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.journey import Journey, journey_running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ABSENT = "error-budget,fresh-backup,rollback"
REASON = ("--reason", "the first release")
PLAYBOOK = """playbook: tryout
description: One project behind the gate of a release
needs: [parts/source, parts/own-gate]
environments: [production]

steps:
  - id: backend_project
    uses: railway.project
    with:
      name: ${environment.names.backend}
      environment: ${environment.name}
      workspace: ${platform.railway.workspace}
"""


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    with journey_running(tmp_path_factory.mktemp("gate")) as one:
        playbooks = one.root / "playbooks"
        (playbooks / "tryout.yml").write_text(PLAYBOOK)
        (playbooks / "parts" / "own-gate.yml").write_text(own_gate(playbooks))
        yield one


def own_gate(playbooks: Path) -> str:
    """The gate alone: what serves is known to a release only."""
    text = (playbooks / "parts" / "release-gate.yml").read_text()
    head, _, gate = text.partition("  - id: way_back")
    _, mark, gate = gate.partition("  - id: release_gate")
    text = (head + mark + gate).replace("parts/release-gate", "parts/own-gate")
    return text.replace("      rollback: ${steps.way_back.outputs.admission}\n", "")


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


def test_only_what_was_pushed_and_approved_is_released(
    journey: Journey, tmp_path: Path
) -> None:
    passing = ("--override", ABSENT, *REASON)
    refused = journey.run("provision.tryout", *passing)
    assert (4, "gate-inconclusive") == (refused.status, refused.code), refused.err
    assert "approval: nobody approved plan" in refused.err

    plan = tmp_path / "plan.json"
    assert 3 == journey.run("provision.tryout", "--check", "--out", str(plan)).status
    given = journey.run("approve", str(plan), "--reason", "looked at it")
    assert 0 == given.status, given.err

    journey.edit("inventory/product.yml", "uptime_percent: 99.5", "uptime_percent: 99")
    refused = journey.run("provision.tryout", *passing)
    assert (4, "gate-failed") == (refused.status, refused.code)
    assert "inventory digest changed" in refused.err
    journey.edit("inventory/product.yml", "uptime_percent: 99", "uptime_percent: 99.5")

    (journey.work_tree / "more.txt").write_text("more")
    git(journey.work_tree, "add", ".")
    git(journey.work_tree, "commit", "-qm", "more")
    refused = journey.run("provision.tryout", *passing)
    assert (4, "gate-failed") == (refused.status, refused.code)
    assert "commit-pushed: origin/main does not have commit" in refused.err
    assert "approval: the last approval is of commit" in refused.err
    assert [] == journey.written(0), "nothing was written so far"

    git(journey.work_tree, "push", "-q", "origin", "main")
    assert 3 == journey.run("provision.tryout", "--check", "--out", str(plan)).status
    given = journey.run("approve", str(plan), "--reason", "looked at it again")
    assert 0 == given.status, given.err
    done = journey.run("provision.tryout", "--plan", str(plan), *passing)
    assert 0 == done.status, done.err
    assert ["projectCreate"] == journey.written(0)
    assert "costs 7.6 % of the month's error budget" in done.out
