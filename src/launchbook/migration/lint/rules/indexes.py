"""Indexes: made, made anew and dropped without stopping writers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from launchbook.migration.lint.finding import error, warning
from launchbook.migration.lint.parser import choice, names
from launchbook.migration.lint.scene import table_of
from launchbook.migration.lint.transaction import is_concurrent_reindex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from launchbook.migration.lint.parser import Parsed
    from launchbook.migration.lint.scene import Scene


@error(
    "create-index-blocking",
    "CREATE INDEX CONCURRENTLY IF NOT EXISTS in a file of its own; it runs without a transaction.",
)
def create_index_blocking(statement: Parsed, scene: Scene) -> Iterator[str]:
    """An index that nobody may write beside."""
    if statement.kind == "index_stmt" and not statement.node.concurrent:
        table = table_of(statement.node.relation)
        if not scene.is_new(table, statement):
            yield f"the index {statement.node.idxname or ''} lets nobody write to {table} until it is built"


@error(
    "drop-index-blocking",
    "DROP INDEX CONCURRENTLY IF EXISTS in a file of its own.",
)
def drop_index_blocking(statement: Parsed, _scene: Scene) -> Iterator[str]:
    """An index whose table is locked meanwhile."""
    if _drops_index(statement) and not statement.node.concurrent:
        for each in statement.node.objects:
            yield f"dropping the index {'.'.join(names(each.list.items))} locks its table exclusively"


@error(
    "reindex-blocking",
    "REINDEX ... CONCURRENTLY in a file of its own.",
)
def reindex_blocking(statement: Parsed, _scene: Scene) -> Iterator[str]:
    """An index that nobody may use meanwhile."""
    if statement.kind == "reindex_stmt" and not is_concurrent_reindex(statement):
        name = statement.node.relation.relname or statement.node.name
        yield f"reindexing {name} lets nobody write until it is done"


@warning(
    "index-not-resumable",
    "Name the index and say IF NOT EXISTS, or IF EXISTS where it is dropped.",
)
def index_not_resumable(statement: Parsed, _scene: Scene) -> Iterator[str]:
    """A concurrent statement that cannot be run twice."""
    node = statement.node
    if statement.kind == "index_stmt" and node.concurrent and not node.if_not_exists:
        yield f"the index on {table_of(node.relation)} cannot be repeated after an interruption"
    if _drops_index(statement) and node.concurrent and not node.missing_ok:
        for each in node.objects:
            yield f"dropping {'.'.join(names(each.list.items))} cannot be repeated after an interruption"


def _drops_index(statement: Parsed) -> bool:
    return (
        statement.kind == "drop_stmt"
        and choice(statement.node, "remove_type") == "OBJECT_INDEX"
    )


RULES: Final = (
    create_index_blocking,
    drop_index_blocking,
    reindex_blocking,
    index_not_resumable,
)
