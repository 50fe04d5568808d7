"""Names are looked up at the servers that the set of platforms names."""

from __future__ import annotations

import pytest

from launchbook.errors import InputError, Unavailable
from launchbook.transport.dns import DnsResolver, is_address
from tests.support.nameserver import NameServer, answering

HOST = "api.vocilia.com"
RECORDS = {
    f"CNAME {HOST}": ["abcd.up.railway.app."],
    "A abcd.up.railway.app": ["203.0.113.7", "203.0.113.8"],
    f"TXT _verify.{HOST}": ['"railway-verify=" "1234"'],
    "CAA vocilia.com": ['0 issue "letsencrypt.org"'],
    "NS vocilia.com": ["ada.ns.localhost.", "bob.ns.localhost."],
    "AAAA six.vocilia.com": ["2001:db8::7"],
    "AAAA ns.six.vocilia.com": ["::1"],
    "TXT long.vocilia.com": [f'"{"x" * 200}" "{n}"' for n in range(30)],
}


def resolver_of(server: NameServer) -> DnsResolver:
    return DnsResolver([server.address])


@pytest.mark.parametrize(
    ("host", "kind", "values"),
    [
        (HOST, "CNAME", {"abcd.up.railway.app"}),
        (HOST, "A", {"203.0.113.7", "203.0.113.8"}),
        (f"_verify.{HOST}", "TXT", {"railway-verify=1234"}),
        ("vocilia.com", "CAA", {'0 issue "letsencrypt.org"'}),
        ("vocilia.com", "NS", {"ada.ns.localhost", "bob.ns.localhost"}),
        (HOST, "MX", set()),
        ("vocilia.com", "A", set()),
        ("nobody.vocilia.com", "A", set()),
    ],
)
def test_values_are_read_without_dots_and_quotes_of_zone_files(
    host: str, kind: str, values: set[str]
) -> None:
    with answering(RECORDS) as server:
        assert values == set(resolver_of(server).lookup(host, kind))


def test_an_answer_that_is_too_long_for_one_packet_is_asked_for_again() -> None:
    with answering(RECORDS) as server:
        assert 30 == len(resolver_of(server).lookup("long.vocilia.com", "TXT"))
        asked = {each.split()[0] for each in server.asked}
    assert {"udp", "tcp"} == asked


def test_nothing_is_remembered_between_two_looks() -> None:
    with answering(dict(RECORDS)) as server:
        resolver = resolver_of(server)
        assert resolver.lookup(HOST, "CNAME")
        del server.records[f"CNAME {HOST}"]
        assert () == resolver.lookup(HOST, "CNAME")


@pytest.mark.parametrize("rcode", ["SERVFAIL", "REFUSED"])
def test_a_server_that_refuses_is_unavailable_and_not_empty(rcode: str) -> None:
    with answering(rcode=rcode) as server, pytest.raises(Unavailable) as caught:
        resolver_of(server).lookup(HOST, "A")
    assert "every server refuses the question" in caught.value.message


def test_addresses_are_ipv4_ones_else_ipv6_ones() -> None:
    with answering(RECORDS) as server:
        resolver = resolver_of(server)
        assert {"203.0.113.7", "203.0.113.8"} == set(resolver.addresses(HOST))
        assert ("2001:db8::7",) == resolver.addresses("six.vocilia.com")
        assert () == resolver.addresses("nobody.vocilia.com")


def test_this_machine_and_plain_addresses_are_nobodys_question() -> None:
    with answering() as server:
        resolver = resolver_of(server)
        assert ("127.0.0.1",) == resolver.addresses("shop.localhost.")
        assert ("192.0.2.1",) == resolver.addresses("192.0.2.1")
        assert [] == server.asked


def test_a_zones_own_servers_are_asked_where_ours_listen() -> None:
    with answering(RECORDS) as server:
        own = resolver_of(server).at(["ada.ns.localhost", "bob.ns.localhost"])
        assert ("abcd.up.railway.app",) == own.lookup(HOST, "CNAME")
        assert resolver_of(server).at(["ns.six.vocilia.com"]).is_own
        with pytest.raises(Unavailable) as caught:
            resolver_of(server).at(["ns.nobody.vocilia.com"])
    assert "ns.nobody.vocilia.com" in caught.value.message


@pytest.mark.parametrize(
    "text", ["", "ns.example.org", "127.0.0.1:dns", "127.0.0.1:70000", ":53", "[::1]:"]
)
def test_what_is_no_address_of_a_server_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        DnsResolver([text])


@pytest.mark.parametrize("text", ["127.0.0.1", "127.0.0.1:5353", "::1", "[::1]:5353"])
def test_addresses_of_servers_are_taken_with_and_without_a_port(text: str) -> None:
    assert DnsResolver([text]).is_own
    assert not DnsResolver().is_own


def test_an_address_is_told_from_a_name() -> None:
    assert is_address("127.0.0.1")
    assert is_address("[::1]")
    assert not is_address("localhost")
