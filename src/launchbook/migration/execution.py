"""Running the statements of a file: time-outs, taking turns, errors with their line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from tenacity import (
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    wait_random_exponential,
)

from launchbook.errors import MigrationFailed, StatementFailed
from launchbook.migration import history

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from launchbook.clock import Clock
    from launchbook.migration.file import Migration
    from launchbook.migration.statement import Statement

LOCK_TIMEOUT_SECONDS: Final = 5.0
STATEMENT_TIMEOUT_SECONDS: Final = 300.0
LOCK_ATTEMPTS: Final = 6
"""With the waits between them about a minute."""
ADVISORY_LOCK: Final = 7_216_310_044
"""Any number, but always the same: two runners take turns (session mode only)."""
_PASSING: Final = frozenset({"55P03", "40P01", "40001"})
"""A lock not given in time, a deadlock, a conflict: another time it works."""
Result = TypeVar("Result")


class Session(history.Session, Protocol):
    """What of a database session is needed to apply migrations."""

    def change(self, sql: str) -> int:
        """Run one statement and return how many rows it wrote."""
        ...

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
        lock_attempts: How often a lock is asked for before the run gives up.
        longest_wait_seconds: Between two of them; waits double, with jitter.
    """

    lock_seconds: float = LOCK_TIMEOUT_SECONDS
    statement_seconds: float = STATEMENT_TIMEOUT_SECONDS
    lock_attempts: int = LOCK_ATTEMPTS
    longest_wait_seconds: float = 15.0


@dataclass(frozen=True, slots=True)
class Run:
    """One file being applied.

    Attributes:
        session: On the session-mode pooler, or direct; never transaction mode.
        clock: For the waits between attempts.
        progress: Is told what happens.
    """

    session: Session
    migration: Migration
    timeouts: Timeouts
    clock: Clock
    progress: Callable[[str], None]

    def is_applied(self) -> bool:
        """Whether the history has it already."""
        rows = history.read_history(self.session)
        return any(row.version == self.migration.version for row in rows)

    def settings(self, scope: str = "LOCAL") -> str:
        """Return what sets the time-outs, for a transaction or the session."""
        lock = int(self.timeouts.lock_seconds * 1000)
        statement = int(self.timeouts.statement_seconds * 1000)
        return (
            "RESET ROLE; RESET search_path; "
            f"SET {scope} lock_timeout = {lock}; "
            f"SET {scope} statement_timeout = {statement};"
        )

    def turn(self) -> str:
        """Return what sets the time-outs and stands in line behind another runner."""
        return f"{self.settings()} SELECT pg_advisory_xact_lock({ADVISORY_LOCK});"

    def patiently(self, attempt: Callable[[], Result]) -> Result:
        """Try again while somebody else holds a lock.

        Raises:
            MigrationFailed: They hold it still, or something else is wrong.
        """
        retrying = Retrying(
            sleep=self.clock.sleep,
            stop=stop_after_attempt(self.timeouts.lock_attempts),
            wait=wait_random_exponential(max=self.timeouts.longest_wait_seconds),
            retry=retry_if_exception(_may_pass),
            before_sleep=lambda state: self.progress(
                f"{self.migration.path.name}: somebody holds a lock, "
                f"attempt {state.attempt_number + 1} of {self.timeouts.lock_attempts}"
            ),
            reraise=True,
        )
        return retrying(attempt)

    def execute(self, statement: Statement) -> None:
        """Run one statement, so that its line is known when it fails."""
        try:
            self.session.execute_script(self.migration.filled(statement))
        except StatementFailed as error:
            raise self.failure(statement, error) from error

    def change(self, statement: Statement) -> int:
        """Run one statement and return how many rows it wrote."""
        try:
            return self.session.change(self.migration.filled(statement))
        except StatementFailed as error:
            raise self.failure(statement, error) from error

    def failure(self, statement: Statement, error: StatementFailed) -> MigrationFailed:
        """Return the error with its place in the file."""
        line = statement.line
        position = error.details.get("position")
        if isinstance(position, int):
            line = _line_within(self.migration, statement, position)
        return failed(self.migration, line, error)


def failed(migration: Migration, line: int, error: StatementFailed) -> MigrationFailed:
    """Return what the server refused as an error of a file."""
    sqlstate = f" [{error.vendor_code}]" if error.vendor_code else ""
    reason = error.message.removeprefix("postgresql refused a statement: ")
    return MigrationFailed(
        f"{migration.path}:{line}: {reason}{sqlstate}; {_stands(migration)}",
        hint=_hint(error),
        details={
            "file": str(migration.path),
            "line": line,
            "version": migration.version,
            "sqlstate": error.vendor_code,
            "server_hint": error.details.get("server_hint", ""),
        },
    )


def _stands(migration: Migration) -> str:
    if migration.header.batch:
        return "the batches before it stand"
    if migration.header.has_transaction is False:
        return "the statements before it stand"
    return "the file was rolled back"


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, MigrationFailed) and error.details["sqlstate"] in _PASSING


def _line_within(migration: Migration, statement: Statement, position: int) -> int:
    """Return the line of the file for a character position (from 1)."""
    first = migration.sql.count("\n", 0, statement.start) + 1
    return first + statement.text.count("\n", 0, max(0, position - 1))


def _hint(error: StatementFailed) -> str:
    if error.vendor_code in _PASSING:
        return "Something held a lock for too long: run the same command again at a quieter time."
    return "Correct the migration, commit it, then run the same command again."
