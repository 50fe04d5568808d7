"""CAA records, as a certificate authority reads them."""

from __future__ import annotations

import asyncio

import pytest

from launchbook.sandbox.issuance import apex_of, find_conflict
from tests.support.names import PlainNames


def conflict(names: PlainNames, host: str) -> str | None:
    return asyncio.run(find_conflict(names, host))


def test_without_records_every_authority_may_issue() -> None:
    assert conflict(PlainNames(), "api.example.org") is None


@pytest.mark.parametrize(
    ("records", "is_forbidden"),
    [
        (['0 issue "letsencrypt.org"'], False),
        (['0 issue "LetsEncrypt.org; validationmethods=http-01"'], False),
        (['0 issue "pki.goog"', '0 issue "letsencrypt.org"'], False),
        (["0 issue letsencrypt.org"], False),
        (['0 iodef "mailto:a@example.org"'], False),
        (['0 issuewild "pki.goog"'], False),
        (['0 issue "pki.goog"'], True),
        (['128 issue ";"'], True),
        (['0 issue "notletsencrypt.org"'], True),
    ],
)
def test_what_records_say(records: list[str], *, is_forbidden: bool) -> None:
    names = PlainNames()
    names.put("example.org", "CAA", *records)
    expected = "example.org" if is_forbidden else None
    assert expected == conflict(names, "api.example.org")


def test_the_nearest_records_count() -> None:
    names = PlainNames()
    names.put("example.org", "CAA", '0 issue "pki.goog"')
    names.put("api.example.org", "CAA", '0 issue "letsencrypt.org"')
    assert conflict(names, "api.example.org") is None
    assert "example.org" == conflict(names, "www.example.org")


def test_an_apex_is_two_labels() -> None:
    assert ["example.org", "example.org"] == [
        apex_of(host) for host in ("a.b.example.org", "example.org")
    ]
