from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from launchbook.domains.diagnosis import Observation
from launchbook.domains.sight import Sight
from launchbook.domains.verdict import look_again_at, reason_to_wait
from launchbook.errors import CertificateRefused
from launchbook.model.dns import Zone
from launchbook.model.domain import Domain, DomainRecord, Stage

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOST = "api.vocilia.com"
DOMAIN = Domain(
    platform="railway",
    host=HOST,
    id="d1",
    records=(DomainRecord(HOST, "CNAME", "a.up.railway.app"),),
    is_routed=True,
    added_at=NOON,
)


def seen(**sight: object) -> Observation:
    known = Sight(**{"target": "a.up.railway.app", **sight})  # type: ignore[arg-type]  # a test's own values
    return Observation("production", DOMAIN, known, Zone("vocilia.com"), NOON)


def test_what_passes_by_itself_is_a_reason_to_wait() -> None:
    assert (
        "route-record-missing: CNAME api.vocilia.com should be a.up.railway.app and "
        "DNS has nothing; certificate-pending: railway has not issued the certificate "
        "of api.vocilia.com yet"
    ) == reason_to_wait(seen(target=""))


def test_what_does_not_pass_is_refused_with_what_to_do() -> None:
    records = {
        "authorities": ('0 issue "digicert.com"',),
        "authority_host": "vocilia.com",
    }
    with pytest.raises(CertificateRefused) as caught:
        reason_to_wait(seen(**records))
    assert caught.value.message.startswith("caa-forbids-authority: ")
    assert (
        'Add CAA vocilia.com 0 issue "letsencrypt.org" at the DNS provider, then run '
        "`invoke provision.infrastructure --environment production`."
    ) == caught.value.hint
    told = json.dumps(caught.value.details["findings"])
    faults = [each["fault"] for each in json.loads(told)]
    assert ["caa-forbids-authority", "certificate-pending"] == faults


@pytest.mark.parametrize(
    ("age", "rest"),
    [
        (timedelta(), timedelta(minutes=1)),
        (timedelta(hours=2), timedelta(minutes=30)),
        (timedelta(days=2), timedelta(hours=1)),
    ],
)
def test_the_longer_it_takes_the_more_seldom_is_the_next_look(
    age: timedelta, rest: timedelta
) -> None:
    late = replace(seen(), at=NOON + age)
    assert NOON + age + rest == look_again_at(late)


def test_a_failed_order_is_refused_until_somebody_acts() -> None:
    failed = replace(DOMAIN, stage=Stage.FAILED, error="RATE_LIMIT")
    with pytest.raises(CertificateRefused, match="certificate-failed"):
        reason_to_wait(replace(seen(), domain=failed))
