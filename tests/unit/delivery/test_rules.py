"""What every generated workflow keeps to."""

from __future__ import annotations

import re
import shlex
from importlib import import_module

import pytest
from click.testing import CliRunner

from launchbook.delivery.command import COMMANDS
from launchbook.delivery.pin import PINS
from launchbook.delivery.text import files
from tests.support.delivery import NEEDS, SECRETS, jobs, our_lines, steps, workflows

DIGEST = re.compile(r"^\s+uses: (\S+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)$")
SECRET = re.compile(r"\$\{\{ secrets\.([A-Z_]+) \}\}")
RELEASES = ("release-staging.yml", "release-production.yml")


@pytest.mark.parametrize("schema", ["vendor.github-workflows",
                                    "custom.github-workflows-require-timeout"])  # fmt: skip
def test_every_file_fits_the_schema_of_github(
    schema: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("workflows")
    for name, text in files(NEEDS).items():
        (folder / name).write_text(text)
    words = ["--builtin-schema", schema, *map(str, sorted(folder.iterdir()))]
    told = CliRunner().invoke(import_module("check_jsonschema").main, words)
    assert 0 == told.exit_code, told.output


def test_every_action_is_pinned_by_the_digest_of_a_commit_with_its_version() -> None:
    lines = [line for text in files(NEEDS).values() for line in text.splitlines()]
    used = [line for line in lines if "uses: " in line]
    found = [match.groups() for line in used if (match := DIGEST.match(line))]
    assert len(used) == len(found) > 0
    assert {(pin.action, pin.digest, pin.version) for pin in PINS} == set(found)


def test_only_actions_of_github_itself_are_used() -> None:
    assert [] == [pin.action for pin in PINS if not pin.action.startswith("actions/")]


def test_a_workflow_gives_no_right_and_a_job_gives_the_fewest() -> None:
    assert [{}] * 3 == [each["permissions"] for each in workflows().values()]
    rights = {name: job["permissions"] for name, job in jobs()}
    written = {name: each for name, each in rights.items() if "write" in each.values()}
    assert {"preview.yml comment": {"pull-requests": "write"}} == written
    others = {str(each) for name, each in rights.items() if name not in written}
    assert {"{'contents': 'read'}"} == others


def test_the_job_that_may_write_runs_no_code_of_the_pull_request() -> None:
    job = dict(jobs())["preview.yml comment"]
    assert [] == [each for each in job["steps"] if "checkout" in each.get("uses", "")]
    assert "secrets." not in str(job)


def test_no_workflow_begins_with_the_rights_of_the_target_branch() -> None:
    for each in workflows().values():
        # `on` is quoted, so that YAML 1.1 does not take it for a truth.
        assert {"pull_request_target", "workflow_run"}.isdisjoint(each["on"])


def test_a_release_is_in_no_group_that_could_drop_it() -> None:
    for name in RELEASES:
        assert "concurrency" not in str(workflows()[name])
    lines = [line for name, line in our_lines() if name.startswith(RELEASES)]
    assert 2 == len(lines)
    assert [] == [line for line in lines if "--wait" not in shlex.split(line)]


def test_only_a_plan_is_ended_by_a_newer_one() -> None:
    ended = {name for name, job in jobs() if "concurrency" in job}
    assert {"preview.yml plan"} == ended


def test_no_script_holds_an_expression() -> None:
    assert [] == [name for name, step in steps() if "${{" in step.get("run", "")]


def test_a_checkout_leaves_no_token_behind() -> None:
    found = [each for _, each in steps() if "checkout" in each.get("uses", "")]
    assert [False] * len(found) == [
        each["with"]["persist-credentials"] for each in found
    ]


def test_every_job_has_an_end() -> None:
    assert [] == [name for name, job in jobs() if not job["timeout-minutes"] <= 180]


def test_secrets_reach_only_steps_that_type_a_command_of_ours() -> None:
    typing = {name for name, _ in our_lines()}
    seeing = {name for name, step in steps() if SECRET.search(str(step))}
    assert seeing <= typing
    for name in seeing:
        assert set(SECRETS) == set(SECRET.findall(str(dict(steps())[name])))
    assert "secrets" not in str([{**job, "steps": []} for _, job in jobs()])


def test_jobs_with_secrets_have_an_environment_that_holds_them() -> None:
    seeing = {name: job for name, job in jobs() if SECRET.search(str(job))}
    assert {
        "release-staging.yml release": "staging",
        "release-production.yml release": "production",
        "preview.yml plan": "preview",
        "preview.yml deploy": "preview",
    } == {name: job["environment"] for name, job in seeing.items()}


def test_forks_get_no_job_that_needs_a_secret() -> None:
    for name in ("preview.yml plan", "preview.yml deploy"):
        condition = dict(jobs())[name]["if"]
        assert "head.repo.full_name == github.repository" in condition
    assert "preview.yml plan" not in str(dict(jobs())["preview.yml check"])


def test_what_is_installed_is_locked_by_hashes() -> None:
    installs = [s["run"] for _, s in steps() if "pip install" in s.get("run", "")]
    assert len(installs) > 0
    assert [] == [each for each in installs if "--require-hashes" not in each]


def test_every_line_of_ours_is_one_of_the_commands() -> None:
    assert {each.line for each in COMMANDS} == {line for _, line in our_lines()}


def test_production_is_released_by_a_tag_or_by_hand() -> None:
    found = workflows()
    assert {"push": {"branches": ["main"]}} == found["release-staging.yml"]["on"]
    assert {"push": {"tags": ["v*"]}, "workflow_dispatch": {}} == found[
        "release-production.yml"
    ]["on"]
