"""Each behaviour of a vendor in ``behaviours.yml`` is proven by tests that exist."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ROWS: list[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("behaviours.yml").read_text(encoding="utf-8")
)
VENDORS = {"railway", "vercel", "supabase", "cloudflare"}


def problem_of(test: str) -> str:
    """Return what is wrong with ``path::name``; nothing when the test is there."""
    path, _, name = test.partition("::")
    file = ROOT / path
    if not file.is_file():
        return f"no file {path}"
    is_there = name and f"def {name}(" in file.read_text(encoding="utf-8")
    return "" if is_there else f"no test {name} in {path}"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["behaviour"][:40])
def test_a_behaviour_has_a_vendor_a_source_and_tests_that_exist(
    row: dict[str, Any],
) -> None:
    assert {"vendor", "behaviour", "source", "tests"} == set(row)
    assert row["vendor"] in VENDORS
    assert all(row.values())
    assert [] == [problem for each in row["tests"] if (problem := problem_of(each))]


def test_no_behaviour_is_there_twice() -> None:
    behaviours = [row["behaviour"] for row in ROWS]
    assert sorted(set(behaviours)) == sorted(behaviours)


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("tests/unit/nowhere.py::test_x", "no file tests/unit/nowhere.py"),
        (
            "tests/conformance/behaviours.yml::test_no_such_thing",
            "no test test_no_such_thing in tests/conformance/behaviours.yml",
        ),
        (
            "tests/conformance/behaviours.yml",
            "no test  in tests/conformance/behaviours.yml",
        ),
    ],
)
def test_a_row_that_points_nowhere_is_found(test: str, expected: str) -> None:
    assert expected == problem_of(test)
