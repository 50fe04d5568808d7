"""Waiting for a certificate, resting, and saying by name what keeps it away."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, cast

import pytest

from launchbook.engine.step import Verified, Waiting
from launchbook.errors import CertificateRefused, Rejected, VerificationFailed
from launchbook.model.domain import Stage
from launchbook.steps import railway_certificate, vercel_certificate
from launchbook.steps.railway_certificate import RailwayCertificate
from launchbook.steps.vercel_certificate import VercelCertificate
from tests.support.dns_table import DnsTable
from tests.support.domains import (
    HOST,
    PROOF,
    RIGHT,
    VALID,
    Platform,
    context,
    domain,
)
from tests.support.transport import START, JumpingClock

if TYPE_CHECKING:
    from launchbook.providers.railway.client import RailwayClient
    from launchbook.providers.vercel.client import VercelClient

ON_RAILWAY = railway_certificate.Inputs("p1", "e1", "s1", HOST)
ON_VERCEL = vercel_certificate.Inputs("p1", HOST)
FORBIDDING = {**RIGHT, "CAA vocilia.com": ['0 issue "digicert.com"']}


def railway(platform: Platform, records: dict[str, list[str]]) -> RailwayCertificate:
    return RailwayCertificate(cast("RailwayClient", platform), DnsTable(records))


def vercel(platform: Platform, records: dict[str, list[str]]) -> VercelCertificate:
    return VercelCertificate(cast("VercelClient", platform), DnsTable(records))


# --- waiting -----------------------------------------------------------------


def test_a_certificate_that_comes_while_somebody_looks_is_verified() -> None:
    step = railway(Platform(domain(), domain(), VALID), RIGHT)
    verified = step.verify(ON_RAILWAY, context())
    assert isinstance(verified, Verified)
    assert {"host": HOST} == verified.outputs
    assert {"expires_at": "2027-02-20T00:00:00.000000+00:00"} == verified.evidence


def test_one_that_does_not_come_lets_the_run_rest() -> None:
    clock = JumpingClock()
    waiting = railway(Platform(domain()), RIGHT).verify(ON_RAILWAY, context(clock))
    assert isinstance(waiting, Waiting)
    assert (
        "certificate-pending: railway has not issued the certificate of "
        "api.vocilia.com yet"
    ) == waiting.reason
    assert clock.now() + timedelta(minutes=1) == waiting.look_again_at
    assert pytest.approx(30) == sum(clock.slept)


def test_a_record_that_is_missing_is_named_without_waiting_long() -> None:
    clock = JumpingClock()
    platform = Platform(domain(is_owned=False, stage=Stage.UNPROVEN))
    records = {name: found for name, found in RIGHT.items() if PROOF not in name}
    waiting = railway(platform, records).verify(ON_RAILWAY, context(clock))
    assert isinstance(waiting, Waiting)
    assert waiting.reason.startswith("ownership-record-missing: TXT _railway-verify")
    assert sum(clock.slept) <= 5


@pytest.mark.parametrize("step_of", [railway, vercel])
def test_a_host_name_that_is_gone_is_no_success(
    step_of: type[RailwayCertificate],
) -> None:
    inputs = ON_RAILWAY if step_of is railway else ON_VERCEL
    with pytest.raises(VerificationFailed, match="does not list"):
        step_of(Platform(None), RIGHT).verify(inputs, context())  # type: ignore[arg-type]  # either step


# --- Railway: what failed is ordered again -----------------------------------


def test_a_failed_order_that_may_be_repeated_is_repeated() -> None:
    platform = Platform(VALID)
    failed = domain(stage=Stage.FAILED, error="RATE_LIMIT", is_retryable=True)
    railway(platform, RIGHT).apply(ON_RAILWAY, failed, context())
    assert ["issue d1"] == platform.orders


def test_one_that_would_fail_again_is_not_repeated() -> None:
    platform = Platform(VALID)
    failed = domain(stage=Stage.FAILED, error="X", is_retryable=True)
    with pytest.raises(CertificateRefused, match="caa-forbids-authority"):
        railway(platform, FORBIDDING).apply(ON_RAILWAY, failed, context())
    assert [] == platform.orders


def test_one_that_failed_for_good_is_refused_with_the_platforms_words() -> None:
    platform = Platform(VALID)
    failed = domain(stage=Stage.FAILED, error="ORDER_CREATION", message="no more")
    with pytest.raises(CertificateRefused, match="ORDER_CREATION no more"):
        railway(platform, RIGHT).apply(ON_RAILWAY, failed, context())
    assert [] == platform.orders


def test_what_is_on_its_way_is_left_alone() -> None:
    platform = Platform(VALID)
    railway(platform, RIGHT).apply(ON_RAILWAY, domain(), context())
    railway(platform, RIGHT).apply(ON_RAILWAY, None, context())
    assert [] == platform.orders


# --- Vercel: the proof is looked for when it is asked to ---------------------


def unproven() -> Platform:
    return Platform(domain("vercel", is_owned=False, stage=Stage.UNPROVEN))


def test_the_platform_is_asked_to_look_when_dns_has_the_record() -> None:
    platform = unproven()
    facts = domain("vercel", is_owned=False, stage=Stage.UNPROVEN)
    vercel(platform, RIGHT).apply(ON_VERCEL, facts, context())
    assert [f"verify {HOST}"] == platform.orders


def test_it_is_not_asked_while_dns_lacks_the_record() -> None:
    platform = unproven()
    facts = domain("vercel", is_owned=False, stage=Stage.UNPROVEN)
    vercel(platform, {}).apply(ON_VERCEL, facts, context())
    assert [] == platform.orders


def test_a_look_that_finds_nothing_yet_is_no_failure_and_another_refusal_is() -> None:
    facts = domain("vercel", is_owned=False, stage=Stage.UNPROVEN)
    early = Rejected("no TXT record", hint="Wait.", status=400)
    blind = Platform(facts, refusal=early)
    vercel(blind, RIGHT).apply(ON_VERCEL, facts, context())
    assert [f"verify {HOST}"] == blind.orders
    wrong = Platform(facts, refusal=Rejected("gone", hint="Look.", status=410))
    with pytest.raises(Rejected, match="gone"):
        vercel(wrong, RIGHT).apply(ON_VERCEL, facts, context())


def test_a_certificate_that_is_overdue_is_ordered() -> None:
    old = domain("vercel", added_at=START - timedelta(hours=2))
    platform = Platform(old)
    vercel(platform, RIGHT).apply(ON_VERCEL, old, context())
    assert [f"issue {HOST}"] == platform.orders
    with pytest.raises(CertificateRefused, match="caa-forbids-authority"):
        vercel(platform, FORBIDDING).apply(ON_VERCEL, old, context())
    assert 1 == len(platform.orders)


def test_a_fresh_one_comes_by_itself() -> None:
    platform = Platform(domain("vercel"))
    vercel(platform, RIGHT).apply(ON_VERCEL, domain("vercel"), context())
    vercel(platform, RIGHT).apply(ON_VERCEL, None, context())
    assert [] == platform.orders
