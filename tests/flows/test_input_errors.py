"""What somebody wrote is wrong: one code each, where, what to type, nothing made."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.journey import STAGING, Journey, Outcome

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.xdist_group("journey")

PRODUCT = "inventory/product.yml"
BACKEND = "inventory/variables/backend.yml"
PLAYBOOK = "playbooks/staging.yml"
PART = "playbooks/parts/application.yml"
SCHEMA = "playbooks/parts/schema.yml"


def refused(journey: Journey, *words: str) -> Outcome:
    """Run a command that must fail before it writes to a platform."""
    mark = journey.mark()
    outcome = journey.run(*(words or (STAGING,)))
    assert [] == journey.written(mark)
    assert re.fullmatch(r"[A-Z].*[.!]", outcome.hint), outcome.err
    return outcome


def test_a_wrong_key_is_shown_with_its_place_and_the_nearest_one(
    shop: Journey,
) -> None:
    shop.edit(PRODUCT, "health_path:", "helth_path:")
    line = shop.line_of(PRODUCT, "    helth_path:")
    outcome = refused(shop)
    assert (2, "unknown-key") == (outcome.status, outcome.code)
    assert f"{PRODUCT}:{line}:5 (/apps/backend/helth_path)" in outcome.err
    assert "health_path" in outcome.hint


def test_a_wrong_type_is_shown_with_its_place(shop: Journey) -> None:
    shop.edit(PRODUCT, "uptime_percent: 99.5", 'uptime_percent: "99.5"')
    line = shop.line_of(PRODUCT, "  uptime_percent:")
    outcome = refused(shop)
    assert (2, "wrong-type") == (outcome.status, outcome.code)
    assert f"{PRODUCT}:{line}:" in outcome.err
    assert "/objectives/uptime_percent" in outcome.err


def test_a_duplicate_key_is_refused_with_both_lines(shop: Journey) -> None:
    shop.edit(PRODUCT, "name: vocilia\n", "name: vocilia\nname: other\n")
    line = shop.line_of(PRODUCT, "name: other")
    outcome = refused(shop)
    assert (2, "duplicate-key") == (outcome.status, outcome.code)
    assert f"{PRODUCT}:{line}:" in outcome.err
    assert f"line {line - 1}" in outcome.err


def test_a_circular_reference_is_shown_as_a_chain(shop: Journey) -> None:
    shop.edit(
        PRODUCT, "railway: europe-west4-drams3a", "railway: ${platform.railway.region}"
    )
    outcome = refused(shop)
    assert (2, "circular-reference") == (outcome.status, outcome.code)
    assert "inventory.regions.railway" in outcome.err
    assert "platform.railway.region" in outcome.err
    assert "->" in outcome.err


def test_a_reference_to_nothing_names_the_nearest(shop: Journey) -> None:
    shop.edit(
        SCHEMA, "${inventory.database.migrations}", "${inventory.database.migration}"
    )
    outcome = refused(shop)
    assert (2, "unknown-reference") == (outcome.status, outcome.code)
    assert "${inventory.database.migration}" in outcome.err
    assert "`migrations`" in outcome.hint


def test_an_unknown_step_names_the_nearest(shop: Journey) -> None:
    shop.edit(PART, "uses: railway.deployment", "uses: railway.deploymnt")
    outcome = refused(shop)
    assert (2, "unknown-step") == (outcome.status, outcome.code)
    assert "railway.deployment" in outcome.hint


def test_missing_secrets_are_listed_all_at_once(shop: Journey) -> None:
    shop.edit(BACKEND, "value: secret:JWT_SECRET", "value: env:ABSENT_ONE")
    shop.edit(BACKEND, "value: secret:SESSION_SECRET", "value: env:ABSENT_TWO")
    outcome = refused(shop)
    assert (2, "missing-secret") == (outcome.status, outcome.code)
    assert "2 secrets have no value: env:ABSENT_ONE, env:ABSENT_TWO" in outcome.err
    assert "export ABSENT_ONE=" in outcome.hint


def test_a_variable_that_breaks_its_contract_is_refused_before_anything_is_made(
    shop: Journey,
) -> None:
    shop.edit(BACKEND, "value: secret:JWT_SECRET", "value: env:SHORT")
    shop.environ["SHORT"] = "too-short"
    outcome = refused(shop)
    assert (2, "invalid-variable") == (outcome.status, outcome.code)
    assert "JWT_SECRET" in outcome.err
    assert "too-short" not in outcome.err


def test_a_playbook_that_is_not_yaml_is_refused(shop: Journey) -> None:
    shop.edit(PLAYBOOK, "playbook: staging", "playbook: [staging")
    outcome = refused(shop)
    assert (2, "invalid-yaml") == (outcome.status, outcome.code)


def test_a_playbook_that_needs_an_unknown_one_is_refused(shop: Journey) -> None:
    shop.edit(PLAYBOOK, " infrastructure,", " infrastructur,")
    outcome = refused(shop)
    assert (2, "unknown-playbook") == (outcome.status, outcome.code)
    assert "infrastructure" in outcome.hint


def test_an_unknown_environment_is_refused(journey: Journey) -> None:
    outcome = refused(journey, "secrets.list", "--environment", "stagin")
    assert (2, "unknown-environment") == (outcome.status, outcome.code)
    assert "staging" in outcome.hint


def test_an_unknown_task_is_told_by_name(journey: Journey) -> None:
    outcome = journey.run("provision.stagin")
    assert 1 == outcome.status
    assert "provision.stagin" in outcome.out + outcome.err


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("--workers", "many"), "--workers takes a whole number"),
        (("--workers", "0"), "from 1 to 64"),
        (("--plan", "plan.json", "--check"), "--plan"),
        (("--plan", "plan.json", "--out", "other.json"), "--out"),
        (("--out", "plan.json"), "--check"),
        (("--override", "large-change"), "reason"),
        (("--override", "everything", "--reason", "because"), "everything"),
    ],
)
def test_flags_that_make_no_sense_are_refused(
    journey: Journey, words: tuple[str, ...], part: str
) -> None:
    outcome = refused(journey, STAGING, *words)
    assert (2, "input-error") == (outcome.status, outcome.code)
    assert part in outcome.err


def test_changes_that_no_commit_holds_are_refused(journey: Journey) -> None:
    (journey.work_tree / "apps/backend/new.py").write_text("x = 1\n")
    outcome = refused(journey)
    assert (2, "source-error") == (outcome.status, outcome.code)
    assert f"git -C {journey.work_tree} status" in outcome.hint


def test_a_folder_that_is_no_git_work_tree_is_refused(
    shop: Journey, tmp_path: Path
) -> None:
    plain = tmp_path / "plain"
    plain.mkdir()
    shop.edit("inventory/platforms/sandbox.yml", "${sandbox.source.path}", str(plain))
    outcome = refused(shop)
    assert (2, "source-error") == (outcome.status, outcome.code)
    assert str(plain) in outcome.err


def test_a_folder_without_an_inventory_is_told(
    journey: Journey, tmp_path: Path
) -> None:
    elsewhere = Journey(journey.sandbox, tmp_path, journey.home)
    outcome = elsewhere.run("sandbox.status")
    assert (2, "file-missing") == (outcome.status, outcome.code)
    assert "launchbook init" in outcome.hint


def test_a_work_tree_without_a_commit_is_refused(shop: Journey, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    subprocess.run(["git", "init", "--quiet", str(empty)], check=True)
    shop.edit("inventory/platforms/sandbox.yml", "${sandbox.source.path}", str(empty))
    assert "source-error" == refused(shop).code
