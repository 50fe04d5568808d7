"""Every case: a release that serves, what changed since, and what speaks against it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from launchbook.release.admission import NAMES, Admission, admit
from launchbook.release.situation import Situation
from tests.support.plain import construct

CASES = Path(__file__).parents[2] / "cases" / "admission"
BASE: dict[str, Any] = yaml.safe_load((CASES / "base.yml").read_text(encoding="utf-8"))
LEAST_REASONS = 12


def cases() -> list[Path]:
    return [path for path in sorted(CASES.glob("*.yml")) if path.stem != "base"]


def merged(base: Any, change: Any) -> Any:
    """The base with what a case says differently; null takes a key away."""
    if not isinstance(base, dict) or not isinstance(change, dict):
        return change
    found = {key: merged(base.get(key), each) for key, each in change.items()}
    return {key: each for key, each in {**base, **found}.items() if each is not None}


def situation(given: dict[str, Any]) -> Situation:
    values = merged(_texts(BASE), _texts(given))
    if given.get("is_signature_valid", True) is None:
        values["is_signature_valid"] = None
    found: Situation = construct(Situation, values)
    return found


def _texts(value: Any) -> Any:
    """YAML reads times; cases are made of their texts."""
    if isinstance(value, dict):
        return {key: _texts(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_texts(each) for each in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


@pytest.mark.parametrize("path", cases(), ids=lambda path: path.stem)
def test_a_way_back_is_judged_as_its_case_says(path: Path) -> None:
    case = yaml.safe_load(path.read_text(encoding="utf-8"))
    found = admit(situation(case["given"]))
    closed = {each.name: str(each.verdict) for each in found.closed}
    assert (case["closed"], case["seconds"]) == (closed, found.seconds)
    assert found.is_open is not bool(closed)


def test_every_reason_has_a_case_of_its_own() -> None:
    alone = set()
    for path in cases():
        closed = yaml.safe_load(path.read_text(encoding="utf-8"))["closed"]
        alone |= set(closed) if len(closed) == 1 else set()
    assert set(NAMES) == alone
    assert len(alone) >= LEAST_REASONS


def test_every_reason_is_judged_once_and_in_order() -> None:
    assert list(NAMES) == [each.name for each in admit(situation({})).findings]


def test_an_open_way_says_where_to_and_how_long() -> None:
    expected = (
        "ROLLBACK: OPEN to production-11, about 360 s (by the platforms' own limits)",
    )
    assert expected == admit(situation({})).lines


def test_a_closed_way_names_each_reason() -> None:
    found = admit(situation({"ways": {"customer": {"is_there": False}}}))
    head, reason = found.lines
    assert head.startswith("ROLLBACK: CLOSED to production-11, else about 360 s (by")
    assert (
        "  rollback-deployment: the platform has no deployment of customer any more"
        == reason
    )


def test_without_a_release_to_return_to_there_is_no_estimate() -> None:
    assert "ROLLBACK: CLOSED" == admit(situation({"target": None})).lines[0]
    first = {"target": None, "named": "", "is_anything_served": False}
    assert ("ROLLBACK: OPEN, nothing is served yet that could be lost",) == admit(
        situation(first)
    ).lines


def test_a_judgement_is_read_back_as_it_was_written() -> None:
    found = admit(situation({"is_signature_valid": False}))
    assert found == Admission.from_json(found.as_json())
