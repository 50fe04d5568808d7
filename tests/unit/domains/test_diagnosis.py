"""Every case: what is seen of a host name, and what is therefore wrong, by name."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from launchbook.domains.diagnosis import Observation, diagnose
from launchbook.domains.finding import Fault
from launchbook.domains.sight import Sight
from launchbook.model.dns import Zone
from launchbook.model.domain import Domain
from tests.support.plain import construct

CASES = Path(__file__).parents[2] / "cases" / "domains"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def all_cases() -> list[Any]:
    return [pytest.param(path, id=path.stem) for path in sorted(CASES.glob("*.yml"))]


def observed(case: dict[str, Any]) -> Observation:
    return Observation(
        environment="staging",
        domain=construct(Domain, case["domain"]),
        sight=construct(Sight, case["sight"]),
        zone=construct(Zone, case["zone"]),
        at=construct(datetime, case["at"]) if "at" in case else NOON,
        proxied=frozenset(case.get("proxied", ())),
    )


@pytest.mark.parametrize("path", all_cases())
def test_what_is_seen_is_diagnosed_as_its_case_says(path: Path) -> None:
    case = yaml.safe_load(path.read_text(encoding="utf-8"))
    findings = diagnose(observed(case))
    assert case["findings"] == [str(each.fault) for each in findings]
    if findings:
        assert case["first"] == findings[0].message
    for each in findings:
        assert each.hint.endswith(".")
        assert each.as_json()["fault"] == each.fault


def test_every_fault_that_can_be_found_has_a_case() -> None:
    found = {
        name
        for path in CASES.glob("*.yml")
        for name in yaml.safe_load(path.read_text(encoding="utf-8"))["findings"]
    }
    elsewhere = {
        Fault.NOT_ADDED,
        Fault.TAKEN,
        Fault.CERTIFICATE_ENDING,
        Fault.NOT_SERVED,
        Fault.TLS_OLD,
        Fault.NO_REDIRECT,
    }
    assert {str(each) for each in set(Fault) - elsewhere} == found
