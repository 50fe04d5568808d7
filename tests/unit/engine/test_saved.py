"""Saved plans: their form, and every way in which they do not fit."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from launchbook.engine.plan import Plan, PlannedStep
from launchbook.engine.saved import load, save
from launchbook.errors import PlanUnreadable, StalePlan
from launchbook.model.change import Action, Change, FieldChange
from launchbook.redact import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[3]
CIRCUMSTANCES = {
    "tool_version": "0.1.0",
    "environment": "staging",
    "platforms": "sandbox",
    "playbook": "staging",
    "playbook_digest": "a" * 64,
    "inventory_digest": "b" * 64,
}


def step(
    *changes: Change, outputs: Mapping[str, object] | None = None, digest: str = "c"
) -> PlannedStep:
    return PlannedStep("house", "toy.thing", digest * 64, changes, outputs or {})


def plan(*steps: PlannedStep, **circumstances: str) -> Plan:
    return Plan({**CIRCUMSTANCES, **circumstances}, steps, b"k" * 32)


CREATE = Change(Action.CREATE, "toy.thing", "house")
UPDATE = Change(
    Action.UPDATE,
    "toy.thing",
    "house",
    (FieldChange("content", Secret("old-value"), 2),),
)


def stale(saved: Plan, now: Plan, path: Path) -> str:
    save(saved, path)
    with pytest.raises(StalePlan) as caught:
        load(path).require(now)
    return caught.value.message


def test_a_plan_that_did_not_move_fits(tmp_path: Path) -> None:
    save(plan(step(UPDATE)), tmp_path / "plan.json")
    load(tmp_path / "plan.json").require(plan(step(UPDATE)))


def test_a_saved_plan_has_the_form_of_its_schema_and_no_secret(tmp_path: Path) -> None:
    unknown = Change(Action.UNKNOWN, "x", "y", reason="because of step house")
    save(plan(step(CREATE, UPDATE, unknown)), tmp_path / "plan.json")
    text = (tmp_path / "plan.json").read_text()
    schema = json.loads((ROOT / "schemas/plan.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(json.loads(text))
    assert "old-value" not in text
    assert 0o600 == stat.S_IMODE((tmp_path / "plan.json").stat().st_mode)


@pytest.mark.parametrize(
    ("now", "message"),
    [
        (
            plan(step(CREATE), tool_version="0.2.0"),
            "version of the tool changed: 0.1.0",
        ),
        (plan(step(CREATE), environment="production"), "environment changed: staging"),
        (
            plan(step(CREATE), inventory_digest="x" * 64),
            "text of the inventory changed",
        ),
        (plan(step(UPDATE)), "planned was create toy.thing house"),
        (plan(step()), "planned was create toy.thing house"),
        (plan(step(CREATE), step(UPDATE)), "planned was nothing; now it is update"),
        (plan(step(CREATE, digest="d")), "house with inputs dddddddddddd"),
        (plan(step(CREATE, outputs={"id": "2"})), "house with outputs"),
        (plan(replace(step(CREATE), uses="toy.other")), "facts behind it"),
    ],
)
def test_the_first_difference_is_named(now: Plan, message: str, tmp_path: Path) -> None:
    assert message in stale(plan(step(CREATE)), now, tmp_path / "plan.json")


def test_another_secret_is_another_plan(tmp_path: Path) -> None:
    other = replace(UPDATE, fields=(FieldChange("content", Secret("other-value"), 2),))
    message = stale(plan(step(UPDATE)), plan(step(other)), tmp_path / "plan.json")
    assert "$fingerprint" in message


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "is not JSON"),
        ("[]", "is not a plan"),
        ('{"format": "launchbook-plan/9"}', "is not a plan of the format"),
        ('{"format": "launchbook-plan/1", "digest": "x"}', "was changed"),
    ],
)
def test_what_is_no_plan_is_refused(text: str, problem: str, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(text)
    with pytest.raises(PlanUnreadable, match=problem):
        load(tmp_path / "plan.json")


def test_an_edited_plan_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    save(plan(step(CREATE)), path)
    path.write_text(path.read_text().replace('"create"', '"delete"', 1))
    with pytest.raises(PlanUnreadable, match="was changed after it was saved"):
        load(path)


def test_a_plan_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlanUnreadable, match="cannot be read"):
        load(tmp_path / "absent.json")


def test_a_folder_that_is_not_there_is_said_when_saving(tmp_path: Path) -> None:
    with pytest.raises(PlanUnreadable, match="cannot be saved"):
        save(plan(), tmp_path / "absent" / "plan.json")


def test_lines_for_people_show_no_secret() -> None:
    (line,) = plan(step(UPDATE)).lines_as_json()
    assert [{"name": "content", "before": "[redacted]", "after": 2}] == line["fields"]
    assert "house" == line["step"]


def test_counts_have_every_action() -> None:
    assert {
        "no-change": 0,
        "create": 1,
        "update": 1,
        "delete": 0,
        "cannot-know-yet": 0,
        "unknown": 0,
    } == plan(step(CREATE, UPDATE)).counts
