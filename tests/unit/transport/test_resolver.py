"""Connections go where the platforms' own name servers say, under the host's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from launchbook.clock import SystemClock
from launchbook.errors import Unavailable
from launchbook.transport.dns import DnsResolver
from launchbook.transport.probe import Prober
from launchbook.transport.resolver import is_loopback_name
from tests.support.loopback import answer, make_certificates, serving
from tests.support.nameserver import answering

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.server import BaseHTTPRequestHandler
    from pathlib import Path

HOST = "api.vocilia.com"
ALIAS = {
    f"CNAME {HOST}": ["abcd.up.railway.app."],
    "A abcd.up.railway.app": ["127.0.0.1"],
}


def tell_host(handler: BaseHTTPRequestHandler) -> None:
    answer(handler, handler.headers["Host"].encode())


@pytest.fixture
def probing(tmp_path: Path) -> Iterator[tuple[Prober, str]]:
    """A prober that asks its own DNS, and where the host is served over TLS."""
    certificates = make_certificates(tmp_path, HOST)
    with answering(ALIAS) as dns, serving(tell_host, certificates) as port:
        resolver = DnsResolver([dns.address])
        prober = Prober(SystemClock(), certificates.ca_file, resolver=resolver)
        yield prober, f"{HOST}:{port}"
        prober.close()


def test_a_name_that_only_our_servers_know_is_reached_over_verified_tls(
    probing: tuple[Prober, str],
) -> None:
    prober, host = probing
    assert host == prober.probe(f"https://{host}/").text


def test_plain_http_keeps_the_name_too() -> None:
    with answering(ALIAS) as dns, serving(tell_host) as port:
        prober = Prober(SystemClock(), resolver=DnsResolver([dns.address]))
        host = f"{HOST}:{port}"
        assert host == prober.probe(f"http://{host}/").text
        prober.close()


def test_a_name_without_an_address_is_unavailable(probing: tuple[Prober, str]) -> None:
    prober, _ = probing
    with pytest.raises(Unavailable):
        prober.probe("https://nobody.vocilia.com/")


def test_silent_name_servers_make_a_name_unavailable() -> None:
    with answering(rcode="SERVFAIL") as dns:
        prober = Prober(SystemClock(), resolver=DnsResolver([dns.address]))
        with pytest.raises(Unavailable):
            prober.probe(f"https://{HOST}/")
        prober.close()


@pytest.mark.parametrize(
    ("host", "is_local"),
    [
        ("localhost", True),
        ("shop.LOCALHOST.", True),
        ("notlocalhost", False),
        ("localhost.example.org", False),
    ],
)
def test_names_of_this_machine_are_told_from_others(
    host: str, *, is_local: bool
) -> None:
    assert is_local == is_loopback_name(host)
