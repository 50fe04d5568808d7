"""Locks that stop everybody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from launchbook.migration.lint.finding import error, warning
from launchbook.migration.lint.scene import alterations, table_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from launchbook.migration.lint.parser import Parsed
    from launchbook.migration.lint.scene import Scene


CHEAP: Final = frozenset(
    {"AT_ValidateConstraint", "AT_SetStatistics", "AT_AttachPartition"}
)
"""Actions that let others read and write."""


@error(
    "lock-table",
    "Leave it out: each statement takes the lock that it needs.",
)
def lock_table(statement: Parsed, _scene: Scene) -> Iterator[str]:
    """A lock that is held to the end of the transaction."""
    if statement.kind == "lock_stmt":
        for each in statement.node.relations:
            yield f"locking {table_of(each.range_var)} stops its users until the file is done"


@error(
    "vacuum-full",
    "Use plain VACUUM, or pg_repack.",
)
def vacuum_full(statement: Parsed, _scene: Scene) -> Iterator[str]:
    """Writes the table anew under an exclusive lock."""
    if statement.kind == "vacuum_stmt" and any(
        each.def_elem.defname == "full" for each in statement.node.options
    ):
        tables = [
            table_of(each.vacuum_relation.relation) for each in statement.node.rels
        ]
        yield f"vacuum full rewrites {', '.join(tables) or 'every table'} under an exclusive lock"


@error(
    "cluster",
    "Use pg_repack, or make an index concurrently and leave the order.",
)
def cluster(statement: Parsed, _scene: Scene) -> Iterator[str]:
    """Writes the table anew under an exclusive lock."""
    if statement.kind == "cluster_stmt":
        yield f"cluster rewrites {table_of(statement.node.relation)} under an exclusive lock"


@error(
    "set-tablespace",
    "Make a new table there, fill it in batches and swap in a contract file.",
)
def set_tablespace(statement: Parsed, scene: Scene) -> Iterator[str]:
    """Copies the table under an exclusive lock."""
    for each in scene.alterations(statement, "AT_SetTableSpace"):
        yield f"moving {each.table} to the tablespace {each.node.name} copies it under an exclusive lock"


@error(
    "set-logged",
    "Make a new table of that kind, fill it in batches and swap in a contract file.",
)
def set_logged(statement: Parsed, scene: Scene) -> Iterator[str]:
    """Writes the table anew under an exclusive lock."""
    for each in scene.alterations(statement, "AT_SetLogged", "AT_SetUnLogged"):
        yield f"changing whether {each.table} is logged rewrites it under an exclusive lock"


@warning(
    "attach-partition",
    "Add a validated CHECK of the same bounds to the partition first, so that it is not read under the lock.",
)
def attach_partition(statement: Parsed, scene: Scene) -> Iterator[str]:
    """Reads the partition under a lock, unless a check says the same."""
    for each in scene.alterations(statement, "AT_AttachPartition"):
        yield f"attaching a partition to {each.table} reads all of it under a lock unless a check proves its bounds"


@error(
    "detach-partition-blocking",
    "DETACH PARTITION ... CONCURRENTLY in a file of its own.",
)
def detach_partition_blocking(statement: Parsed, scene: Scene) -> Iterator[str]:
    """Locks the whole partitioned table."""
    for each in scene.alterations(statement, "AT_DetachPartition"):
        if not each.node.__getattribute__("def").partition_cmd.concurrent:
            yield f"detaching a partition locks all of {each.table} exclusively"


@error(
    "disable-trigger",
    "Let the trigger itself look at a setting, or write what it would have written.",
)
def disable_trigger(statement: Parsed, scene: Scene) -> Iterator[str]:
    """Rows of other sessions lack what the trigger does."""
    for each in scene.alterations(
        statement, "AT_DisableTrig", "AT_DisableTrigAll", "AT_DisableTrigUser"
    ):
        yield f"disabling triggers of {each.table} holds for every session, and leaves their work undone"


@warning(
    "several-heavy-locks",
    "One table a file: each file is a transaction of its own.",
)
def several_heavy_locks(statement: Parsed, scene: Scene) -> Iterator[str]:
    """Locks on several tables, held together."""
    table = _locked(statement, scene)
    earlier = {_locked(each, scene) for each in scene.before(statement)} - {"", table}
    if table and earlier and scene.is_transactional:
        yield f"the lock on {table} is waited for while {', '.join(sorted(earlier))} stays locked"


@error(
    "refresh-view-blocking",
    "REFRESH MATERIALIZED VIEW CONCURRENTLY; it needs a unique index.",
)
def refresh_view_blocking(statement: Parsed, _scene: Scene) -> Iterator[str]:
    """Nobody reads the view meanwhile."""
    if statement.kind == "refresh_mat_view_stmt" and not statement.node.concurrent:
        yield f"refreshing {table_of(statement.node.relation)} lets nobody read it until it is done"


@error(
    "timeout-disabled",
    "Leave it out: every file gets a lock and a statement time-out.",
)
def timeout_disabled(statement: Parsed, _scene: Scene) -> Iterator[str]:
    """Without a time-out a waiting lock queues everybody behind it."""
    if statement.kind == "variable_set_stmt" and statement.node.name in {
        "lock_timeout",
        "statement_timeout",
    }:
        yield f"setting {statement.node.name} takes away the time-out that keeps the product from queueing behind this file"


def _locked(statement: Parsed, scene: Scene) -> str:
    """Return the table in use that a statement locks exclusively; empty for none."""
    for each in alterations(statement):
        if each.action not in CHEAP and not scene.is_new(each.table, statement):
            return each.table
    return ""


RULES: Final = (
    lock_table,
    vacuum_full,
    cluster,
    set_tablespace,
    set_logged,
    attach_partition,
    detach_partition_blocking,
    disable_trigger,
    several_heavy_locks,
    refresh_view_blocking,
    timeout_disabled,
)
