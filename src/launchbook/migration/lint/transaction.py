"""What PostgreSQL refuses within a transaction, said by its parser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from launchbook.migration.lint.parser import choice, parse

if TYPE_CHECKING:
    from launchbook.migration.file import Migration
    from launchbook.migration.lint.parser import Parsed

_ALWAYS: Final = frozenset(
    {
        "alter_system_stmt",
        "create_subscription_stmt",
        "create_table_space_stmt",
        "createdb_stmt",
        "drop_table_space_stmt",
        "dropdb_stmt",
    }
)
_WHOLE: Final = frozenset(
    {"REINDEX_OBJECT_DATABASE", "REINDEX_OBJECT_SCHEMA", "REINDEX_OBJECT_SYSTEM"}
)


def runs_alone(parsed: Parsed) -> bool:
    """Whether a statement must not be within a transaction."""
    node = parsed.node
    if parsed.kind in {"index_stmt", "drop_stmt"}:
        return bool(node.concurrent)
    if parsed.kind == "reindex_stmt":
        return is_concurrent_reindex(parsed) or choice(node, "kind") in _WHOLE
    if parsed.kind == "vacuum_stmt":
        return bool(node.is_vacuumcmd)
    if parsed.kind == "alter_table_stmt":
        return any(
            each.alter_table_cmd.__getattribute__("def").partition_cmd.concurrent
            for each in node.cmds
        )
    return parsed.kind in _ALWAYS


def is_concurrent_reindex(parsed: Parsed) -> bool:
    """Whether a ``REINDEX`` lets others write."""
    return any(each.def_elem.defname == "concurrently" for each in parsed.node.params)


def is_transactional(migration: Migration) -> bool:
    """Whether a file is applied in one transaction.

    Raises:
        InvalidMigration: PostgreSQL cannot read it.
    """
    told = migration.header.has_transaction
    return told if told is not None else not any(map(runs_alone, parse(migration)))
