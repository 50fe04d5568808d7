"""The sandbox's own certificate authority and the certificates it issues."""

from __future__ import annotations

import hashlib
import ipaddress
import re
import ssl
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from launchbook.sandbox.clock import real_now
from launchbook.sandbox.document import write_private

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    GoodUntil = Callable[[str], datetime | None]
    """Until when (real time) the certificate of a host is good; None: it has none."""

ADDRESS_NAMES: Final = ("127.0.0.1", "localhost", "::1")
"""What the certificate of the APIs and of the pooler is for."""
LASTING: Final = datetime.max.replace(tzinfo=UTC)
"""The end of a certificate that is made anew whenever it nears its end."""
_CA_LIFE: Final = timedelta(days=3650)
_LEAF_LIFE: Final = timedelta(days=390)
_RENEW_DAYS: Final = 30
_HOST: Final = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*"
)


class Authority:
    """Issues certificates on demand; made once a home.

    Args:
        folder: Where the key (0600) and the certificates live.

    Attributes:
        ca_file: The authority's certificate, PEM: what clients trust.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.ca_file = folder / "ca.pem"
        self._contexts: dict[tuple[object, ...], ssl.SSLContext] = {}
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._key, self._certificate = self._load_or_make()

    def address_context(self) -> ssl.SSLContext:
        """Return a server context for 127.0.0.1 and localhost (APIs, pooler)."""
        return self._context(ADDRESS_NAMES)

    def edge_context(self, good_until: GoodUntil | None = None) -> ssl.SSLContext:
        """Return a server context that chooses by the name that is asked for.

        Args:
            good_until: Says until when a host's certificate is good; a host
                without one is shown that of the address, which is for other
                names. When not given, every host has a lasting one.
        """
        context = self._issue(ADDRESS_NAMES, LASTING)

        def choose(
            connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext
        ) -> int | None:
            host = (name or "").lower()
            if _HOST.fullmatch(host):
                end = good_until(host) if good_until else LASTING
                if end is not None:
                    connection.context = self._context((host,), end)
            return None

        context.sni_callback = choose
        return context

    def fingerprint(self, host: str, end: datetime) -> str:
        """Return the SHA-256 of the certificate that a host is shown, as hex."""
        path = self._leaf((host,), end)
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        return certificate.fingerprint(hashes.SHA256()).hex()

    def _context(
        self, names: tuple[str, ...], end: datetime = LASTING
    ) -> ssl.SSLContext:
        if (names, end) not in self._contexts:
            self._contexts[names, end] = self._issue(names, end)
        return self._contexts[names, end]

    def _issue(self, names: tuple[str, ...], end: datetime) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self._leaf(names, end))
        return context

    def _leaf(self, names: tuple[str, ...], end: datetime) -> Path:
        """Return the file of a certificate, made once, that is good until ``end``."""
        text = " ".join(names if end == LASTING else [*names, end.isoformat()])
        digest = hashlib.sha256(text.encode()).hexdigest()[:32]
        path = self._folder / "leaves" / f"{digest}.pem"
        if not (_is_valid(path) if end == LASTING else path.exists()):
            write_private(path, self._make_leaf(names, end))
        return path

    def _make_leaf(self, names: tuple[str, ...], end: datetime) -> bytes:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            _builder(names[0][:64], self._certificate.subject, key, end)
            .add_extension(
                x509.BasicConstraints(ca=False, path_length=None), critical=True
            )
            .add_extension(x509.SubjectAlternativeName(_names(names)), critical=False)
            .add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(
                    self._key.public_key()
                ),
                critical=False,
            )
            .sign(self._key, hashes.SHA256())
        )
        return _key_pem(key) + certificate.public_bytes(serialization.Encoding.PEM)

    def _load_or_make(self) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
        path = self._folder / "ca.key"
        if _is_valid(path):
            content = path.read_bytes()
            key = serialization.load_pem_private_key(content, None)
            if isinstance(key, ec.EllipticCurvePrivateKey):
                return key, x509.load_pem_x509_certificate(content)
        return self._make(path)

    def _make(self, path: Path) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
        key = ec.generate_private_key(ec.SECP256R1())
        # A random mark keeps the authorities of two homes apart in a browser.
        mark = x509.random_serial_number() % 0xFFFFFF
        title = f"Launchbook sandbox {mark:06x}"
        usage = x509.KeyUsage(
            digital_signature=True,
            key_cert_sign=True,
            crl_sign=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            encipher_only=False,
            decipher_only=False,
        )
        certificate = (
            _builder(title, _name(title), key, real_now() + _CA_LIFE)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .sign(key, hashes.SHA256())
        )
        public = certificate.public_bytes(serialization.Encoding.PEM)
        write_private(path, _key_pem(key) + public)
        write_private(self.ca_file, public)
        return key, certificate


def _builder(
    title: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, end: datetime
) -> x509.CertificateBuilder:
    # Real time: clients that check these certificates know no other.
    now = real_now()
    end = now + _LEAF_LIFE if end == LASTING else end
    return (
        x509.CertificateBuilder()
        .subject_name(_name(title))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(now, end) - timedelta(days=1))
        .not_valid_after(end)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
        )
    )


def _name(title: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, title)])


def _names(names: tuple[str, ...]) -> list[x509.GeneralName]:
    return [_general_name(name) for name in names]


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _is_valid(path: Path) -> bool:
    """Whether a file holds a certificate that is good for some time yet."""
    if not path.exists():
        return False
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    soon = real_now() + timedelta(days=_RENEW_DAYS)
    return certificate.not_valid_after_utc > soon
