"""PostgreSQL over verified TLS: connect with time-outs, query, run scripts."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

import pg8000.native

from launchbook.errors import DatabaseUnavailable, StatementFailed
from launchbook.transport.database_address import (
    DatabaseAddress,
    open_socket,
    secured,
)
from launchbook.transport.retry import RetryPolicy, TransientError, persistently

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

    from launchbook.clock import Clock

__all__ = [
    "CONNECTING",
    "RESTARTING",
    "Connect",
    "DatabaseAddress",
    "Postgres",
    "Session",
]

ANSWER_TIMEOUT_SECONDS: Final = 630.0
"""Longer than any statement_timeout that we set: the server should speak first."""
CONNECTING: Final = RetryPolicy(attempts=4, first_wait_seconds=0.5)
"""For somebody who does not answer at all: soon said."""
RESTARTING: Final = RetryPolicy(attempts=14, first_wait_seconds=0.5)
"""For a server that says that it is away for a moment: about 75 s, longer than the
40 s that a restart takes."""
_FINAL_SQLSTATES: Final = frozenset({"28P01", "28000", "3D000"})
"""Wrong password, refused user, no such database. Never repeated: some poolers
block an address after several bad passwords."""
_PASSING_SQLSTATES: Final = frozenset({"53300", "57P01", "57P02", "57P03"})
"""Too many connections, shutting down, crashed, starting up."""
_PASSING_WORDS: Final = ("EMAXCONNSESSION", "ECHECKOUTTIMEOUT", "DbHandler exited")
"""What the pooler says of the same; its refusals all have SQLSTATE XX000."""


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

    def change(self, sql: str) -> int:
        """Run one statement and return how many rows it wrote.

        Raises:
            StatementFailed: The server refused it.
            DatabaseUnavailable: The connection was lost.
        """
        with self._translated():
            self._connection.run(sql)
            return int(self._connection.row_count)

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


Connect = Callable[[DatabaseAddress], AbstractContextManager[Session]]
"""Opens a session for the length of a block."""


class Postgres:
    """Opens sessions on one database.

    Args:
        address: Where it is.
        clock: For the waits between attempts to connect.
        policy: How often to try to connect to somebody who does not answer.
        patience: How often to come back to a server that is busy or restarting.
        application_name: How the server's activity view names us.
    """

    def __init__(
        self,
        address: DatabaseAddress,
        clock: Clock,
        *,
        policy: RetryPolicy = CONNECTING,
        patience: RetryPolicy = RESTARTING,
        application_name: str = "launchbook",
    ) -> None:
        self._address = address
        self._clock = clock
        self._policy = policy
        self._patience = patience
        self._application_name = application_name

    @contextmanager
    def connect(self) -> Iterator[Session]:
        """Open a session for the length of a block.

        Raises:
            DatabaseUnavailable: Not reachable, not trusted, or login refused.
        """
        connection = persistently(self._patience, self._clock, self._patiently)
        try:
            yield Session(connection, self._address)
        finally:
            with suppress(pg8000.native.InterfaceError, OSError):
                connection.close()

    def _patiently(self) -> Any:
        """Connect; a server that is away for a moment is worth another round."""
        try:
            return persistently(self._policy, self._clock, self._attempt)
        except _Passing as passing:
            raise TransientError(passing.error) from None

    def _attempt(self) -> Any:
        address = self._address
        try:
            plain = open_socket(address)
            return self._log_in(secured(plain, address))
        except ssl.SSLCertVerificationError as error:
            reason = f"its certificate is not trusted ({error.verify_message})"
            raise _unavailable(address, reason) from None
        except pg8000.native.DatabaseError as error:
            refusal = _refused_login(address, error)
            if refusal.vendor_code in _FINAL_SQLSTATES:
                raise refusal from None
            if _may_pass(refusal):
                raise _Passing(refusal) from None
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


class _Passing(Exception):
    """The server says that it is busy or away for a moment."""

    def __init__(self, error: DatabaseUnavailable) -> None:
        super().__init__(str(error))
        self.error = error


def _may_pass(refusal: DatabaseUnavailable) -> bool:
    is_worded = any(word in refusal.message for word in _PASSING_WORDS)
    return is_worded or refusal.vendor_code in _PASSING_SQLSTATES


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
