"""Host names from nothing to a trusted address, and what keeps one from it."""

from __future__ import annotations

import json
import socket
import ssl
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.domain_states import (
    BACKEND,
    CUSTOMER,
    RUN,
    STEPS,
    WAITING,
    goes_on,
    names_only,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.journey import Journey

pytestmark = pytest.mark.xdist_group("empty")

PROOF = f"_railway-verify.{BACKEND}"
FOR_EVER = 0
STATUS = "domains.status"
DAY = 86_400


@pytest.fixture
def names(nothing: Journey, tmp_path: Path) -> Journey:
    """An empty world, and a playbook of two host names."""
    return names_only(nothing, tmp_path / "names")


@pytest.fixture
def served(names: Journey) -> Journey:
    """Both host names are served."""
    done = goes_on(names)
    assert 0 == done.status, done.out + done.err
    return names


def statuses(journey: Journey) -> dict[str, dict[str, Any]]:
    """Return what the table says, by host."""
    told = journey.run(STATUS, "--json")
    assert told.status in {0, WAITING}, told.out + told.err
    return {
        str(each["host"]): each for each in told.records if each["kind"] == "domain"
    }


def faults(journey: Journey, host: str) -> list[str]:
    return [each["fault"] for each in statuses(journey)[host]["findings"]]


def zone_records(journey: Journey) -> tuple[str, list[dict[str, Any]]]:
    """Return the path of the zone's records at the provider, and the records."""
    zones = cloudflare(journey, "GET", "/zones")
    path = f"/zones/{zones[0]['id']}/dns_records"
    return path, cloudflare(journey, "GET", f"{path}?per_page=100")


def change_record(journey: Journey, kind: str, host: str, **changes: object) -> None:
    """Change a record in the provider's dashboard."""
    path, records = zone_records(journey)
    (found,) = [r for r in records if (r["type"], r["name"]) == (kind, host)]
    cloudflare(journey, "PATCH", f"{path}/{found['id']}", changes)


def cloudflare(journey: Journey, method: str, path: str, body: object = None) -> Any:
    answer = journey.sandbox.api(
        "cloudflare",
        method,
        f"/client/v4{path}",
        body,
        headers={"Content-Type": "application/json"},
    )
    assert answer.status < 300, answer.text
    return answer.json()["result"]


def names_of(journey: Journey, host: str) -> set[str]:
    """Return whom the certificate is for that a host shows; it must be trusted."""
    facts = journey.sandbox.facts
    context = ssl.create_default_context(cafile=str(facts["ca_file"]))
    address = ("127.0.0.1", int(facts["edge_port"]))
    with (
        socket.create_connection(address) as plain,
        context.wrap_socket(plain, server_hostname=host) as shown,
    ):
        certificate: dict[str, Any] = {**(shown.getpeercert() or {})}
    return {name for _, name in certificate["subjectAltName"]}


def test_two_names_come_to_be_served_and_a_second_run_writes_nothing(
    served: Journey,
) -> None:
    mark = served.mark()
    again = served.run(RUN)
    assert f"0 changed, {STEPS} unchanged, 0 failed" == again.counts
    assert [] == served.written(mark)
    assert 0 == served.run(RUN, "--check").status
    table = served.run(STATUS)
    assert 0 == table.status, table.out + table.err
    for host, found in statuses(served).items():
        assert ("ok", "proven", "valid") == (
            found["dns"],
            found["ownership"],
            found["certificate"],
        ), host
        assert "TLSv1.3" == found["tls"]
        assert 80 < found["days_left"] <= 90
    assert [BACKEND, CUSTOMER] == [line.split()[0] for line in table.lines[-2:]]
    for host in (BACKEND, CUSTOMER):
        assert {host} == names_of(served, host)


def test_before_anything_is_there_every_name_says_so(names: Journey) -> None:
    table = names.run(STATUS)
    assert WAITING == table.status, table.err
    assert 2 == table.out.count("domain-not-added: ")
    assert ["domain-not-added"] == faults(names, CUSTOMER)


# --- what keeps a name from its certificate, by name --------------------------


HIDDEN = (
    (
        f"record {PROOF} TXT",
        "hidden",
        "ownership-record-missing",
        f"TXT {PROOF} should",
    ),
    (
        f"record {BACKEND} CNAME",
        "hidden",
        "route-record-missing",
        f"CNAME {BACKEND} sh",
    ),
    (
        "zone vocilia.com",
        "not_delegated",
        "zone-delegated-elsewhere",
        "at the registrar",
    ),
)
"""What is planted in DNS, how it is called, and words that a person reads."""


def test_what_dns_does_not_show_is_named(served: Journey) -> None:
    for operation, effect, fault, words in HIDDEN:
        served.order("cloudflare", operation, effect, times=FOR_EVER)
        assert fault == faults(served, BACKEND)[0]
        told = served.run(STATUS, "--host", BACKEND)
        assert WAITING == told.status
        assert fault in told.out
        assert words in told.out
        served.sandbox.control("DELETE", "/faults")
        assert [] == faults(served, BACKEND)


def test_a_record_that_is_proxied_by_hand_is_named_and_mended(served: Journey) -> None:
    change_record(served, "CNAME", BACKEND, proxied=True)
    served.sandbox.wait_until(
        lambda: "record-proxied" in faults(served, BACKEND), seconds=10
    )
    told = served.run(STATUS, "--host", BACKEND)
    assert "Switch the proxy off" in told.out
    done = goes_on(served)
    assert 0 == done.status, done.out + done.err
    served.sandbox.wait_until(lambda: not faults(served, BACKEND), seconds=10)


def test_caa_records_that_forbid_the_authority_are_named(names: Journey) -> None:
    names.order("railway", f"certificate {BACKEND}", "certificate_stuck", times=0)
    assert WAITING == goes_on(names, times=1).status
    change_record(
        names,
        "CAA",
        "vocilia.com",
        data={"flags": 0, "tag": "issue", "value": "digicert.com"},
    )
    names.sandbox.wait_until(
        lambda: "caa-forbids-authority" in faults(names, BACKEND), seconds=10
    )
    assert "digicert.com" in names.run(STATUS).out
    names.sandbox.control("DELETE", "/faults")
    # The platform orders at once, and may be quicker than DNS with our new record.
    assert goes_on(names).code in {"", "certificate-refused"}
    done = goes_on(names)
    assert 0 == done.status, done.out + done.err


def test_a_name_that_somebody_else_has_is_refused_by_name(names: Journey) -> None:
    names.order("railway", "customDomainAvailable", "domain_taken", times=FOR_EVER)
    refused = names.run(RUN)
    assert "domain-taken" == refused.code
    assert BACKEND in refused.err
    assert ["domain-taken"] == faults(names, BACKEND)
    names.sandbox.control("DELETE", "/faults")
    assert 0 == goes_on(names).status


def test_an_apex_of_another_account_is_proven_by_a_record(names: Journey) -> None:
    operation = "POST /v10/projects/{project}/domains"
    names.order("vercel", operation, "domain_unverified")
    done = goes_on(names)
    assert 0 == done.status, done.out + done.err
    _, records = zone_records(names)
    proofs = [r["content"] for r in records if r["name"] == "_vercel.vocilia.com"]
    assert 1 == len(proofs)
    assert f"vc-domain-verify={CUSTOMER}" in proofs[0]


# --- days ---------------------------------------------------------------------


def test_days_of_waiting_are_no_loss(names: Journey) -> None:
    names.order("railway", f"certificate {BACKEND}", "certificate_stuck", times=0)
    assert WAITING == goes_on(names, times=1).status
    mark = names.mark()
    names.sandbox.control("POST", "/advance", {"seconds": 3 * DAY})
    assert WAITING == names.run(RUN).status
    assert [] == names.written(mark)
    names.sandbox.control("DELETE", "/faults")
    done = goes_on(names)
    assert 0 == done.status, done.out + done.err
    paused = [
        json.loads(line)
        for line in names.run("ledger.export").lines
        if '"backend_certificate"' in line
    ]
    assert "paused" in {each["phase"] for each in paused}
    assert "verified" == paused[-1]["phase"]


def test_a_failed_order_is_repeated_by_the_same_command(names: Journey) -> None:
    names.order(
        "railway",
        f"certificate {BACKEND}",
        "certificate_failed",
        error_type="RATE_LIMIT",
        message="too many",
        retryable=True,
    )
    failed = goes_on(names)
    assert "certificate-refused" == failed.code
    assert "RATE_LIMIT too many" in failed.err
    assert "failed" == statuses(names)[BACKEND]["certificate"]
    done = goes_on(names)
    assert 0 == done.status, done.out + done.err
