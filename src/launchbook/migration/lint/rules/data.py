"""Rows: changed, removed, filled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from launchbook.migration.lint.finding import error, warning
from launchbook.migration.lint.parser import choice, descend, inner
from launchbook.migration.lint.scene import table_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from launchbook.migration.lint.parser import Parsed
    from launchbook.migration.lint.scene import Scene


WRITES: Final = frozenset({"update_stmt", "delete_stmt"})
STRUCTURE: Final = frozenset({"alter_table_stmt", "index_stmt", "rename_stmt"})


@error(
    "truncate",
    "Delete in batches (phase=migrate batch=1000), or drop the table in a contract file.",
)
def truncate(statement: Parsed, scene: Scene) -> Iterator[str]:
    """Removes everything under an exclusive lock."""
    if statement.kind == "truncate_stmt":
        for each in statement.node.relations:
            if not scene.is_new(table := table_of(each.range_var), statement):
                yield f"truncate empties {table} under an exclusive lock"


@error(
    "update-without-where",
    "Say which rows, in batches: phase=migrate batch=1000.",
)
def update_without_where(statement: Parsed, scene: Scene) -> Iterator[str]:
    """Every row, in one transaction."""
    if statement.kind == "update_stmt" and (table := _whole(statement, scene)):
        yield f"update without where writes every row of {table} in one transaction"


@error(
    "delete-without-where",
    "Say which rows, in batches: phase=migrate batch=1000.",
)
def delete_without_where(statement: Parsed, scene: Scene) -> Iterator[str]:
    """Every row, in one transaction."""
    if statement.kind == "delete_stmt" and (table := _whole(statement, scene)):
        yield f"delete without where removes every row of {table} in one transaction"


@error(
    "backfill-in-one-statement",
    "Put it into a file with phase=migrate batch=1000 and take at most :batch rows: WHERE id IN (SELECT id ... LIMIT :batch).",
)
def backfill_in_one_statement(statement: Parsed, scene: Scene) -> Iterator[str]:
    """A whole table filled in one transaction."""
    is_write = statement.kind in WRITES and statement.node.HasField("where_clause")
    if is_write and not scene.migration.header.batch and not _is_few(statement):
        table = table_of(statement.node.relation)
        if not scene.is_new(table, statement):
            yield f"{statement.statement.words[0].lower()} may write much of {table} in one transaction and keep its rows locked"


@warning(
    "ddl-mixed-with-data",
    "Put data into a file of its own with phase=migrate.",
)
def ddl_mixed_with_data(statement: Parsed, scene: Scene) -> Iterator[str]:
    """Rows are changed while the lock of DDL is held."""
    is_data = statement.kind in WRITES and not scene.is_new(
        table_of(statement.node.relation), statement
    )
    if is_data and any(
        each.kind in STRUCTURE and not scene.is_new(table_of(each.node.relation), each)
        for each in scene.before(statement)
    ):
        yield f"rows of {table_of(statement.node.relation)} are changed while the locks of the DDL above are held"


def _whole(statement: Parsed, scene: Scene) -> str:
    """Return the table in use that is written without a condition; empty for none."""
    table = table_of(statement.node.relation)
    is_whole = not statement.node.HasField("where_clause")
    return table if is_whole and not scene.is_new(table, statement) else ""


def _is_few(statement: Parsed) -> bool:
    """Whether a condition compares a column of the key with something constant."""
    for kind, node in (
        inner(statement.node.where_clause),
        *descend(statement.node.where_clause),
    ):
        if kind != "a_expr" or choice(node, "kind") not in {"AEXPR_OP", "AEXPR_IN"}:
            continue
        if node.name[-1].string.sval != "=" or not node.lexpr.HasField("column_ref"):
            continue
        column = node.lexpr.column_ref.fields[-1].string.sval
        if column in {"id", "slug", "code", "key", "name"} or column.endswith("_id"):
            return inner(node.rexpr)[0] in {"a_const", "list", "type_cast"}
    return False


RULES: Final = (
    truncate,
    update_without_where,
    delete_without_where,
    backfill_in_one_statement,
    ddl_mixed_with_data,
)
