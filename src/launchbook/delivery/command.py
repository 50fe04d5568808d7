"""The commands that workflows type, as data; tests type them on the sandbox too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LIVE: Final = ("--platforms", "live")
PLAN_FILE: Final = '"$RUNNER_TEMP/plan.json"'
COMMENT_FILE: Final = '"$RUNNER_TEMP/comment/comment.md"'
PENDING: Final = 3
"""Exit status of ``--check`` when changes are pending, which is no failure here."""


@dataclass(frozen=True, slots=True)
class Command:
    """One task of ours, and how its end is taken.

    Attributes:
        task: As ``release.staging``.
        words: Flags and arguments, as a shell reads them.
        accepts: An exit status beside 0 that lets the job go on; 0 for none.
    """

    task: str
    words: tuple[str, ...] = ()
    accepts: int = 0

    @property
    def line(self) -> str:
        """One line of a shell, which ends the job with the status of the command."""
        typed = " ".join(("invoke", self.task, *self.words))
        if not self.accepts:
            return typed
        return (
            f"{typed} || {{ ended=$?; [ $ended -eq {self.accepts} ] || exit $ended; }}"
        )


RELEASE_STAGING: Final = Command("release.staging", (*LIVE, "--wait", "--yes"))
RELEASE_PRODUCTION: Final = Command("release.production", (*LIVE, "--wait", "--yes"))
DEPLOY_PREVIEW: Final = Command("provision.review", (*LIVE, "--wait", "--yes"))
CHECK_INVENTORY: Final = Command("inventory.check")
CHECK_WORKFLOWS: Final = Command("ci.workflow", ("--check",))
PLAN: Final = Command(
    "provision.staging",
    (*LIVE, "--check", "--out", PLAN_FILE, "--json"),
    accepts=PENDING,
)
COMMENT: Final = Command("ci.comment", ("--plan", PLAN_FILE, "--out", COMMENT_FILE))
COMMANDS: Final = (
    RELEASE_STAGING,
    RELEASE_PRODUCTION,
    DEPLOY_PREVIEW,
    CHECK_INVENTORY,
    CHECK_WORKFLOWS,
    PLAN,
    COMMENT,
)
"""Every command of ours that a workflow may hold."""
