"""PostgreSQL over verified TLS: connect with time-outs, query, run scripts."""

from __future__ import annotations

import socket
import ssl
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

import pg8000.native

from launchbook.errors import DatabaseUnavailable, InputError, StatementFailed
from launchbook.redact import Secret
from launchbook.transport.resolver import LOOPBACK, is_loopback_name
from launchbook.transport.retry import RetryPolicy, TransientError, persistently

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from launchbook.clock import Clock

CONNECT_TIMEOUT_SECONDS: Final = 10.0
ANSWER_TIMEOUT_SECONDS: Final = 630.0
"""Longer than any statement_timeout that we set: the server should speak first."""
CONNECTING: Final = RetryPolicy(attempts=4, first_wait_seconds=0.5)
_TLS_REQUEST: Final = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"
_FINAL_SQLSTATES: Final = frozenset({"28P01", "28000", "3D000"})
"""Wrong password, refused user, no such database. Never repeated: some poolers
block an address after several bad passwords."""


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
            InputError: The URL lacks a part; the message does not show it.
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
        modes = parse_qs(parts.query).get("sslmode", [])
        return cls(
            host=host,
            port=port or 5432,
            user=unquote(parts.username or ""),
            database=parts.path.lstrip("/") or "postgres",
            password=Secret(unquote(parts.password or "")),
            ca_file=ca_file,
            is_tls="disable" not in modes,
        )

    def __str__(self) -> str:
        return f"{self.user}@{self.host}:{self.port}/{self.database}"


class Session:
    """One open connection. Not to be shared between threads."""

    def __init__(self, connection: Any, address: DatabaseAddress) -> None:
        self._connection = connection
        self._address = address

    def query(self, sql: str, **parameters: object) -> list[dict[str, object]]:
        """Run one statement with ``:name`` parameters; rows as mappings.

        Raises:
            StatementFailed: The server refused it.
            DatabaseUnavailable: The connection was lost.
        """
        with self._translated():
            rows = self._connection.run(sql, **parameters) or []
            columns = [column["name"] for column in self._connection.columns or []]
        return [dict(zip(columns, row, strict=True)) for row in rows]

    def execute_script(self, sql: str) -> None:
        """Run any number of statements as they stand, in one round trip.

        Raises:
            StatementFailed: One was refused; ``details["position"]`` counts
                characters from 1 within ``sql``.
            DatabaseUnavailable: The connection was lost.
        """
        with self._translated():
            self._connection.run(sql)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit at the end of the block, roll back when it raises."""
        self.execute_script("BEGIN")
        try:
            yield
        except BaseException:
            with suppress(DatabaseUnavailable, StatementFailed):
                self.execute_script("ROLLBACK")
            raise
        self.execute_script("COMMIT")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except pg8000.native.DatabaseError as error:
            if _is_farewell(_parts(error).get("C", "")):
                raise _unavailable(self._address, "the server went away") from error
            raise _statement_failed(error) from error
        except (pg8000.native.InterfaceError, OSError) as error:
            raise _unavailable(self._address, "the connection was lost") from error


class Postgres:
    """Opens sessions on one database.

    Args:
        address: Where it is.
        clock: For the waits between attempts to connect.
        policy: How often to try to connect.
        application_name: How the server's activity view names us.
    """

    def __init__(
        self,
        address: DatabaseAddress,
        clock: Clock,
        *,
        policy: RetryPolicy = CONNECTING,
        application_name: str = "launchbook",
    ) -> None:
        self._address = address
        self._clock = clock
        self._policy = policy
        self._application_name = application_name

    @contextmanager
    def connect(self) -> Iterator[Session]:
        """Open a session for the length of a block.

        Raises:
            DatabaseUnavailable: Not reachable, not trusted, or login refused.
        """
        connection = persistently(self._policy, self._clock, self._attempt)
        try:
            yield Session(connection, self._address)
        finally:
            with suppress(pg8000.native.InterfaceError, OSError):
                connection.close()

    def _attempt(self) -> Any:
        address = self._address
        try:
            plain = _open_socket(address)
            return self._log_in(_secured(plain, address))
        except ssl.SSLCertVerificationError as error:
            reason = f"its certificate is not trusted ({error.verify_message})"
            raise _unavailable(address, reason) from None
        except pg8000.native.DatabaseError as error:
            refusal = _refused_login(address, error)
            if refusal.vendor_code in _FINAL_SQLSTATES:
                raise refusal from None
            raise TransientError(refusal) from None
        except TimeoutError:
            raise TransientError(_unavailable(address, "no answer in time")) from None
        except (pg8000.native.InterfaceError, OSError) as error:
            raise TransientError(_unavailable(address, _reason(error))) from None

    def _log_in(self, sock: socket.socket) -> Any:
        address = self._address
        try:
            connection = pg8000.native.Connection(
                address.user,
                host=address.host,
                port=address.port,
                database=address.database,
                password=address.password.reveal(),
                application_name=self._application_name,
                sock=sock,
                ssl_context=False,
            )
        except BaseException:
            sock.close()
            raise
        sock.settimeout(ANSWER_TIMEOUT_SECONDS)
        return connection


def _open_socket(address: DatabaseAddress) -> socket.socket:
    host = LOOPBACK if is_loopback_name(address.host) else address.host
    sock = socket.create_connection((host, address.port), CONNECT_TIMEOUT_SECONDS)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def _secured(sock: socket.socket, address: DatabaseAddress) -> socket.socket:
    """Ask for TLS as PostgreSQL does, then verify authority and name.

    Here rather than in the driver, which would keep the short time-out of the
    connection for every later answer.
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


def _parts(error: Exception) -> dict[str, str]:
    """Return the fields of a server's error by their protocol letter."""
    first = error.args[0] if error.args else {}
    return dict(first) if isinstance(first, dict) else {"M": str(first)}


def _is_farewell(sqlstate: str) -> bool:
    """Whether a server's error ends the connection: shut down, or cut off."""
    return sqlstate.startswith(("08", "57P"))


def _statement_failed(error: Exception) -> StatementFailed:
    parts = _parts(error)
    details: dict[str, object] = {}
    if (position := parts.get("P", "")).isdigit():
        details["position"] = int(position)
    if advice := parts.get("H"):
        details["server_hint"] = advice
    return StatementFailed(
        f"postgresql refused a statement: {parts.get('M', 'no reason was given')}",
        hint="Correct the statement, then run the same command again.",
        platform="postgresql",
        vendor_code=parts.get("C", ""),
        details=details,
    )


def _refused_login(address: DatabaseAddress, error: Exception) -> DatabaseUnavailable:
    parts = _parts(error)
    return _unavailable(
        address, parts.get("M", "login refused"), sqlstate=parts.get("C", "")
    )


def _unavailable(
    address: DatabaseAddress, reason: str, *, sqlstate: str = ""
) -> DatabaseUnavailable:
    return DatabaseUnavailable(
        f"cannot use the database {address}: {reason}",
        hint="Check that the database is up and reachable, then run the same command again.",
        platform="postgresql",
        vendor_code=sqlstate,
    )


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error) or type(error).__name__
