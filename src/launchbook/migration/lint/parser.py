"""PostgreSQL's own parser: the one module that knows the binding.

A statement is its kind (``alter_table_stmt``) and its node, whose fields are those of
the server's parse tree. The binding is imported on use: it loads 14 MB.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from launchbook.errors import InvalidMigration, Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from launchbook.migration.file import Migration
    from launchbook.migration.statement import Statement


@dataclass(frozen=True)
class Parsed:
    """One statement and what PostgreSQL makes of it.

    Attributes:
        statement: Its text and place.
        kind: As ``create_stmt``; the name of the parse tree's node.
        node: The node itself.
    """

    statement: Statement
    kind: str
    node: Any


def parse(migration: Migration) -> tuple[Parsed, ...]:
    """Return the statements of a file, parsed.

    Raises:
        InvalidMigration: PostgreSQL cannot read one.
    """
    return tuple(_parse(migration, each) for each in migration.statements)


def choice(node: Any, field: str) -> str:
    """Return the name of an enum's value, as ``AT_AddColumn``."""
    kind = node.DESCRIPTOR.fields_by_name[field].enum_type
    return str(kind.values_by_number[getattr(node, field)].name)


def inner(node: Any) -> tuple[str, Any]:
    """Return what a node of any kind holds, with its kind; ``("", None)`` for nothing."""
    kind = node.WhichOneof("node")
    return (kind, getattr(node, kind)) if kind else ("", None)


def descend(node: Any) -> Iterator[tuple[str, Any]]:
    """Return every node below a message, each with its kind."""
    for field, value in node.ListFields():
        if field.message_type is None:
            continue
        for each in value if field.is_repeated else (value,):
            if each.DESCRIPTOR.name != "Node":
                yield field.name, each
            elif each.WhichOneof("node"):
                yield inner(each)
            yield from descend(each)


def names(nodes: Any) -> tuple[str, ...]:
    """Return the words of a list of string nodes, as of a qualified name."""
    return tuple(each.string.sval for each in nodes)


def _parse(migration: Migration, statement: Statement) -> Parsed:
    import postgast  # noqa: PLC0415 - on use: a command that lints nothing never loads it

    try:
        tree = postgast.parse(migration.filled(statement))
    except postgast.PgQueryError as error:
        raise InvalidMigration(
            f"the migration {migration.path.name} cannot be read by PostgreSQL: {error}",
            hint="Correct the statement, then run the same command again.",
            location=Location(str(migration.path), statement.line),
        ) from None
    kind, node = inner(tree.stmts[0].stmt)
    return Parsed(statement, kind, node)
