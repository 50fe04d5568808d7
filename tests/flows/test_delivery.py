"""The scripts of the generated workflows, run by the shell that GitHub runs them by.

Those that type commands of ours run against the sandbox: only the set of platforms is
another, and what ``STANDS_IN`` says.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from launchbook.cli.namespace import build
from launchbook.cli.place import Place
from launchbook.delivery.command import COMMANDS
from launchbook.delivery.preview import MARKER

if TYPE_CHECKING:
    from tests.support.journey import Journey

pytestmark = pytest.mark.xdist_group("journey")

BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail")
"""What GitHub makes of ``shell: bash``."""
LIVE, SANDBOX = "--platforms live", "--platforms sandbox"


@dataclass(frozen=True)
class StandIn:
    """What is typed in place of a command, for as long as it is not there.

    Attributes:
        task: That is there.
        more: Flags that it gets besides.
        without: Flags that it does not know.
    """

    task: str
    more: str = ""
    without: str = ""


STANDS_IN = {
    "release.production": StandIn("release.production", " --check"),
    "provision.review": StandIn("provision.review", " --check"),
}
"""A preview is only planned here; the heavy test below deploys one."""
REVIEW = """\
playbook: review
description: Show a pull request
needs: [infrastructure, parts/application]
environments: [review]
steps: []
"""


@dataclass(frozen=True)
class Runner:
    """A machine of GitHub: a work tree, a folder for what is temporary."""

    journey: Journey
    temp: Path

    def run(self, script: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run one script as a step does."""
        # `invoke` is found where the requirements were installed.
        path = f"{Path(sys.executable).parent}:{self.journey.environment()['PATH']}"
        given = {
            **self.journey.environment(),
            "PATH": path,
            "RUNNER_TEMP": str(self.temp),
        }
        return subprocess.run(
            [*BASH, "-c", script],
            cwd=self.journey.root,
            env={**given, **environ},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def step(self, file: str, job: str, name: str) -> str:
        """Return the script of a step, aimed at the sandbox."""
        return on_sandbox(self.found(file, job, name)["run"])

    def found(self, file: str, job: str, name: str) -> dict[str, Any]:
        """Return a step, as the generated file has it."""
        folder = self.journey.root / "examples" / "vocilia" / ".github" / "workflows"
        steps = yaml.safe_load((folder / file).read_text())["jobs"][job]["steps"]
        return next(each for each in steps if each["name"] == name)


def on_sandbox(script: str) -> str:
    """Aim a script at the sandbox, and let what is not there be stood in for."""
    script = script.replace(LIVE, SANDBOX)
    for task, stand in STANDS_IN.items():
        line = re.search(rf"^invoke {re.escape(task)}\b.*$", script, re.MULTILINE)
        if line:
            typed = line[0].replace(task, stand.task).replace(stand.without or "\0", "")
            script = script.replace(line[0], typed + stand.more)
    return script


def prepared(shop: Journey, temp: Path) -> Runner:
    """Return a runner with the product checked out, its preview and its workflows."""
    (shop.root / "playbooks" / "review.yml").write_text(REVIEW)
    environments = shop.root / "inventory" / "environments"
    text = (environments / "staging.yml").read_text()
    (environments / "review.yml").write_text(text.replace("staging", "review"))
    for path in (shop.root / "inventory" / "variables").glob("*.yml"):
        path.write_text(with_review(path.read_text()))
    assert 0 == shop.run("ci.workflow").status
    temp.mkdir()
    return Runner(shop, temp)


def with_review(variables: str) -> str:
    """Give a preview what staging has; it says that it is staging."""
    own = "    value: ${environment.name}\n"
    text = variables.replace(own, f"{own}    values:\n      review: staging\n")
    text = text.replace("required: [staging,", "required: [review, staging,")
    return re.sub(
        r"^      staging: (.+)$", r"\g<0>\n      review: \1", text, flags=re.MULTILINE
    )


@pytest.fixture
def runner(shop: Journey, tmp_path: Path) -> Runner:
    """A runner on a verified staging environment."""
    return prepared(shop, tmp_path / "temp")


def test_what_is_stood_in_for_is_not_there_and_everything_else_is(
    runner: Runner,
) -> None:
    known = build(Place(runner.journey.root, {})).task_names
    absent = {each.task for each in COMMANDS} - set(known)
    assert absent == {name for name, stand in STANDS_IN.items() if name != stand.task}


@pytest.mark.parametrize(
    ("file", "job", "name", "status"),
    [
        ("release-staging.yml", "release", "Release", 0),
        ("release-production.yml", "release", "Release", 3),
        ("preview.yml", "deploy", "Deploy the preview", 3),
        ("preview.yml", "check", "Check the inventory and these workflows", 0),
    ],
)
def test_a_step_types_what_the_command_line_takes(
    runner: Runner, file: str, job: str, name: str, status: int
) -> None:
    told = runner.run(runner.step(file, job, name))
    assert (status, "") == (told.returncode, told.stderr), told.stdout


@pytest.mark.heavy
def test_a_preview_is_deployed_as_it_is_explained(
    torn: Journey, tmp_path: Path
) -> None:
    runner = prepared(torn.elsewhere(tmp_path / "shop"), tmp_path / "temp")
    script = runner.found("preview.yml", "deploy", "Deploy the preview")["run"]
    script = script.replace(LIVE, SANDBOX).replace(" --wait", "")
    told = runner.run(script)
    assert 0 == told.returncode, told.stderr
    assert "https://review-customer.vocilia.com" in told.stdout
    again = runner.run(f"{script} --check")
    assert 0 == again.returncode, again.stdout


def test_a_pull_request_gets_its_plan_as_a_comment(runner: Runner) -> None:
    staging = "inventory/environments/staging.yml"
    runner.journey.edit(staging, "log_level: info", "log_level: debug")
    mark = runner.journey.mark()
    told = runner.run(runner.step("preview.yml", "plan", "Plan staging"))
    assert (0, "") == (told.returncode, told.stderr), told.stdout
    text = (runner.temp / "comment" / "comment.md").read_text()
    assert text.startswith(f"{MARKER}\n### Plan: `staging` in `staging` on `sandbox`")
    assert "! railway.variable backend LOG_LEVEL" in text
    assert [] == runner.journey.written(mark)


def test_a_plan_that_fails_fails_its_job(runner: Runner) -> None:
    runner.journey.edit("inventory/product.yml", "branch: main", "brunch: main")
    told = runner.run(runner.step("preview.yml", "plan", "Plan staging"))
    assert 2 == told.returncode
    assert not (runner.temp / "comment" / "comment.md").exists()


GH = f"""\
#!{sys.executable}
import json, pathlib, sys
here = pathlib.Path(__file__).parent
with (here / "calls.jsonl").open("a") as file:
    file.write(json.dumps(sys.argv[1:]) + "\\n")
if "--paginate" in sys.argv:
    sys.stdout.write((here / "comments").read_text())
"""
"""The program that GitHub's machines have; it takes down what it is told."""


@pytest.mark.parametrize(("there", "method"), [("", "POST"), ("71\n72\n", "PATCH")])
def test_a_comment_is_written_once_and_then_renewed(
    runner: Runner, there: str, method: str
) -> None:
    tools = runner.temp / "tools"
    tools.mkdir()
    (tools / "gh").write_text(GH)
    (tools / "gh").chmod(0o755)
    (tools / "comments").write_text(there)
    name = "Write the comment, or renew the one that is there"
    step = runner.found("preview.yml", "comment", name)
    told = runner.run(
        f'export PATH="{tools}:$PATH"\n{step["run"]}',
        GITHUB_REPOSITORY="shop/vocilia",
        NUMBER="12",
        COMMENT="comment.md",
        OURS=step["env"]["OURS"],
    )
    assert (0, "") == (told.returncode, told.stderr)
    listed, written = map(json.loads, (tools / "calls.jsonl").read_text().splitlines())
    comments = "repos/shop/vocilia/issues/12/comments"
    assert ["api", "--paginate", comments, "--jq", step["env"]["OURS"]] == listed
    where = {"POST": comments, "PATCH": "repos/shop/vocilia/issues/comments/71"}
    assert [
        *("api", "--silent", "--method", method, where[method]),
        *("-F", "body=@comment.md"),
    ] == written


def test_production_refuses_a_commit_that_was_not_merged(runner: Runner) -> None:
    name = "Refuse what was not merged"
    script = runner.step("release-production.yml", "release", name)
    git = "git -c user.name=A -c user.email=a@example.com"
    made = runner.run(
        "git init -q -b main . && mkdir side && "
        f"{git} commit -q --allow-empty -m one && git update-ref "
        "refs/remotes/origin/main HEAD && git rev-parse HEAD && git checkout -q -b side"
        f" && {git} commit -q --allow-empty -m two && git rev-parse HEAD"
    )
    merged, other = made.stdout.split()
    assert 0 == runner.run(script, BRANCH="main", GITHUB_SHA=merged).returncode
    refused = runner.run(script, BRANCH="main", GITHUB_SHA=other)
    assert (1, "") == (refused.returncode, refused.stderr)
    assert "::error::this commit is not on main" in refused.stdout
