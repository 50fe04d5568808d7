from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from launchbook.domains.diagnosis import diagnose
from launchbook.domains.finding import Fault, Finding
from launchbook.domains.status import HEAD, Status, status_of, status_of_absent
from launchbook.transport.tls import Certificate
from tests.unit.domains.test_diagnosis import CASES, observed

HOST = "staging-api.vocilia.com"


def status(name: str, shown: Certificate | None = None) -> Status:
    case = yaml.safe_load(Path(CASES / f"{name}.yml").read_text(encoding="utf-8"))
    seen = observed(case)
    return status_of(seen.domain, shown, diagnose(seen), seen.at)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nothing_is_wrong", ("ok", "proven", "valid")),
        ("the_ownership_record_is_missing", ("ok", "missing", "unproven")),
        ("another_account_has_the_apex", ("ok", "wrong", "unproven")),
        ("the_route_record_is_missing", ("missing", "proven", "unproven")),
        ("the_route_record_leads_elsewhere", ("wrong", "proven", "unproven")),
        ("the_route_record_is_proxied", ("proxied", "proven", "unproven")),
        ("caa_records_leave_the_authority_out", ("ok", "proven", "forbidden")),
        ("the_zone_is_delegated_elsewhere", ("elsewhere", "missing", "unproven")),
        ("a_certificate_is_stuck_past_the_usual_hour", ("ok", "proven", "stuck")),
        ("dns_does_not_answer", ("silent", "proven", "pending")),
        ("the_platform_has_not_looked_yet", ("ok", "waiting", "unproven")),
    ],
)
def test_a_line_says_how_far_a_name_has_come(
    name: str, words: tuple[str, str, str]
) -> None:
    found = status(name)
    assert words == (found.dns, found.ownership, found.certificate)
    assert len(HEAD) == len(found.cells())
    assert found.is_right is (name == "nothing_is_wrong")


def test_the_days_left_are_those_of_the_certificate_that_is_served() -> None:
    end = datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(days=61)
    served = Certificate(HOST, not_after=end, version="TLSv1.3")
    found = status("nothing_is_wrong", served)
    assert (61, "TLSv1.3") == (found.days_left, found.tls)
    assert ("staging-api.vocilia.com", "railway", "ok", "proven") == found.cells()[:4]
    assert ("valid", "61", "TLSv1.3", "-") == found.cells()[4:]


def test_what_is_not_trusted_has_no_version() -> None:
    found = status("nothing_is_wrong")
    assert ("", None) == (found.tls, found.days_left)


def test_a_name_that_is_not_added_yet_has_a_line_too() -> None:
    finding = Finding(Fault.NOT_ADDED, "nobody added it", "Run it.", is_passing=True)
    found = status_of_absent("api.vocilia.com", "railway", finding)
    assert "domain-not-added" == found.cells()[-1]
    assert ["domain-not-added"] == [
        each["fault"]
        for each in found.as_json()["findings"]  # type: ignore[attr-defined]  # a list of mappings
    ]
