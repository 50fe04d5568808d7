from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest

from launchbook.errors import DomainTaken, Rejected, Unavailable
from launchbook.model.domain import DomainRecord, Purpose, Stage
from launchbook.providers.railway.client import RailwayClient
from tests.support.railway_world import ANSWERS, CUSTOM_DOMAIN, SCOPE
from tests.support.transport import JumpingClock, Refusal, ScriptedGraphql

HOST = "api.example.org"


def client(**changes: object) -> tuple[RailwayClient, ScriptedGraphql]:
    wire = ScriptedGraphql({**ANSWERS, **changes})
    return RailwayClient(wire, JumpingClock()), wire


def listed(**status: object) -> dict[str, Any]:
    domain = deepcopy(CUSTOM_DOMAIN)
    domain["status"] |= status
    return {"domains": {"customDomains": [domain]}}


def test_a_domain_needs_the_record_of_ownership_that_the_platform_does_not_list() -> (
    None
):
    (domain,) = client()[0].read_custom_domains(SCOPE)
    route = DomainRecord(HOST, "CNAME", "abcd1234.up.railway.app")
    proof = DomainRecord(
        "_railway-verify.api.example.org",
        "TXT",
        "railway-verify=0123",
        Purpose.OWNERSHIP,
    )
    assert (route, proof) == domain.records
    assert (True, True, False) == (domain.is_owned, domain.is_routed, domain.is_proxied)
    assert Stage.VALID is domain.stage
    assert datetime(2027, 2, 20, 12, tzinfo=UTC) == domain.expires_at
    assert datetime(2026, 11, 22, 12, tzinfo=UTC) == domain.added_at


@pytest.mark.parametrize(
    "said",
    [
        "_railway-verify.api",
        "_railway-verify.api.example.org",
        "_Railway-Verify.api.example.org.",
    ],
)
def test_the_host_of_the_proof_is_whole_however_it_is_said(said: str) -> None:
    railway, _ = client(CustomDomains=listed(verificationDnsHost=said))
    (domain,) = railway.read_custom_domains(SCOPE)
    assert "_railway-verify.api.example.org" == domain.records[-1].host


def test_a_domain_without_a_token_needs_no_proof() -> None:
    railway, _ = client(CustomDomains=listed(verificationToken=None))
    (domain,) = railway.read_custom_domains(SCOPE)
    assert ["CNAME"] == [each.kind for each in domain.records]


@pytest.mark.parametrize(
    ("said", "stage"),
    [
        ("CERTIFICATE_STATUS_TYPE_VALIDATING_OWNERSHIP", Stage.UNPROVEN),
        ("CERTIFICATE_STATUS_TYPE_ISSUING", Stage.PENDING),
        ("CERTIFICATE_STATUS_TYPE_ISSUE_FAILED", Stage.FAILED),
        ("CERTIFICATE_STATUS_TYPE_UNSPECIFIED", Stage.PENDING),
        ("CERTIFICATE_STATUS_TYPE_OF_TOMORROW", Stage.PENDING),
    ],
)
def test_an_unknown_status_is_one_more_on_the_way(said: str, stage: Stage) -> None:
    railway, _ = client(CustomDomains=listed(certificateStatus=said))
    assert stage is railway.read_custom_domains(SCOPE)[0].stage


def test_why_an_order_failed_is_read() -> None:
    failed = listed(
        certificateStatus="CERTIFICATE_STATUS_TYPE_ISSUE_FAILED",
        certificateErrorType="CERTIFICATE_ERROR_TYPE_RATE_LIMIT",
        certificateErrorMessage="too many",
        certificateRetryable=True,
        certificates=None,
        cdnProvider="DETECTED_CDN_PROVIDER_CLOUDFLARE",
    )
    (domain,) = client(CustomDomains=failed)[0].read_custom_domains(SCOPE)
    assert ("RATE_LIMIT", "too many", True) == (
        domain.error,
        domain.message,
        domain.is_retryable,
    )
    assert domain.is_proxied
    assert domain.expires_at is None


def test_a_domain_is_asked_for_before_it_is_added() -> None:
    railway, wire = client()
    railway.create_custom_domain(SCOPE, HOST)
    assert ["CustomDomainAvailable", "CustomDomainCreate"] == wire.operations
    order = wire.variables("CustomDomainCreate")["input"]
    assert {HOST, "service-1"} <= set(order.values())


def test_a_domain_of_somebody_else_is_refused_by_name() -> None:
    answer = {"available": False, "message": "Domain is already in use"}
    railway, wire = client(
        CustomDomainAvailable={"customDomainAvailable": answer},
        CustomDomains={"domains": {"customDomains": []}},
    )
    with pytest.raises(DomainTaken, match="already in use"):
        railway.create_custom_domain(SCOPE, HOST)
    assert "CustomDomainCreate" not in wire.operations


def test_a_domain_that_is_taken_in_between_is_refused_by_name() -> None:
    railway, _ = client(
        CustomDomainCreate=Refusal("Domain is already in use"),
        CustomDomains={"domains": {"customDomains": []}},
    )
    with pytest.raises(DomainTaken):
        railway.create_custom_domain(SCOPE, HOST)


def test_a_refusal_for_another_reason_stays_what_it_is() -> None:
    railway, _ = client(CustomDomainCreate=Refusal("Your plan allows 2"))
    with pytest.raises(Rejected, match="Your plan allows 2"):
        railway.create_custom_domain(SCOPE, HOST)


def test_an_addition_whose_answer_is_lost_is_looked_for() -> None:
    lost = Unavailable("no answer", hint="Again.")
    railway, wire = client(CustomDomainCreate=lost)
    railway.create_custom_domain(SCOPE, HOST)
    assert "CustomDomains" == wire.operations[-1]
    gone, _ = client(
        CustomDomainCreate=lost, CustomDomains={"domains": {"customDomains": []}}
    )
    with pytest.raises(Unavailable):
        gone.create_custom_domain(SCOPE, HOST)
