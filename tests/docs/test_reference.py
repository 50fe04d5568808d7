"""docs/reference is what its sources say, and says all of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from launchbook.app.register import STEPS
from tests.architecture.sources import ROOT
from tests.docs.pages import ENVIRONMENTS, flags_by_task, page, reference

INVENTORY = sorted((ROOT / "schemas" / "inventory").glob("*.schema.json"))


def keys(schema: dict[str, Any]) -> set[str]:
    found: set[str] = set()
    for name, below in schema.get("properties", {}).items():
        found |= {name} | keys(below)
    for word in ("items", "additionalProperties"):
        if isinstance(schema.get(word), dict):
            found |= keys(schema[word])
    return found


def section(text: str, heading: str) -> str:
    return text.partition(f"## {heading}\n")[2].partition("\n## ")[0]


def undocumented(names: set[str], text: str) -> list[str]:
    return sorted(
        each for each in names if f"`{each}`" not in text and f".{each}`" not in text
    )


def test_the_reference_is_up_to_date() -> None:
    assert 0 == reference()["main"](["--check"])


def test_every_task_and_every_flag_is_documented() -> None:
    text = page("reference/tasks.md")
    for task, flags in flags_by_task().items():
        group, _, name = task.partition(".")
        heading = "launchbook init" if task == "init" else task
        if group in reference()["PER_ENVIRONMENT"] and name in ENVIRONMENTS:
            # One environment's task stands for those of all.
            heading = f"{group}.staging"
        found = text.partition(f"### {heading}\n")[2].partition("\n##")[0]
        assert found, heading
        assert [] == [
            each
            for each in flags
            if f"`{each}`" not in found and f"`{each} " not in found
        ]


@pytest.mark.parametrize("name", sorted(STEPS))
def test_every_step_and_every_input_is_documented(name: str) -> None:
    path = ROOT / "schemas" / "steps" / f"{name}.schema.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    assert [] == undocumented(keys(schema), section(page("reference/steps.md"), name))


@pytest.mark.parametrize("path", INVENTORY, ids=lambda path: path.name)
def test_every_key_of_the_inventory_is_documented(path: Any) -> None:
    schema = json.loads(path.read_text(encoding="utf-8"))
    text = section(page("reference/inventory.md"), schema["title"])
    assert [] == undocumented(keys(schema), text)


def test_every_key_of_a_playbook_is_documented() -> None:
    path = ROOT / "schemas" / "playbook.schema.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    assert [] == undocumented(keys(schema), page("reference/playbook.md"))
