"""Looking at a host's certificate as a client does, and at what else it accepts."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import ssl
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, cast

from launchbook.errors import Unavailable

if TYPE_CHECKING:
    from pathlib import Path

    from launchbook.transport.dns import DnsResolver

ANSWER_SECONDS: Final = 10.0
_OLD: Final = ssl.TLSVersion.TLSv1_1


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a host shows.

    Attributes:
        names: The host names that it is for.
        issuer: The common name of who signed it, else its organization.
        not_before: From when it is good, UTC.
        not_after: Until when, UTC.
        fingerprint: SHA-256 of it, hex.
        version: Of TLS, as ``TLSv1.3``.
        problem: Why a client refuses it, in OpenSSL's words; empty when it does not.
        accepts_old_tls: Whether TLS 1.1 is accepted too.
    """

    host: str
    names: tuple[str, ...] = ()
    issuer: str = ""
    not_before: datetime | None = None
    not_after: datetime | None = None
    fingerprint: str = ""
    version: str = ""
    problem: str = ""
    accepts_old_tls: bool = False

    @property
    def is_trusted(self) -> bool:
        """Whether a client that verifies chain, name and time accepts it."""
        return not self.problem


class TlsInspector:
    """Connects and looks; no data is sent.

    Args:
        resolver: Finds the host.
        ca_file: The authority to trust; None trusts the usual ones.
    """

    def __init__(self, resolver: DnsResolver, ca_file: Path | None = None) -> None:
        self._resolver = resolver
        self._ca_file = ca_file

    def inspect(self, host: str, port: int) -> Certificate:
        """Return what a host shows, also when a client would refuse it.

        Raises:
            Unavailable: Nothing answers there, or the name leads nowhere.
        """
        address = self._address(host)
        context = ssl.create_default_context(
            cafile=str(self._ca_file) if self._ca_file else None
        )
        try:
            with _connected(context, address, port, host) as shown:
                version = shown.version() or ""
                form = shown.getpeercert(binary_form=True) or b""
                facts = cast("dict[str, Any]", shown.getpeercert() or {})
        except ssl.SSLCertVerificationError as error:
            return Certificate(host, problem=error.verify_message)
        except (OSError, ssl.SSLError) as error:
            raise _unavailable(host, port, error) from error
        return Certificate(
            host=host,
            names=tuple(
                value
                for kind, value in facts.get("subjectAltName", ())
                if kind == "DNS"
            ),
            issuer=_issuer(facts),
            not_before=_moment(facts.get("notBefore")),
            not_after=_moment(facts.get("notAfter")),
            fingerprint=hashlib.sha256(form).hexdigest(),
            version=version,
            accepts_old_tls=self._accepts_old(address, port, host),
        )

    def _accepts_old(self, address: str, port: int, host: str) -> bool:
        """Whether TLS 1.1 is accepted; what this machine cannot offer is not."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        with warnings.catch_warnings():
            # To offer what is deprecated is the point of this look.
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = _OLD
        with contextlib.suppress(ssl.SSLError):
            context.set_ciphers("ALL:@SECLEVEL=0")
        try:
            with _connected(context, address, port, host):
                return True
        except OSError:
            return False

    def _address(self, host: str) -> str:
        found = self._resolver.addresses(host) if self._is_ours(host) else (host,)
        if not found:
            raise Unavailable(
                f"{host} has no address in DNS",
                hint="Run `invoke domains.status` to see which record is missing.",
                platform="product",
            )
        return found[0]

    def _is_ours(self, host: str) -> bool:
        """The system finds names too, unless the set of platforms has servers."""
        return self._resolver.is_own or host.endswith("localhost")


def _connected(
    context: ssl.SSLContext, address: str, port: int, host: str
) -> ssl.SSLSocket:
    plain = socket.create_connection((address, port), ANSWER_SECONDS)
    try:
        return context.wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise


def _issuer(facts: dict[str, Any]) -> str:
    parts = dict(pair for entry in facts.get("issuer", ()) for pair in entry)
    return str(parts.get("commonName") or parts.get("organizationName") or "")


def _moment(text: object) -> datetime | None:
    if not isinstance(text, str):
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(text), UTC)


def _unavailable(host: str, port: int, error: OSError) -> Unavailable:
    reason = error.strerror or str(error) or type(error).__name__
    return Unavailable(
        f"{host}:{port} shows no certificate: {reason}",
        hint="Run `invoke domains.status` to see how far the host name has come.",
        platform="product",
    )


def shown_certificate(host: str, port: int, address: str, ca_file: Path) -> bytes:
    """Return the certificate that an address shows for a name, verified, as DER.

    Raises:
        Unavailable: Nothing answers, or the authority does not vouch for it.
    """
    context = ssl.create_default_context(cafile=str(ca_file))
    try:
        with _connected(context, address, port, host) as shown:
            return shown.getpeercert(binary_form=True) or b""
    except OSError as error:
        raise _unavailable(host, port, error) from error
