from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from launchbook.domains.finding import Fault
from launchbook.domains.service import Plain, diagnose_service
from launchbook.transport.tls import Certificate

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOST = "api.vocilia.com"
SERVED = Certificate(
    HOST,
    issuer="Let's Encrypt",
    names=(HOST,),
    not_after=NOON + timedelta(days=80),
    version="TLSv1.3",
)
PLAIN = Plain(308, f"https://{HOST}/health")


def faults(
    served: Certificate = SERVED, plain: Plain = PLAIN, port: int = 443
) -> list[Fault]:
    found = diagnose_service(HOST, served, plain, public_port=port, at=NOON)
    assert all(each.hint.endswith(".") for each in found)
    return [each.fault for each in found]


def test_what_is_served_well_has_no_finding() -> None:
    assert [] == faults()
    assert [] == faults(plain=Plain(301, f"https://{HOST}:8443/"), port=8443)


def test_a_certificate_that_is_not_trusted_is_named() -> None:
    wrong = replace(SERVED, problem="it is for *.up.railway.app", not_after=None)
    assert [Fault.NOT_SERVED] == faults(wrong)


def test_a_certificate_that_was_not_renewed_in_time_is_named() -> None:
    assert [Fault.CERTIFICATE_ENDING] == faults(
        replace(SERVED, not_after=NOON + timedelta(days=19))
    )


def test_old_tls_is_named() -> None:
    assert [Fault.TLS_OLD] == faults(replace(SERVED, accepts_old_tls=True))


@pytest.mark.parametrize(
    "plain",
    [
        Plain(200),
        Plain(308, ""),
        Plain(308, f"http://{HOST}/"),
        Plain(308, "https://elsewhere.example/"),
        Plain(308, f"https://{HOST}:8443/"),
        Plain(308, "https://[broken/"),
        Plain(problem="connection refused"),
    ],
    ids=str,
)
def test_plain_http_that_does_not_lead_to_the_same_host_over_tls_is_named(
    plain: Plain,
) -> None:
    assert [Fault.NO_REDIRECT] == faults(plain=plain)
