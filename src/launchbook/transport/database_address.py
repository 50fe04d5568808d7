"""Where a database is, and a socket to it: TLS always, authority and name verified."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, unquote, urlsplit

from launchbook.errors import InputError
from launchbook.redact import Secret
from launchbook.transport.dns import LOOPBACK
from launchbook.transport.resolver import is_loopback_name

if TYPE_CHECKING:
    from pathlib import Path

CONNECT_TIMEOUT_SECONDS: Final = 10.0
_TLS_REQUEST: Final = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """Where a database is and how to log in.

    Attributes:
        ca_file: The authority of the server's certificate; None: the usual ones.
        is_tls: False only for a server on this machine that has no TLS.
    """

    host: str
    port: int
    user: str
    database: str
    password: Secret
    ca_file: Path | None = None
    is_tls: bool = True

    @classmethod
    def from_url(cls, url: Secret, ca_file: Path | None = None) -> DatabaseAddress:
        """Read ``postgresql://user:password@host:port/database``.

        Raises:
            InputError: The URL lacks a part, or gives TLS up for a server that is not
                on this machine; the message does not show the URL.
        """
        try:
            parts = urlsplit(url.reveal())
            host, port = parts.hostname, parts.port
        except ValueError:
            host = port = None
            parts = urlsplit("")
        if parts.scheme not in {"postgres", "postgresql"} or not host:
            raise InputError(
                "the database URL is not postgresql://user:password@host:port/database",
                hint="Correct the URL, then run the same command again.",
            )
        is_plain = "disable" in parse_qs(parts.query).get("sslmode", [])
        if is_plain and not _is_here(host):
            raise InputError(
                f"the database URL gives up TLS on the way to {host}",
                hint="Take sslmode=disable out of the URL, then run the same command again.",
            )
        return cls(
            host=host,
            port=port or 5432,
            user=unquote(parts.username or ""),
            database=parts.path.lstrip("/") or "postgres",
            password=Secret(unquote(parts.password or "")),
            ca_file=ca_file,
            is_tls=not is_plain,
        )

    def __str__(self) -> str:
        return f"{self.user}@{self.host}:{self.port}/{self.database}"


def _is_here(host: str) -> bool:
    """Whether a host is this machine: nobody stands in between."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return is_loopback_name(host)


def open_socket(address: DatabaseAddress) -> socket.socket:
    """Connect, without TLS yet.

    Raises:
        OSError: Nobody answers.
    """
    host = LOOPBACK if is_loopback_name(address.host) else address.host
    sock = socket.create_connection((host, address.port), CONNECT_TIMEOUT_SECONDS)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def secured(sock: socket.socket, address: DatabaseAddress) -> socket.socket:
    """Ask for TLS as PostgreSQL does, then verify authority and name.

    With a CA file that authority alone is trusted: it is pinned. Here rather than in
    the driver, which would keep the short time-out of the connection for every later
    answer.

    Raises:
        OSError: There is no TLS, or it is not to be trusted.
    """
    if not address.is_tls:
        return sock
    try:
        _ask_for_tls(sock)
        context = ssl.create_default_context(
            cafile=str(address.ca_file) if address.ca_file else None
        )
        return context.wrap_socket(sock, server_hostname=address.host)
    except BaseException:
        sock.close()
        raise


def _ask_for_tls(sock: socket.socket) -> None:
    sock.sendall(_TLS_REQUEST)
    if sock.recv(1) != b"S":
        msg = "it offers no TLS"
        raise ConnectionError(msg)
