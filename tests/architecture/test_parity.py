"""A step touches four places: its module, its schema, its cases, the register."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from launchbook.app.register import STEPS
from tests.architecture.sources import PACKAGE, ROOT

if TYPE_CHECKING:
    from launchbook.engine.step import Step

SCHEMAS = ROOT / "schemas" / "steps"
CASES = ROOT / "tests" / "cases" / "steps"


def step_class(name: str) -> type[Step]:
    module, attribute = STEPS[name].location.split(":")
    found: type[Step] = getattr(import_module(module), attribute)
    return found


def test_every_module_of_steps_is_registered() -> None:
    modules = {path.stem for path in (PACKAGE / "steps").glob("*.py")} - {"__init__"}
    registered = {
        entry.location.split(":")[0].rsplit(".", 1)[1] for entry in STEPS.values()
    }
    assert modules == registered


def test_every_step_has_a_schema_and_every_schema_a_step() -> None:
    schemas = {path.name.removesuffix(".schema.json") for path in SCHEMAS.iterdir()}
    assert set(STEPS) == schemas


def test_every_step_has_cases_and_every_folder_of_cases_a_step() -> None:
    folders = {path.name for path in CASES.iterdir() if path.is_dir()}
    assert set(STEPS) == folders
    assert [] == [name for name in folders if not list((CASES / name).glob("*.yml"))]


@pytest.mark.parametrize("name", sorted(STEPS))
def test_a_steps_inputs_and_its_schema_are_the_same(name: str) -> None:
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    inputs = fields(step_class(name).inputs_type)
    required = {
        each.name
        for each in inputs
        if each.default is MISSING and each.default_factory is MISSING
    }
    assert {each.name for each in inputs} == set(schema["properties"])
    assert required == set(schema["required"])
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize("name", sorted(STEPS))
def test_a_step_is_called_what_it_is_registered_as(name: str) -> None:
    assert name == step_class(name).name


@pytest.mark.parametrize("name", sorted(STEPS))
def test_every_input_is_described_and_has_an_example(name: str) -> None:
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    bare = [
        key
        for key, each in schema["properties"].items()
        if not each.get("description") or "examples" not in each
    ]
    bare = [key for key in bare if "enum" not in schema["properties"][key]]
    assert [] == bare
