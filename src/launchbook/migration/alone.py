"""Statements that PostgreSQL refuses within a transaction, as CONCURRENTLY.

Nothing rolls them back, so each must bear being run again: what an interrupted one
left is looked at before it is repeated.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Final

from launchbook.errors import DatabaseUnavailable, StatementFailed
from launchbook.migration import history
from launchbook.migration.execution import ADVISORY_LOCK, failed
from launchbook.migration.lint.parser import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from launchbook.migration.execution import Run
    from launchbook.migration.lint.parser import Parsed

_LOCK: Final = ADVISORY_LOCK + 1
_POLL_SECONDS: Final = 1.0
_INDEX: Final = """
SELECT i.indexrelid::regclass::text AS name
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = to_regclass(:table) AND c.relname = :name AND NOT i.indisvalid
"""


def apply(run: Run) -> bool:
    """Run the statements one by one; False when another runner did so."""
    try:
        with _taking_turns(run):
            run.session.execute_script(history.CREATE_HISTORY)
            if run.is_applied():
                return False
            for parsed in parse(run.migration):
                run.session.execute_script(run.settings("SESSION"))
                run.patiently(partial(_run, run, parsed))
            run.session.execute_script(run.settings("SESSION"))
            history.record(run.session, run.migration)
    except StatementFailed as error:
        raise failed(run.migration, 1, error) from error
    return True


def _run(run: Run, parsed: Parsed) -> None:
    """Run one; an index that an interrupted build left invalid is made anew."""
    if parsed.kind == "index_stmt" and parsed.node.idxname:
        _drop_invalid(run, parsed)
    run.execute(parsed.statement)


def _drop_invalid(run: Run, parsed: Parsed) -> None:
    relation = parsed.node.relation
    schema = f'"{relation.schemaname}".' if relation.schemaname else ""
    table = f'{schema}"{relation.relname}"'
    name = parsed.node.idxname
    for row in run.session.query(_INDEX, table=table, name=name):
        run.progress(f"{name} was left invalid by an interrupted build: made anew")
        run.session.execute_script(f"DROP INDEX CONCURRENTLY IF EXISTS {row['name']}")


@contextmanager
def _taking_turns(run: Run) -> Iterator[None]:
    """Hold the session's lock.

    Asked for again and again rather than waited for: a waiting statement holds a
    snapshot, and the other runner's CONCURRENTLY waits for all snapshots.
    """
    while not _is_ours(run):
        run.progress("another run applies it, waiting")
        run.clock.sleep(_POLL_SECONDS)
    try:
        yield
    finally:
        with suppress(DatabaseUnavailable, StatementFailed):
            run.session.query(f"SELECT pg_advisory_unlock({_LOCK})")
            run.session.execute_script("RESET lock_timeout; RESET statement_timeout")


def _is_ours(run: Run) -> bool:
    rows = run.session.query(f"SELECT pg_try_advisory_lock({_LOCK}) AS ours")
    return bool(rows[0]["ours"])
