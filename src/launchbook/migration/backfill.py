"""Filling a large table: one statement, repeated until it finds no row.

Each round is a transaction of its own, so locks are short and a kill loses one round.
What was done says itself in the rows; there is nothing to remember between rounds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from launchbook.errors import StatementFailed
from launchbook.migration import history
from launchbook.migration.execution import failed

if TYPE_CHECKING:
    from launchbook.migration.execution import Run


def apply(run: Run) -> bool:
    """Repeat the statement until no row is left; False when another runner did so."""
    rows = rounds = 0
    while wrote := run.patiently(lambda: _round(run)):
        if wrote < 0:
            return False
        rows += wrote
        rounds += 1
        run.progress(f"{run.migration.path.name}: {rows} rows in {rounds} batches")
    return True


def _round(run: Run) -> int:
    """Write one batch and return its rows; -1 when the history has the file already.

    The round that finds nothing records the file, in its own transaction.
    """
    try:
        with run.session.transaction():
            run.session.execute_script(run.turn() + history.CREATE_HISTORY)
            if run.is_applied():
                return -1
            wrote = run.change(run.migration.statements[0])
            if not wrote:
                history.record(run.session, run.migration)
            return wrote
    except StatementFailed as error:
        raise failed(run.migration, 1, error) from error
