from __future__ import annotations

from launchbook.domains.sight import look
from launchbook.model.domain import Domain, DomainRecord, Purpose
from tests.support.dns_table import DnsTable

HOST = "staging-api.vocilia.com"
PROOF = f"_railway-verify.{HOST}"
TARGET = "abcd1234.up.railway.app"
DOMAIN = Domain(
    platform="railway",
    host=HOST,
    id="d1",
    records=(
        DomainRecord(HOST, "CNAME", TARGET),
        DomainRecord(PROOF, "TXT", "railway-verify=1", Purpose.OWNERSHIP),
    ),
)


def test_everything_that_a_name_needs_is_looked_up() -> None:
    names = DnsTable(
        {
            f"CNAME {HOST}": [TARGET],
            f"TXT {PROOF}": ["railway-verify=1"],
            "CAA vocilia.com": ['0 issue "letsencrypt.org"'],
            "NS vocilia.com": ["ada.ns.cloudflare.com"],
        }
    )
    sight = look(names, DOMAIN, "vocilia.com")
    assert TARGET == sight.target
    assert {PROOF: ("railway-verify=1",)} == sight.texts
    assert ("vocilia.com", ('0 issue "letsencrypt.org"',)) == (
        sight.authority_host,
        sight.authorities,
    )
    assert ("ada.ns.cloudflare.com",) == sight.name_servers


def test_only_the_nearest_caa_records_count() -> None:
    names = DnsTable(
        {
            f"CAA {HOST}": ['0 issue "digicert.com"'],
            "CAA vocilia.com": ['0 issue "letsencrypt.org"'],
        }
    )
    sight = look(names, DOMAIN, "vocilia.com")
    assert (HOST, ('0 issue "digicert.com"',)) == (
        sight.authority_host,
        sight.authorities,
    )
    assert "CAA vocilia.com" not in names.asked


def test_without_a_cname_the_addresses_are_compared_with_the_targets() -> None:
    names = DnsTable({f"A {HOST}": ["192.0.2.1"], f"A {TARGET}": ["192.0.2.1"]})
    sight = look(names, DOMAIN, "vocilia.com")
    assert ("", ("192.0.2.1",), ("192.0.2.1",)) == (
        sight.target,
        sight.addresses,
        sight.wanted_addresses,
    )


def test_without_a_zone_nobody_is_asked_who_serves_it() -> None:
    names = DnsTable()
    look(names, DOMAIN, "")
    assert not [each for each in names.asked if each.startswith("NS")]


def test_silence_is_a_sight_too() -> None:
    sight = look(DnsTable(is_silent=True), DOMAIN, "vocilia.com")
    assert "127.0.0.1:53 gave no answer" == sight.problem
