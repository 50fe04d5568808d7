"""Columns: added, filled, renamed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from launchbook.migration.lint.finding import error
from launchbook.migration.lint.parser import choice
from launchbook.migration.lint.scene import calls_of, constraints_of, table_of, type_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from launchbook.migration.lint.parser import Parsed
    from launchbook.migration.lint.scene import Scene


STABLE: Final = frozenset(
    {
        "now",
        "statement_timestamp",
        "transaction_timestamp",
        "current_setting",
        "lower",
        "upper",
        "jsonb_build_object",
        "to_jsonb",
        "make_interval",
        "uid",
    }
)
"""Functions that PostgreSQL asks once for all rows; another one rewrites the table."""
SERIAL: Final = frozenset(
    {"serial", "bigserial", "smallserial", "serial4", "serial8", "serial2"}
)
ADD: Final = "AT_AddColumn"


@error(
    "add-column-volatile-default",
    "Add the column without a default, set the default in a second statement, then backfill in batches (phase=migrate batch=1000).",
)
def add_column_volatile_default(statement: Parsed, scene: Scene) -> Iterator[str]:
    """A default that differs from row to row rewrites the table."""
    for each in scene.alterations(statement, ADD):
        default = constraints_of(each.definition).get("CONSTR_DEFAULT")
        if default is not None and (calls := set(calls_of(default)) - STABLE):
            yield f"adding {each.table}.{each.column} with the default {min(calls)}() rewrites the whole table under an exclusive lock"


@error(
    "add-column-not-null",
    "Add it with a constant default, or nullable: backfill, add a NOT VALID check, validate it, then set not null.",
)
def add_column_not_null(statement: Parsed, scene: Scene) -> Iterator[str]:
    """A column that every insert of the running release would lack."""
    for each in scene.alterations(statement, ADD):
        kinds = constraints_of(each.definition)
        is_filled = (
            kinds.keys() & {"CONSTR_DEFAULT", "CONSTR_IDENTITY", "CONSTR_GENERATED"}
            or type_of(each.definition) in SERIAL
        )
        if "CONSTR_NOTNULL" in kinds and not is_filled:
            yield f"adding {each.table}.{each.column} not null without a default fails on rows that exist and on inserts of the running release"


@error(
    "add-column-serial",
    "Add a nullable bigint, backfill it in batches, then attach a sequence or an identity.",
)
def add_column_serial(statement: Parsed, scene: Scene) -> Iterator[str]:
    """A counter that every existing row gets at once."""
    for each in scene.alterations(statement, ADD):
        if type_of(each.definition) in SERIAL or "CONSTR_IDENTITY" in constraints_of(
            each.definition
        ):
            yield f"adding {each.table}.{each.column} numbers every row: the whole table is rewritten under an exclusive lock"


@error(
    "add-column-generated",
    "Add a plain column, keep it with a trigger and backfill it in batches.",
)
def add_column_generated(statement: Parsed, scene: Scene) -> Iterator[str]:
    """A stored expression that every existing row gets at once."""
    for each in scene.alterations(statement, ADD):
        if "CONSTR_GENERATED" in constraints_of(each.definition):
            yield f"adding the generated column {each.table}.{each.column} rewrites the whole table under an exclusive lock"


@error(
    "set-not-null-unchecked",
    "Add CHECK (column IS NOT NULL) NOT VALID, validate it in a later file, then set not null.",
)
def set_not_null_unchecked(statement: Parsed, scene: Scene) -> Iterator[str]:
    """Not null reads the whole table, unless a validated check did so before."""
    for each in scene.alterations(statement, "AT_SetNotNull"):
        if each.column not in scene.checked.get(each.table, frozenset()):
            yield f"setting {each.table}.{each.column} not null reads the whole table under an exclusive lock"


@error(
    "change-column-type",
    "Add a column of the new type, write both, backfill in batches, read the new one, then drop the old one in a contract file.",
)
def change_column_type(statement: Parsed, scene: Scene) -> Iterator[str]:
    """Another type rewrites the table and breaks what serves."""
    for each in scene.alterations(statement, "AT_AlterColumnType"):
        yield f"changing the type of {each.table}.{each.column} rewrites the whole table under an exclusive lock"


@error(
    "rename-column",
    "Add the new column, write both, move readers over, then drop the old one in a contract file.",
)
def rename_column(statement: Parsed, scene: Scene) -> Iterator[str]:
    """The running release still says the old name."""
    if statement.kind == "rename_stmt" and _renames(statement, "OBJECT_COLUMN"):
        table = table_of(statement.node.relation)
        if not scene.is_new(table, statement):
            yield f"renaming {table}.{statement.node.subname} to {statement.node.newname} breaks the running release"


@error(
    "rename-table",
    "Make a view of the new name over the table, move readers over, then swap them in a contract file.",
)
def rename_table(statement: Parsed, scene: Scene) -> Iterator[str]:
    """The running release still says the old name."""
    if statement.kind == "rename_stmt" and _renames(statement, "OBJECT_TABLE"):
        table = table_of(statement.node.relation)
        if not scene.is_new(table, statement):
            yield f"renaming {table} to {statement.node.newname} breaks the running release"


def _renames(statement: Parsed, what: str) -> bool:
    return choice(statement.node, "rename_type") == what


RULES: Final = (
    add_column_volatile_default,
    add_column_not_null,
    add_column_serial,
    add_column_generated,
    set_not_null_unchecked,
    change_column_type,
    rename_column,
    rename_table,
)
