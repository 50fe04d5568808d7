"""A host's certificate is looked at as a client would look at it."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from launchbook.errors import Unavailable
from launchbook.transport.dns import DnsResolver
from launchbook.transport.tls import TlsInspector
from tests.support.loopback import Certificates, answer, make_certificates, serving
from tests.support.nameserver import answering

if TYPE_CHECKING:
    from pathlib import Path

HOST = "api.vocilia.com"
HERE = {f"A {HOST}": ["127.0.0.1"], "A www.vocilia.com": ["127.0.0.1"]}


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    return make_certificates(tmp_path, HOST, "customer.vocilia.com")


def test_what_a_host_shows_is_read_where_dns_says_that_it_is(
    certificates: Certificates,
) -> None:
    with answering(HERE) as dns, serving(answer, certificates) as port:
        inspector = TlsInspector(DnsResolver([dns.address]), certificates.ca_file)
        shown = inspector.inspect(HOST, port)
        assert [f"udp A {HOST}"] == dns.asked
    assert shown.is_trusted
    assert (HOST, "customer.vocilia.com") == shown.names
    assert ("test authority", "TLSv1.3") == (shown.issuer, shown.version)
    assert 64 == len(shown.fingerprint)
    assert shown.not_before is not None
    assert shown.not_after is not None
    assert shown.not_before < datetime.now(UTC) < shown.not_after
    assert timedelta(days=2) == shown.not_after - shown.not_before
    assert not shown.accepts_old_tls


def test_a_certificate_of_another_name_is_seen_and_not_trusted(
    certificates: Certificates,
) -> None:
    with answering(HERE) as dns, serving(answer, certificates) as port:
        inspector = TlsInspector(DnsResolver([dns.address]), certificates.ca_file)
        shown = inspector.inspect("www.vocilia.com", port)
    assert not shown.is_trusted
    assert "Hostname mismatch" in shown.problem


def test_an_authority_that_nobody_knows_is_not_trusted(
    certificates: Certificates,
) -> None:
    with answering(HERE) as dns, serving(answer, certificates) as port:
        shown = TlsInspector(DnsResolver([dns.address])).inspect(HOST, port)
    assert "certificate" in shown.problem


def test_a_server_that_speaks_an_old_version_is_found_out(
    certificates: Certificates,
) -> None:
    def weaken(context: ssl.SSLContext) -> None:
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.set_ciphers("ALL:@SECLEVEL=0")

    with (
        answering(HERE) as dns,
        serving(answer, certificates, weaken) as port,
    ):
        inspector = TlsInspector(DnsResolver([dns.address]), certificates.ca_file)
        assert inspector.inspect(HOST, port).accepts_old_tls


def test_a_name_without_an_address_and_a_port_without_a_server_are_unavailable(
    certificates: Certificates,
) -> None:
    with answering(HERE) as dns, serving(answer, certificates) as port:
        inspector = TlsInspector(DnsResolver([dns.address]), certificates.ca_file)
        with pytest.raises(Unavailable, match="has no address in DNS"):
            inspector.inspect("nobody.vocilia.com", port)
    with answering(HERE) as dns:
        inspector = TlsInspector(DnsResolver([dns.address]), certificates.ca_file)
        with pytest.raises(Unavailable, match="shows no certificate"):
            inspector.inspect(HOST, port)
