"""Applying migrations: each file in its own way, with its row of the history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from launchbook.clock import Clock, SystemClock
from launchbook.errors import DatabaseUnavailable, StatementFailed
from launchbook.migration import alone, backfill, history
from launchbook.migration.execution import Run, Session, Timeouts, failed
from launchbook.migration.lint.transaction import is_transactional
from launchbook.migration.phase import STANDARD as STANDARD_TERMS
from launchbook.migration.phase import due

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from launchbook.migration.file import Migration
    from launchbook.migration.phase import Terms

__all__ = ["STANDARD", "Timeouts", "apply_pending", "apply_persistently"]

STANDARD: Final = Timeouts()
CLOCK: Final = SystemClock()
Connected = TypeVar("Connected")
ATTEMPTS: Final = 3
"""How often a lost connection is opened again: one restart loses one."""


def apply_pending(
    session: Session,
    migrations: Sequence[Migration],
    *,
    terms: Terms = STANDARD_TERMS,
    timeouts: Timeouts = STANDARD,
    clock: Clock = CLOCK,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Migration, ...]:
    """Apply what is due, in order, and return it.

    Args:
        session: On the session-mode pooler, or direct; never transaction mode.
        migrations: All files, in order.
        terms: What is held back.
        timeouts: For every statement.
        clock: For the waits while somebody holds a lock.
        progress: Is told each file before it runs, and each batch after it.

    Raises:
        MigrationDrift: Files and history disagree; nothing was applied.
        MigrationFailed: One failed and was rolled back; those before it stand.
        DatabaseUnavailable: The connection was lost.
    """
    applied: list[Migration] = []
    rows = history.read_history(session)
    for migration in due(migrations, rows, terms).now:
        progress(f"{migration.version}_{migration.name}")
        if _apply(Run(session, migration, timeouts, clock, progress)):
            applied.append(migration)
    return tuple(applied)


def apply_persistently(
    connect: Callable[[], AbstractContextManager[Connected]],
    apply: Callable[[Connected], object],
    progress: Callable[[str], None] = lambda _: None,
) -> None:
    """Apply with a new session when the connection is lost meanwhile.

    Safe, because each file and its row of the history are one transaction, or can be
    run twice: a commit whose answer was lost is found and not repeated.

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


def _apply(run: Run) -> bool:
    """Apply one file; False when another runner did so while we waited."""
    if run.migration.header.batch:
        return backfill.apply(run)
    if not is_transactional(run.migration):
        return alone.apply(run)
    return run.patiently(lambda: _apply_as_one(run))


def _apply_as_one(run: Run) -> bool:
    try:
        with run.session.transaction():
            run.session.execute_script(run.turn() + history.CREATE_HISTORY)
            if run.is_applied():
                return False
            for statement in run.migration.statements:
                run.execute(statement)
            run.session.execute_script(run.turn())
            history.record(run.session, run.migration)
    except StatementFailed as error:
        raise failed(run.migration, 1, error) from error
    return True
