"""Workflows as text: deterministic, and marked as ours."""

from __future__ import annotations

from dataclasses import replace

import yaml

from launchbook.delivery.need import Needs, secret_names
from launchbook.delivery.text import State, files, state_of
from tests.support.delivery import NEEDS, SECRETS, workflows

FILES = ("release-staging.yml", "release-production.yml", "preview.yml")


def test_the_same_needs_give_the_same_bytes() -> None:
    assert FILES == tuple(files(NEEDS))
    assert files(NEEDS) == files(replace(NEEDS))


def test_the_first_line_says_which_command_wrote_it() -> None:
    for text in files(NEEDS).values():
        assert "`invoke ci.workflow`" in text.splitlines()[0]


def test_a_file_that_we_wrote_is_known_from_one_that_was_changed() -> None:
    wanted = files(NEEDS)["preview.yml"]
    before = files(replace(NEEDS, branch="trunk"))["preview.yml"]
    assert State.MISSING is state_of(None, wanted)
    assert State.CURRENT is state_of(wanted, wanted)
    assert State.STALE is state_of(before, wanted)
    assert State.EDITED is state_of(before.replace("trunk", "other"), wanted)
    assert State.EDITED is state_of(wanted.splitlines()[0], wanted)
    assert State.FOREIGN is state_of("name: mine\n", wanted)
    assert State.FOREIGN is state_of("", wanted)


def test_only_what_somebody_else_wrote_needs_consent() -> None:
    asked = {each for each in State if not each.is_ours}
    assert {State.EDITED, State.FOREIGN} == asked


def test_a_branch_stays_what_it_is_whatever_it_looks_like() -> None:
    for branch in ("on", "1.0", "release/next", "a: b", "#1"):
        told = workflows(replace(NEEDS, branch=branch))
        assert [branch] == told["release-staging.yml"]["on"]["push"]["branches"]
        steps = told["release-production.yml"]["jobs"]["release"]["steps"]
        assert branch == steps[1]["env"]["BRANCH"]


def test_commands_run_in_the_folder_of_the_inventory() -> None:
    told = workflows(replace(NEEDS, folder="operations"))
    found = {each["defaults"]["run"]["working-directory"] for each in told.values()}
    assert {"operations"} == found


def test_a_preview_is_deployed_only_where_there_is_one() -> None:
    assert "deploy" in workflows()["preview.yml"]["jobs"]
    secrets = {"staging": SECRETS, "production": SECRETS}
    told = workflows(Needs(branch="main", secrets=secrets))
    assert {"check", "plan", "comment"} == set(told["preview.yml"]["jobs"])


def test_yaml_of_any_version_reads_the_same() -> None:
    for text in files(NEEDS).values():
        assert "on" in yaml.safe_load(text)
        assert True not in yaml.safe_load(text)


def test_secrets_are_found_wherever_they_are_referred_to() -> None:
    value = {"a": ["env:VERCEL_TOKEN", {"b": "env:OPENAI_API_KEY"}], "c": "secret:JWT"}
    assert (
        "LAUNCHBOOK_IDENTITY",
        "LAUNCHBOOK_LEDGER_URL",
        "OPENAI_API_KEY",
        "VERCEL_TOKEN",
    ) == secret_names(value, None, 3)
