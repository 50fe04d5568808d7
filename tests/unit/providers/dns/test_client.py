"""octoDNS behind our own verbs: only what is ours changes, and errors are ours."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from launchbook.errors import (
    InventoryError,
    MalformedAnswer,
    NotFound,
    Rejected,
    Unauthorized,
    Unavailable,
    UnsafePlan,
)
from launchbook.model.dns import RecordSet, Zone
from launchbook.providers.dns.client import DnsClient
from launchbook.providers.dns.provider import Cloudflare, DnsSettings
from launchbook.redact import Redactor, Secret
from launchbook.transport.http import Access
from launchbook.transport.request import Request, Response
from tests.support.cloudflare import ZONE, FakeCloudflare, caa, record
from tests.support.transport import JumpingClock

if TYPE_CHECKING:
    from pathlib import Path

API = f"api.{ZONE}"
MAIL = (
    record("MX", ZONE, "mail.example.org", 3600, priority=10),
    record("TXT", ZONE, '"v=spf1 include:example.org -all"', 3600),
    record("TXT", f"k1._domainkey.{ZONE}", '"v=DKIM1; p=abc"', 3600),
    record("SRV", f"_sip._tcp.{ZONE}", "5 5060 sip.example.org", 3600,
           data={"priority": 1, "weight": 5, "port": 5060, "target": "sip.example.org"}),
)  # fmt: skip
YAML = "octodns.provider.yaml.YamlProvider"


def client_of(fake: FakeCloudflare, account: str = "") -> DnsClient:
    return DnsClient(partial(Cloudflare, fake, account))


def cname(value: str, ttl: int = 300, host: str = API) -> RecordSet:
    return RecordSet(host, "CNAME", (value,), ttl)


def yaml_client(folder: Path, **options: object) -> DnsClient:
    given = {"directory": str(folder), "escaped_semicolons": True, **options}
    settings = DnsSettings(YAML, options=given)
    return DnsClient.open(settings, JumpingClock())


# --- what is not ours ---------------------------------------------------------


def test_mail_and_other_records_survive_a_write_untouched() -> None:
    fake = FakeCloudflare(*MAIL, record("A", f"www.{ZONE}", "203.0.113.1", 1))
    before = {key: dict(each) for key, each in fake.records.items()}
    client_of(fake).replace_records(ZONE, [cname("abc.up.railway.app")])
    assert ["abc.up.railway.app"] == fake.at(API, "CNAME")
    assert before == {key: fake.records[key] for key in before}
    assert ["POST /zones/z1/dns_records"] == fake.written


def test_one_more_value_beside_those_of_others_leaves_theirs_alone() -> None:
    fake = FakeCloudflare(caa("digicert.com"), *MAIL)
    ours = ("0 issue digicert.com", "0 issue letsencrypt.org")
    client_of(fake).replace_records(ZONE, [RecordSet(ZONE, "CAA", ours, 3600)])
    assert ['0 issue "digicert.com"', '0 issue "letsencrypt.org"'] == fake.at(
        ZONE, "CAA"
    )
    assert "DELETE" not in " ".join(fake.written)


def test_what_is_there_already_is_not_written_again() -> None:
    fake = FakeCloudflare(record("CNAME", API, "abc.up.railway.app"), *MAIL)
    client_of(fake).replace_records(ZONE, [cname("abc.up.railway.app")])
    assert [] == fake.written


def test_a_record_of_another_kind_makes_room_first() -> None:
    fake = FakeCloudflare(record("A", API, "203.0.113.7"), *MAIL)
    client_of(fake).replace_records(ZONE, [cname("abc.up.railway.app")], {(API, "A")})
    assert ["DELETE", "POST"] == [each.split()[0] for each in fake.written]
    assert [] == fake.at(API, "A")


def test_comment_and_tags_of_a_record_that_is_changed_stay() -> None:
    told = record("CNAME", API, "old.example.org", comment="ask Ada", tags=["team:web"])
    fake = FakeCloudflare(told)
    client_of(fake).replace_records(ZONE, [cname("new.example.org")])
    (kept,) = fake.records.values()
    assert ("ask Ada", ["team:web"]) == (kept["comment"], kept["tags"])


def test_a_proxied_record_is_read_and_can_be_put_back() -> None:
    fake = FakeCloudflare(record("CNAME", API, "old.example.org", 1, proxied=True))
    client = client_of(fake)
    (former,) = client.read_records(ZONE)
    assert former.is_proxied
    client.replace_records(ZONE, [cname("new.example.org")])
    assert not next(iter(fake.records.values()))["proxied"]
    client.replace_records(ZONE, [former])
    (kept,) = fake.records.values()
    assert ("old.example.org", True, 1) == (
        kept["content"],
        kept["proxied"],
        kept["ttl"],
    )


def test_the_top_of_the_zone_gets_an_alias_that_reads_as_a_cname() -> None:
    fake = FakeCloudflare(*MAIL)
    client = client_of(fake)
    client.replace_records(ZONE, [cname("abc.vercel-dns.com", host=ZONE)])
    assert ["abc.vercel-dns.com"] == fake.at(ZONE, "CNAME")
    found = [r for r in client.read_records(ZONE) if r.kind == "CNAME"]
    assert [cname("abc.vercel-dns.com", host=ZONE)] == found
    client.replace_records(ZONE, [cname("xyz.vercel-dns.com", host=ZONE)])
    assert ["xyz.vercel-dns.com"] == fake.at(ZONE, "CNAME")


# --- too much at once ---------------------------------------------------------


def many(count: int) -> list[dict[str, Any]]:
    return [record("A", f"h{n}.{ZONE}", "203.0.113.1") for n in range(count)]


def moved(count: int) -> list[RecordSet]:
    return [RecordSet(f"h{n}.{ZONE}", "A", ("203.0.113.2",), 300) for n in range(count)]


def test_a_change_of_a_third_of_the_zone_is_refused_before_anything_is_written() -> (
    None
):
    fake = FakeCloudflare(*many(10))
    with pytest.raises(UnsafePlan) as caught:
        client_of(fake).replace_records(ZONE, moved(4))
    assert "large-change" in caught.value.hint
    assert [] == fake.written


def test_a_change_of_a_third_of_the_zone_is_made_when_it_is_meant() -> None:
    fake = FakeCloudflare(*many(10))
    client_of(fake).replace_records(ZONE, moved(4), is_meant=True)
    assert 4 == len(fake.written)


def test_ttls_of_the_whole_zone_may_change() -> None:
    fake = FakeCloudflare(*many(10))
    lowered = [RecordSet(f"h{n}.{ZONE}", "A", ("203.0.113.1",), 60) for n in range(10)]
    client_of(fake).replace_records(ZONE, lowered)
    assert 10 == len(fake.written)


def test_the_name_servers_of_the_zone_are_left_alone() -> None:
    fake = FakeCloudflare(record("NS", ZONE, "ada.ns.example.org"))
    other = RecordSet(ZONE, "NS", ("ns.evil.example",), 300)
    ours = cname("abc.up.railway.app")
    client_of(fake).replace_records(ZONE, [other, ours], is_meant=True)
    assert ["ada.ns.example.org"] == fake.at(ZONE, "NS")
    assert ["POST /zones/z1/dns_records"] == fake.written


# --- zones --------------------------------------------------------------------


def test_an_absent_zone_is_none_and_a_new_one_is_empty() -> None:
    fake = FakeCloudflare(has_zone=False, is_active=False)
    client = client_of(fake, account="a1")
    assert client.find_zone(ZONE) is None
    with pytest.raises(NotFound):
        client.read_records(ZONE)
    made = client.create_zone(ZONE)
    servers = ("ada.ns.example.org", "bob.ns.example.org")
    assert Zone(ZONE, "z1", servers, is_active=False) == made
    assert () == client.read_records(ZONE)
    client.replace_records(ZONE, [cname("abc.up.railway.app")])
    assert ["abc.up.railway.app"] == fake.at(API, "CNAME")


# --- errors -------------------------------------------------------------------


def test_a_refusal_of_the_transport_stays_what_it_is() -> None:
    fake = FakeCloudflare()
    fake.refusal = Unauthorized("Invalid access token", hint="Look.")
    with pytest.raises(Unauthorized):
        client_of(fake).read_records(ZONE)


def test_the_token_reaches_no_log(caplog: pytest.LogCaptureFixture) -> None:
    token = "cf-token-that-nobody-may-see"
    access = Access("https://127.0.0.1:9", Secret(token))
    redactor = Redactor()
    settings = DnsSettings("cloudflare", access)
    with caplog.at_level(logging.DEBUG):
        client = DnsClient.open(settings, JumpingClock(), redactor)
        with pytest.raises(Unavailable) as caught:
            client.find_zone(ZONE)
    told = caplog.text + str(caught.value) + repr(client)
    assert token not in told
    assert "[redacted]" in redactor.clean(f"a {token} b")


class Senseless:
    """Answers with JSON that is not what the vendor promises."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def send(self, request: Request) -> Response:
        return Response("cloudflare", 200, {}, self._content)


@pytest.mark.parametrize("content", [b"[]", b"{}", b'{"result": []}', b"<html>"])
def test_an_answer_that_makes_no_sense_is_told_as_such(content: bytes) -> None:
    client = DnsClient(partial(Cloudflare, Senseless(content)))
    with pytest.raises(MalformedAnswer):
        client.find_zone(ZONE)
    with pytest.raises(MalformedAnswer):
        client.read_records(ZONE)


class SomeAuthenticationError(Exception):
    """As each octoDNS provider has its own."""


class Failing:
    """A provider of octoDNS that fails in its own way."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def populate(self, *_: object, **__: object) -> bool:
        raise self._error


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (SomeAuthenticationError("no"), Unauthorized),
        (TimeoutError("late"), Unavailable),
        (ConnectionError("gone"), Unavailable),
        (RuntimeError("the zone is locked"), Rejected),
        (KeyError("bug"), KeyError),
    ],
)
def test_errors_of_any_provider_are_told_by_their_names(
    error: Exception, kind: type[Exception]
) -> None:
    with pytest.raises(kind):
        DnsClient(lambda: Failing(error)).read_records(ZONE)


# --- any other provider of octoDNS --------------------------------------------


def test_another_provider_of_octodns_serves_as_well(tmp_path: Path) -> None:
    (tmp_path / f"{ZONE}.yaml").write_text(
        "'':\n- type: MX\n  value: {exchange: mail.example.org., preference: 10}\n"
        "api: {type: A, value: 203.0.113.7}\n",
        encoding="utf-8",
    )
    client = yaml_client(tmp_path)
    assert Zone(ZONE) == client.find_zone(ZONE)
    client.replace_records(ZONE, [cname("abc.up.railway.app", 60)], {(API, "A")})
    found = {each.label: each.values for each in client.read_records(ZONE)}
    assert {
        f"{ZONE} MX": ("10 mail.example.org.",),
        f"{API} CNAME": ("abc.up.railway.app",),
    } == found


def test_another_provider_cannot_be_told_to_make_a_zone(tmp_path: Path) -> None:
    client = yaml_client(tmp_path)
    assert client.find_zone(ZONE) is None
    with pytest.raises(Rejected):
        client.create_zone(ZONE)


def test_secrets_among_the_options_reach_the_provider_alone(tmp_path: Path) -> None:
    folder = Secret(str(tmp_path))
    client = yaml_client(tmp_path / "elsewhere", directory=folder)
    (tmp_path / f"{ZONE}.yaml").write_text("www: {type: A, value: 203.0.113.7}\n")
    assert ("203.0.113.7",) == client.read_records(ZONE)[0].values
    assert str(tmp_path) not in repr(client)


@pytest.mark.parametrize(
    "settings",
    [
        DnsSettings("octodns_route53.Route53Provider"),
        DnsSettings("octodns.provider.yaml.Nothing"),
        DnsSettings(YAML, options={"nonsense": True}),
    ],
)
def test_a_provider_that_cannot_be_used_is_an_error_of_the_inventory(
    settings: DnsSettings,
) -> None:
    with pytest.raises(InventoryError):
        DnsClient.open(settings, JumpingClock()).find_zone(ZONE)


def test_cloudflare_without_a_token_is_an_error_of_the_inventory() -> None:
    with pytest.raises(InventoryError):
        DnsClient.open(DnsSettings("cloudflare"), JumpingClock())
