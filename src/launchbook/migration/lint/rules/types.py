"""Types that are regretted later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from launchbook.migration.lint.finding import warning
from launchbook.migration.lint.parser import names
from launchbook.migration.lint.scene import columns_of, constraints_of, type_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from launchbook.migration.lint.parser import Parsed
    from launchbook.migration.lint.scene import Scene


SMALL: Final = frozenset(
    {"int2", "int4", "serial", "serial4", "smallserial", "serial2"}
)


@warning(
    "timestamp-without-time-zone",
    "Use timestamptz.",
)
def timestamp_without_time_zone(statement: Parsed, _scene: Scene) -> Iterator[str]:
    """A time without its zone is another one elsewhere."""
    for table, column in columns_of(statement):
        if type_of(column) == "timestamp":
            yield f"{table}.{column.colname} is a timestamp without time zone"


@warning(
    "char-padded",
    "Use text with a check on its length.",
)
def char_padded(statement: Parsed, _scene: Scene) -> Iterator[str]:
    """char(n) pads with blanks."""
    for table, column in columns_of(statement):
        if type_of(column) == "bpchar":
            yield f"{table}.{column.colname} is char(n), which pads with blanks"


@warning(
    "int-primary-key",
    "Use bigint generated always as identity, or uuid.",
)
def int_primary_key(statement: Parsed, _scene: Scene) -> Iterator[str]:
    """Four bytes run out."""
    keys = _keys(statement)
    for table, column in columns_of(statement):
        is_key = "CONSTR_PRIMARY" in constraints_of(column) or column.colname in keys
        if is_key and type_of(column) in SMALL:
            yield f"{table}.{column.colname} is a primary key of at most four bytes: it runs out, and widening rewrites the table"


@warning(
    "json-not-jsonb",
    "Use jsonb.",
)
def json_not_jsonb(statement: Parsed, _scene: Scene) -> Iterator[str]:
    """Json has no equality and no index."""
    for table, column in columns_of(statement):
        if type_of(column) == "json":
            yield f"{table}.{column.colname} is json, which can be neither compared nor indexed"


def _keys(statement: Parsed) -> tuple[str, ...]:
    """Return the columns of a primary key that stands on its own."""
    if statement.kind != "create_stmt":
        return ()
    found = (each.constraint for each in statement.node.table_elts)
    return tuple(
        key for each in found for key in names(each.keys) if len(each.keys) == 1
    )


RULES: Final = (
    timestamp_without_time_zone,
    char_padded,
    int_primary_key,
    json_not_jsonb,
)
