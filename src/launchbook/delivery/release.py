"""The workflows that release: a push releases staging, a tag releases production."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from launchbook.delivery.command import RELEASE_PRODUCTION, RELEASE_STAGING
from launchbook.delivery.part import (
    HOME,
    READ,
    RELEASE_MINUTES,
    Part,
    action,
    job,
    ours,
    setup,
    workflow,
)
from launchbook.delivery.pin import UPLOAD_ARTIFACT

if TYPE_CHECKING:
    from launchbook.delivery.command import Command
    from launchbook.delivery.need import Needs

TAGS: Final = "v*"
MERGED: Final = """\
if ! git merge-base --is-ancestor "$GITHUB_SHA" "refs/remotes/origin/$BRANCH"; then
  echo "::error::this commit is not on $BRANCH, and only what is merged is released"
  exit 1
fi"""
"""Anybody who may push a tag could otherwise release what nobody has reviewed."""


def staging(needs: Needs) -> Part:
    """Every push to the branch, one after the other."""
    on = {"push": {"branches": [needs.branch]}}
    steps = _steps(needs, "staging", RELEASE_STAGING)
    return workflow("Release staging", needs, on, _jobs("staging", steps))


def production(needs: Needs) -> Part:
    """A tag, or by hand; GitHub asks for the approval of the environment."""
    on = {"push": {"tags": [TAGS]}, "workflow_dispatch": {}}
    steps = _steps(needs, "production", RELEASE_PRODUCTION)
    guard = {
        "name": "Refuse what was not merged",
        "env": {"BRANCH": needs.branch},
        "run": MERGED,
    }
    steps.insert(1, guard)
    return workflow("Release production", needs, on, _jobs("production", steps))


def _steps(needs: Needs, environment: str, command: Command) -> list[Part]:
    keep = action(
        "Keep the reports",
        UPLOAD_ARTIFACT,
        {
            "name": f"reports-{environment}",
            "path": f"{HOME}/reports/",
            "if-no-files-found": "ignore",
            "retention-days": 30,
        },
        only_if="${{ !cancelled() }}",
    )
    return [
        *setup(needs, has_history=True),
        ours("Release", command, secrets=needs.secrets[environment]),
        keep,
    ]


def _jobs(environment: str, steps: list[Part]) -> Part:
    return {
        "release": job(
            f"Release {environment}",
            steps,
            permissions=READ,
            minutes=RELEASE_MINUTES,
            more={"environment": environment},
        )
    }
