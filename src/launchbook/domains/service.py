"""How a host name is served: certificate, TLS version, and what plain HTTP says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urlsplit

from launchbook.domains.finding import Fault, Finding
from launchbook.errors import Unavailable
from launchbook.transport.tls import Certificate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from launchbook.transport.probe import Answer

HTTP_PORT: Final = 80

ENDING: Final = timedelta(days=20)
"""Both platforms renew when 30 days are left (platform docs, 2026); ten days later
it is late."""
REDIRECTS: Final = frozenset({301, 302, 307, 308})


@dataclass(frozen=True, slots=True)
class Plain:
    """What plain HTTP answers.

    Attributes:
        status: 0 when it did not answer.
        location: Where it sends to.
        problem: Why it did not answer.
    """

    status: int = 0
    location: str = ""
    problem: str = ""


class Inspector(Protocol):
    """Looks at certificates; ``transport.tls`` does."""

    def inspect(self, host: str, port: int) -> Certificate:
        """Return what a host shows.

        Raises:
            Unavailable: Nothing answers there.
        """
        ...


class Visitor(Protocol):
    """Asks URLs; ``transport.probe`` does."""

    def probe(self, url: str) -> Answer:
        """Ask once; a redirect is an answer.

        Raises:
            Unavailable: Nothing answers there.
        """
        ...


def look_at_certificate(inspector: Inspector, host: str, port: int) -> Certificate:
    """Return what a host shows; that nothing answers is its problem."""
    try:
        return inspector.inspect(host, port)
    except Unavailable as error:
        return Certificate(host, problem=error.message)


def look_at_plain(visitor: Visitor, host: str, port: int) -> Plain:
    """Return what plain HTTP answers."""
    at = host if port == HTTP_PORT else f"{host}:{port}"
    try:
        answer = visitor.probe(f"http://{at}/")
    except Unavailable as error:
        return Plain(problem=error.message)
    return Plain(answer.status, answer.headers.get("location", ""))


def diagnose_service(
    host: str, served: Certificate, plain: Plain, *, public_port: int, at: datetime
) -> tuple[Finding, ...]:
    """Return what is wrong with how a host name is served."""
    return (
        *_certificate(host, served, at),
        *_version(host, served),
        *_redirect(host, plain, public_port),
    )


def _certificate(host: str, served: Certificate, at: datetime) -> Iterator[Finding]:
    if served.problem:
        yield Finding(
            Fault.NOT_SERVED,
            f"{host} shows no certificate that a browser trusts: {served.problem}",
            "Wait some minutes after the platform has issued it, then run "
            "`invoke domains.status`.",
            is_passing=True,
        )
    elif served.not_after and served.not_after - at < ENDING:
        days = (served.not_after - at).days
        yield Finding(
            Fault.CERTIFICATE_ENDING,
            f"the certificate of {host} ends in {days} days and was not renewed",
            "Run `invoke domains.status` to see which record keeps the platform from "
            "renewing it.",
        )


def _version(host: str, served: Certificate) -> Iterator[Finding]:
    if served.accepts_old_tls:
        yield Finding(
            Fault.TLS_OLD,
            f"{host} speaks TLS 1.1 or older",
            "Set the lowest TLS version to 1.2 where TLS ends (the proxy of the DNS "
            "provider, if one stands in between), then run `invoke domains.status`.",
        )


def _redirect(host: str, plain: Plain, public_port: int) -> Iterator[Finding]:
    """Plain HTTP must lead to the same host over TLS and to nothing else."""
    if plain.problem:
        found = f"does not answer: {plain.problem}"
    elif plain.status not in REDIRECTS:
        found = f"answers {plain.status} instead of leading to https"
    elif not _is_right(plain.location, host, public_port):
        found = f"leads to {plain.location or 'nowhere'}"
    else:
        return
    yield Finding(
        Fault.NO_REDIRECT,
        f"http://{host} {found}",
        "Switch 'force HTTPS' on where TLS ends, then run `invoke domains.status`.",
    )


def _is_right(location: str, host: str, public_port: int) -> bool:
    try:
        parts = urlsplit(location)
        port = parts.port or 443
    except ValueError:
        return False
    return (parts.scheme, parts.hostname, port) == ("https", host, public_port)
