"""Applying migrations: one transaction a file, with its row of the history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from launchbook.errors import DatabaseUnavailable, MigrationFailed, StatementFailed
from launchbook.migration import history

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from launchbook.migration.file import Migration
    from launchbook.migration.statement import Statement

LOCK_TIMEOUT_SECONDS: Final = 5.0
STATEMENT_TIMEOUT_SECONDS: Final = 300.0
Connected = TypeVar("Connected")
ATTEMPTS: Final = 3
"""How often a lost connection is opened again: one restart loses one."""
ADVISORY_LOCK: Final = 7_216_310_044
"""Any number, but always the same: two runners take turns (session mode only)."""


class Session(history.Session, Protocol):
    """What of a database session is needed to apply migrations."""

    def transaction(self) -> AbstractContextManager[None]:
        """Commit at the end of the block, roll back when it raises."""
        ...


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long a statement may wait and run.

    Attributes:
        lock_seconds: For a lock; a migration that waits longer blocks the
            product behind it.
        statement_seconds: For one statement.
    """

    lock_seconds: float = LOCK_TIMEOUT_SECONDS
    statement_seconds: float = STATEMENT_TIMEOUT_SECONDS


STANDARD: Final = Timeouts()


def apply_pending(
    session: Session,
    migrations: Sequence[Migration],
    *,
    baseline: str = "",
    timeouts: Timeouts = STANDARD,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Migration, ...]:
    """Apply what the database lacks, in order, and return it.

    Args:
        session: On the session-mode pooler, or direct; never transaction mode.
        migrations: All files, in order.
        baseline: See ``history.pending``.
        timeouts: For every statement.
        progress: Is told each file before it runs.

    Raises:
        MigrationDrift: Files and history disagree; nothing was applied.
        MigrationFailed: One failed and was rolled back; those before it stand.
        DatabaseUnavailable: The connection was lost.
    """
    applied: list[Migration] = []
    rows = history.read_history(session)
    for migration in history.pending(migrations, rows, baseline):
        progress(f"{migration.version}_{migration.name}")
        if _apply(session, migration, timeouts):
            applied.append(migration)
    return tuple(applied)


def apply_persistently(
    connect: Callable[[], AbstractContextManager[Connected]],
    apply: Callable[[Connected], object],
    progress: Callable[[str], None] = lambda _: None,
) -> None:
    """Apply with a new session when the connection is lost meanwhile.

    Safe, because each file and its row of the history are one transaction: a commit
    whose answer was lost is found in the history and not repeated.

    Args:
        connect: Opens a session; waits itself for a server that is restarting.
        apply: Applies what is pending with a session.
        progress: Is told that it begins again.

    Raises:
        MigrationDrift, MigrationFailed: See ``apply_pending``.
        DatabaseUnavailable: The connection was lost again and again.
    """
    for attempts_left in reversed(range(ATTEMPTS)):
        try:
            with connect() as session:
                apply(session)
        except DatabaseUnavailable:
            if not attempts_left:
                raise
            progress("the connection was lost, once more")
        else:
            return


def _apply(session: Session, migration: Migration, timeouts: Timeouts) -> bool:
    """Apply one file; False when another runner did so while we waited."""
    try:
        with session.transaction():
            session.execute_script(_settings(timeouts) + history.CREATE_HISTORY)
            if _is_applied(session, migration):
                return False
            for statement in migration.statements:
                _run(session, migration, statement)
            session.execute_script(_settings(timeouts))
            history.record(session, migration)
    except StatementFailed as error:
        raise _failed(migration, 1, error) from error
    return True


def _run(session: Session, migration: Migration, statement: Statement) -> None:
    """Run one statement, so that its line is known when it fails."""
    try:
        session.execute_script(statement.text)
    except StatementFailed as error:
        line = statement.line
        position = error.details.get("position")
        if isinstance(position, int):
            line = _line_within(migration, statement, position)
        raise _failed(migration, line, error) from error


def _line_within(migration: Migration, statement: Statement, position: int) -> int:
    """Return the line of the file for a character position (from 1)."""
    first = migration.sql.count("\n", 0, statement.start) + 1
    return first + statement.text.count("\n", 0, max(0, position - 1))


def _settings(timeouts: Timeouts) -> str:
    """Set the time-outs, and stand in line behind another runner."""
    lock = int(timeouts.lock_seconds * 1000)
    statement = int(timeouts.statement_seconds * 1000)
    return (
        "RESET ROLE; RESET search_path; "
        f"SET LOCAL lock_timeout = {lock}; "
        f"SET LOCAL statement_timeout = {statement}; "
        f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK});"
    )


def _is_applied(session: Session, migration: Migration) -> bool:
    rows = history.read_history(session)
    return any(row.version == migration.version for row in rows)


def _failed(migration: Migration, line: int, error: StatementFailed) -> MigrationFailed:
    sqlstate = f" [{error.vendor_code}]" if error.vendor_code else ""
    reason = error.message.removeprefix("postgresql refused a statement: ")
    return MigrationFailed(
        f"{migration.path}:{line}: {reason}{sqlstate}; the file was rolled back",
        hint=_hint(error),
        details={
            "file": str(migration.path),
            "line": line,
            "version": migration.version,
            "sqlstate": error.vendor_code,
            "server_hint": error.details.get("server_hint", ""),
        },
    )


def _hint(error: StatementFailed) -> str:
    if error.vendor_code == "55P03":
        return "Something held a lock for too long: run the same command again at a quieter time."
    return "Correct the migration, commit it, then run the same command again."
