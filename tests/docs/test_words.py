"""What the texts must say, and what they must not."""

from __future__ import annotations

import re
import runpy

import pytest
import yaml

from tests.architecture.sources import ROOT, sources
from tests.docs.pages import page, texts

VARIABLE = re.compile(r"\bLAUNCHBOOK_[A-Z]+\b")
FOREIGN = (
    "pypi" + ".org",
    "files.python" + "hosted.org",
    "registry.npm" + "js.org",
    "deb.debian" + ".org",
    "/wo" + "rk/",
    "cla" + "ude",
    "assis" + "tant",
)
"""Addresses of package registries, and words about how the project was made."""
OUTPUTS = re.compile(r"^\| `([a-z_.]+)` \| (.+?) \|.*\|$", re.MULTILINE)


def test_no_text_speaks_of_anything_but_the_product() -> None:
    found = [
        f"{name}: {word}"
        for name, text in texts()
        for word in FOREIGN
        if word in text.lower()
    ]
    assert [] == found


def test_every_variable_of_our_own_is_documented() -> None:
    read = {name for source in sources() for name in VARIABLE.findall(source.text)}
    tests = (ROOT / "tests" / "support").glob("*.py")
    read |= {
        name for path in tests for name in VARIABLE.findall(path.read_text("utf-8"))
    }
    assert {"LAUNCHBOOK_HOME", "LAUNCHBOOK_CONTRACTS"} <= read
    documented = set(VARIABLE.findall(page("data-model.md")))
    assert set() == read - documented


def test_the_changelog_has_a_place_for_what_comes() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(r"^## Unreleased$", text, re.MULTILINE)


def test_every_row_of_the_traceability_leads_somewhere() -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "traceability.py"))
    assert 0 == script["main"]()


def documented_outputs() -> dict[str, set[str]]:
    text = page("data-model.md").partition("## Outputs of steps")[2]
    rows = OUTPUTS.findall(text.partition("\n## ")[0])
    return {step: set(re.findall(r"`(\w+)`", cell)) for step, cell in rows}


@pytest.mark.parametrize("step", sorted(documented_outputs()))
def test_outputs_of_a_step_are_those_of_its_cases(step: str) -> None:
    cases = (ROOT / "tests" / "cases" / "steps" / step).glob("*.yml")
    known: set[str] = set()
    for path in cases:
        case = yaml.safe_load(path.read_text(encoding="utf-8"))
        known |= set(case.get("outputs") or {})
    assert set() == known - documented_outputs()[step]


def test_every_step_has_a_row_of_outputs() -> None:
    steps = {path.name for path in (ROOT / "tests" / "cases" / "steps").iterdir()}
    assert steps == set(documented_outputs())


def test_every_page_is_reachable_from_the_readme() -> None:
    listed = (ROOT / "README.md").read_text(encoding="utf-8")
    listed += page("concepts.md") + page("adr/README.md") + page("quickstart.md")
    missing = [
        path.name for path in (ROOT / "docs").rglob("*.md") if path.name not in listed
    ]
    assert [] == missing
