"""A host name is looked at as a browser would, and until it is right."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, cast

import pytest

from launchbook.errors import Unavailable, VerificationFailed
from launchbook.steps import domain_headers, domain_tls
from launchbook.steps.domain_headers import DomainHeaders
from launchbook.steps.domain_tls import DomainTls
from launchbook.transport.probe import Answer
from launchbook.transport.tls import Certificate
from tests.support.domains import HOST, context
from tests.support.transport import START

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.transport.probe import Prober

SHOWN = Certificate(
    HOST,
    names=(HOST,),
    issuer="Let's Encrypt",
    not_after=START + timedelta(days=80),
    fingerprint="ab" * 32,
    version="TLSv1.3",
)
SAFE = {
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
    "content-security-policy": "frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
}
SILENT = Unavailable("nobody answers", hint="Look.")


class Inspector:
    """Shows one certificate after the other, the last one for ever."""

    def __init__(self, *shown: Certificate | Unavailable) -> None:
        self._shown = list(shown)

    def inspect(self, host: str, port: int) -> Certificate:
        found = self._shown.pop(0) if len(self._shown) > 1 else self._shown[0]
        if isinstance(found, Unavailable):
            raise found
        return found


class Visitor:
    """Answers every URL in the same way, or not at all."""

    def __init__(
        self,
        status: int = 308,
        headers: dict[str, str] | None = None,
        *,
        is_silent: bool = False,
    ) -> None:
        self.urls: list[str] = []
        self._status = status
        self._headers = headers or {}
        self._is_silent = is_silent

    def probe(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        self.urls.append(url)
        if self._is_silent:
            raise SILENT
        return Answer(url, self._status, self._headers, b"", 0.0, 0.0)


REDIRECT = {"location": f"https://{HOST}/"}
INPUTS = domain_tls.Inputs(HOST, 443, 80)


def tls(*shown: Certificate | Unavailable, visitor: Visitor | None = None) -> DomainTls:
    return DomainTls(Inspector(*shown), visitor or Visitor(headers=REDIRECT))


def headers(visitor: Visitor) -> DomainHeaders:
    return DomainHeaders(cast("Prober", visitor))


# --- TLS ---------------------------------------------------------------------


def test_a_name_that_is_served_well_is_verified_with_what_was_seen() -> None:
    visitor = Visitor(headers=REDIRECT)
    verified = tls(SHOWN, visitor=visitor).verify(INPUTS, context())
    assert {"host": HOST, "url": f"https://{HOST}"} == verified.outputs
    assert ("Let's Encrypt", "TLSv1.3", 308) == (
        verified.evidence["issuer"],
        verified.evidence["tls"],
        verified.evidence["http"],
    )
    assert [f"http://{HOST}/"] == visitor.urls


def test_the_ports_of_the_sandbox_are_asked() -> None:
    visitor = Visitor(headers={"location": f"https://{HOST}:8443/"})
    inputs = domain_tls.Inputs(HOST, 8443, 8080)
    tls(SHOWN, visitor=visitor).verify(inputs, context())
    assert [f"http://{HOST}:8080/"] == visitor.urls


def test_an_edge_that_learns_of_a_certificate_late_is_waited_for() -> None:
    wrong = replace(SHOWN, problem="it is for another name")
    verified = tls(SILENT, wrong, SHOWN).verify(INPUTS, context())
    assert HOST == verified.outputs["host"]


def test_what_stays_wrong_is_named() -> None:
    old = replace(SHOWN, accepts_old_tls=True)
    step = tls(old, visitor=Visitor(200))
    with pytest.raises(VerificationFailed, match=r"tls-too-old: .*http-not-redirected"):
        step.verify(INPUTS, context())
    silent = tls(SHOWN, visitor=Visitor(is_silent=True))
    with pytest.raises(VerificationFailed, match="nobody answers"):
        silent.verify(INPUTS, context())


# --- headers -----------------------------------------------------------------


def test_safe_headers_are_verified_at_the_path_that_is_named() -> None:
    visitor = Visitor(200, SAFE)
    inputs = domain_headers.Inputs(HOST, 443, "/health")
    verified = headers(visitor).verify(inputs, context())
    assert [f"https://{HOST}/health"] == visitor.urls
    assert {"status": 200, "hsts": "max-age=31536000"} == verified.evidence


@pytest.mark.parametrize(
    ("visitor", "problem"),
    [
        (Visitor(200, {}), "Strict-Transport-Security is missing"),
        (Visitor(502, SAFE), "answers 502"),
        (Visitor(is_silent=True), "nobody answers"),
    ],
)
def test_headers_that_are_not_safe_are_named(visitor: Visitor, problem: str) -> None:
    inputs = domain_headers.Inputs(HOST, 443)
    with pytest.raises(VerificationFailed, match=problem):
        headers(visitor).verify(inputs, context())
