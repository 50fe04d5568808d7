from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from launchbook.errors import (
    Conflict,
    DomainTaken,
    NotFound,
    Rejected,
    Unavailable,
)
from launchbook.model.domain import DomainRecord, Purpose, Stage
from launchbook.providers.vercel.client import VercelClient
from tests.support.rest_world import (
    VERCEL_ANSWERS,
    VERCEL_CERTIFICATE,
    VERCEL_CONFIGURATION,
    VERCEL_DOMAIN,
)
from tests.support.transport import InTurn, ScriptedSender, body_of

HOST = "staging.example.org"
ONE = f"GET /v9/projects/prj_1/domains/{HOST}"
ADD = "POST /v10/projects/prj_1/domains"
CONFIGURATION = f"GET /v6/domains/{HOST}/config"
CERTIFICATES = "GET /v8/certs"
LOST = Unavailable("no answer", hint="Again.")
CHALLENGE = {
    "type": "TXT",
    "domain": "_vercel.example.org",
    "value": "vc-domain-verify=x",
    "reason": "pending_domain_verification",
}


def client(
    answers: dict[str, object] | None = None,
) -> tuple[VercelClient, ScriptedSender]:
    sender = ScriptedSender({**VERCEL_ANSWERS, **(answers or {})})
    return VercelClient(sender, "team_1"), sender


def certificates(*found: object, following: int | None = None) -> dict[str, Any]:
    pagination = {"count": len(found), "next": following, "prev": None}
    return {"certs": list(found), "pagination": pagination}


def test_a_domain_needs_the_record_that_is_preferred() -> None:
    domain = client()[0].read_domain("prj_1", HOST)
    assert domain is not None
    route = DomainRecord(HOST, "CNAME", "0123456789abcdef.vercel-dns-017.com")
    assert (route,) == domain.records
    assert (True, True, "cenv_1") == (
        domain.is_owned,
        domain.is_routed,
        domain.environment_id,
    )
    assert Stage.VALID is domain.stage
    assert datetime(2026, 2, 20, 12, tzinfo=UTC) == domain.expires_at


def test_an_apex_needs_an_address() -> None:
    vercel, _ = client(
        {
            "GET /v9/projects/prj_1/domains/example.org": {
                **VERCEL_DOMAIN,
                "name": "example.org",
                "customEnvironmentId": None,
            },
            "GET /v6/domains/example.org/config": VERCEL_CONFIGURATION,
        }
    )
    domain = vercel.read_domain("prj_1", "example.org")
    assert domain is not None
    assert (DomainRecord("example.org", "A", "76.76.21.21"),) == domain.records
    assert "production" == domain.environment_id


def test_a_domain_of_a_branch_is_of_no_environment() -> None:
    answer = {**VERCEL_DOMAIN, "customEnvironmentId": None, "gitBranch": "next"}
    domain = client({ONE: answer})[0].read_domain("prj_1", HOST)
    assert domain is not None
    assert "branch next" == domain.environment_id


def test_an_absent_domain_is_none() -> None:
    absent = NotFound("absent", hint="Look.")
    assert client({ONE: absent})[0].read_domain("prj_1", HOST) is None


def test_a_domain_that_must_be_proven_carries_its_challenge() -> None:
    answer = {**VERCEL_DOMAIN, "verified": False, "verification": [CHALLENGE]}
    vercel, sender = client({ONE: answer})
    domain = vercel.read_domain("prj_1", HOST)
    assert domain is not None
    proof = DomainRecord(
        "_vercel.example.org", "TXT", "vc-domain-verify=x", Purpose.OWNERSHIP
    )
    assert proof == domain.records[-1]
    assert (Stage.UNPROVEN, "pending_domain_verification") == (
        domain.stage,
        domain.error,
    )
    assert CERTIFICATES not in sender.sent


def test_without_a_certificate_it_is_still_to_come() -> None:
    other = {**VERCEL_CERTIFICATE, "cns": ["other.example.org"]}
    domain = client({CERTIFICATES: certificates(other)})[0].read_domain("prj_1", HOST)
    assert domain is not None
    assert (Stage.PENDING, None) == (domain.stage, domain.expires_at)


def test_a_certificate_on_a_later_page_is_found_and_the_latest_counts() -> None:
    other = {**VERCEL_CERTIFICATE, "cns": ["other.example.org"]}
    older = {**VERCEL_CERTIFICATE, "expiresAt": 1_763_812_800_000}
    pages = InTurn(
        (
            certificates(other, following=5),
            certificates(older, VERCEL_CERTIFICATE),
        )
    )
    vercel, sender = client({CERTIFICATES: pages})
    domain = vercel.read_domain("prj_1", HOST)
    assert domain is not None
    assert datetime(2026, 2, 20, 12, tzinfo=UTC) == domain.expires_at
    assert ("until", "5") in sender.requests[-1].parameters()


def test_dns_that_leads_elsewhere_and_a_proxy_are_told() -> None:
    elsewhere = {**VERCEL_CONFIGURATION, "misconfigured": True, "configuredBy": "http"}
    domain = client({CONFIGURATION: elsewhere})[0].read_domain("prj_1", HOST)
    assert domain is not None
    assert (False, True) == (domain.is_routed, domain.is_proxied)


def test_a_domain_of_an_environment_names_it_and_productions_does_not() -> None:
    vercel, sender = client()
    vercel.add_domain("prj_1", "a.example.org", "cenv_1")
    vercel.add_domain("prj_1", "b.example.org", "production")
    expected = [
        {"name": "a.example.org", "customEnvironmentId": "cenv_1"},
        {"name": "b.example.org"},
    ]
    assert expected == [body_of(request) for request in sender.requests]


def test_an_addition_whose_answer_is_lost_is_looked_for() -> None:
    vercel, sender = client({ADD: LOST})
    vercel.add_domain("prj_1", HOST, "cenv_1")
    assert [ADD, ONE] == sender.sent


def test_a_domain_of_another_project_is_refused_by_name() -> None:
    taken = Conflict("in use by another project", hint="Look.")
    vercel, _ = client({ADD: taken, ONE: NotFound("absent", hint="Look.")})
    with pytest.raises(DomainTaken, match="in use by another project"):
        vercel.add_domain("prj_1", HOST, "cenv_1")


def test_a_certificate_that_cannot_be_ordered_yet_is_no_failure() -> None:
    early = Rejected("not configured", hint="Wait.", status=449)
    never = Rejected("conflicting CAA record", hint="Change it.", status=400)
    assert client()[0].issue_certificate(HOST)
    assert not client({"POST /v8/certs": early})[0].issue_certificate(HOST)
    with pytest.raises(Rejected, match="CAA"):
        client({"POST /v8/certs": never})[0].issue_certificate(HOST)
