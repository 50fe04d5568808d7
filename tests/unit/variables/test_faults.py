"""Seeded faults are all found, nothing else is, and the docs say how many there are."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from launchbook.cli.render.variables import row_of
from launchbook.variables.check import find_faults
from tests.support.variable_faults import (
    Case,
    cases,
    declared_of,
    outputs_of,
    platform_changes,
)

if TYPE_CHECKING:
    from launchbook.app.contract import Declared

DOCS = Path(__file__).parents[3] / "docs" / "variables.md"
OFFLINE = [each for each in cases() if "kind" in each.given]
ON_PLATFORMS = [each for each in cases() if "state" in each.given]


def found_in(declared: Declared, case: Case) -> set[tuple[str, str, str]]:
    """Every fault: without a platform, and once the steps have put out their values."""
    environment = declared.app.target.environment
    values = declared.values_with(outputs_of(case.given, environment))
    later = find_faults(declared.contracts, values, declared.rules)
    faults = (*declared.audit().faults, *later)
    return {(each.app, each.name, str(each.kind)) for each in faults}


@pytest.mark.parametrize(
    "case", OFFLINE, ids=lambda each: f"{each.category}: {each.given['fault']}"
)
def test_a_seeded_fault_is_found_and_nothing_else(case: Case, tmp_path: Path) -> None:
    assert case.expected == found_in(declared_of(tmp_path, case.given), case)


@pytest.mark.parametrize(
    "case", ON_PLATFORMS, ids=lambda each: f"platforms: {each.given['fault']}"
)
def test_a_change_by_hand_is_found_and_nothing_else(case: Case, tmp_path: Path) -> None:
    changes = platform_changes(declared_of(tmp_path, case.given), case.given)
    rows = [row_of("step", change) for change in changes]
    found = {(row.name, row.state) for row in rows if not row.is_equal}
    assert {(case.given["name"], case.given["state"])} == found


@pytest.mark.parametrize("platforms", ["sandbox", "live"])
@pytest.mark.parametrize("environment", ["development", "staging", "production"])
def test_the_clean_tree_has_no_fault(
    platforms: str, environment: str, tmp_path: Path
) -> None:
    given = {"environment": environment, "platforms": platforms}
    declared = declared_of(tmp_path, given)
    assert set() == found_in(declared, Case("clean", given))


def test_the_docs_say_how_many_faults_are_seeded() -> None:
    counts = Counter(each.category for each in cases())
    text = DOCS.read_text(encoding="utf-8")
    said = dict(re.findall(r"^\| (\w+) \| (\d+) \|", text, re.MULTILINE))
    assert {name: str(count) for name, count in counts.items()} == {
        name: count for name, count in said.items() if name in counts
    }
    assert f"{sum(counts.values())} faults" in text
