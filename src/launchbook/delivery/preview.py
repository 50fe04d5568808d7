"""The workflow of a pull request: checks, the plan as a comment, and a preview.

The job that runs code of the pull request may write nothing on GitHub, and the job
that writes the comment runs none of that code and sees no secret of a platform.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from launchbook.delivery.command import (
    CHECK_INVENTORY,
    CHECK_WORKFLOWS,
    COMMENT,
    DEPLOY_PREVIEW,
    PLAN,
)
from launchbook.delivery.part import (
    READ,
    RELEASE_MINUTES,
    Part,
    action,
    job,
    ours,
    setup,
    workflow,
)
from launchbook.delivery.pin import DOWNLOAD_ARTIFACT, UPLOAD_ARTIFACT

if TYPE_CHECKING:
    from launchbook.delivery.need import Needs

ENVIRONMENT: Final = "preview"
"""On GitHub: holds what a plan and a preview may use."""
REVIEW: Final = "review"
"""In the inventory: what is deployed of pull requests. Vercel keeps `preview` for itself."""
MARKER: Final = "<!-- launchbook plan -->"
"""First line of our comment, by which the next push finds it."""
ARTIFACT: Final = "launchbook-comment"
FOLDER: Final = "${{ runner.temp }}/comment"
OWN: Final = (
    "github.event.pull_request.head.repo.full_name == github.repository "
    "&& github.event.pull_request.user.login != 'dependabot[bot]'"
)
"""GitHub gives neither a fork nor Dependabot the secrets that a plan needs."""
OURS: Final = (
    '.[] | select(.user.login == "github-actions[bot]" '
    f'and (.body | startswith("{MARKER}"))) | .id'
)
POST: Final = """\
comments="repos/$GITHUB_REPOSITORY/issues/$NUMBER/comments"
found="$(gh api --paginate "$comments" --jq "$OURS" | sed -n 1p)"
if [ -n "$found" ]; then
  gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$found" -F body=@"$COMMENT"
else
  gh api --silent --method POST "$comments" -F body=@"$COMMENT"
fi"""


def preview(needs: Needs) -> Part:
    """Each push to a pull request against the branch."""
    on = {"pull_request": {"branches": [needs.branch]}}
    jobs = {"check": _check(needs), "plan": _plan(needs), "comment": _comment()}
    if needs.has_preview:
        jobs["deploy"] = _deploy(needs)
    return workflow("Preview", needs, on, jobs)


def _check(needs: Needs) -> Part:
    """What needs no secret, for forks too."""
    checks = ours("Check the inventory and these workflows",
                  CHECK_INVENTORY, CHECK_WORKFLOWS)  # fmt: skip
    return job("Check", [*setup(needs), checks], permissions=READ)


def _plan(needs: Needs) -> Part:
    """The plan; an older one of the same pull request is of no use any more."""
    keep = action(
        "Hand the comment on",
        UPLOAD_ARTIFACT,
        {
            "name": ARTIFACT,
            "path": FOLDER,
            "if-no-files-found": "error",
            "retention-days": 1,
        },
    )
    plan = ours("Plan staging", PLAN, COMMENT, secrets=needs.secrets["staging"])
    plan["run"] = f'mkdir -p "$RUNNER_TEMP/comment"\n{plan["run"]}'
    return job(
        "Plan",
        [*setup(needs), plan, keep],
        permissions=READ,
        more={
            "if": OWN,
            "environment": ENVIRONMENT,
            "concurrency": {
                "group": "plan-${{ github.event.pull_request.number }}",
                "cancel-in-progress": True,
            },
        },
    )


def _comment() -> Part:
    """The one job that may write; it checks nothing out."""
    fetch = action(
        "Fetch the comment", DOWNLOAD_ARTIFACT, {"name": ARTIFACT, "path": FOLDER}
    )
    post = {
        "name": "Write the comment, or renew the one that is there",
        # Nothing is checked out here, so the default folder may not be there.
        "working-directory": "${{ runner.temp }}",
        "env": {
            "GH_TOKEN": "${{ github.token }}",
            "NUMBER": "${{ github.event.pull_request.number }}",
            "COMMENT": f"{FOLDER}/comment.md",
            "OURS": OURS,
        },
        "run": POST,
    }
    permissions = {"pull-requests": "write"}
    return job(
        "Comment", [fetch, post], permissions=permissions, more={"needs": "plan"}
    )


def _deploy(needs: Needs) -> Part:
    """One preview for all: they take turns, as every run of an environment."""
    steps = [
        *setup(needs, has_history=True),
        ours("Deploy the preview", DEPLOY_PREVIEW, secrets=needs.secrets[REVIEW]),
    ]
    return job(
        "Deploy the preview",
        steps,
        permissions=READ,
        minutes=RELEASE_MINUTES,
        more={"needs": "check", "if": OWN, "environment": ENVIRONMENT},
    )
