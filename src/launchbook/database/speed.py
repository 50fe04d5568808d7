"""Rules about what becomes slow as tables grow: keys, and the work of policies."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from launchbook.database.advice import Finding, Level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from launchbook.database.catalog import Catalog, Policy, Table

_CALLER: Final = r"(?:\(SELECT\)|auth\.\w+\(|current_setting\(|\w+\.\w+\()"
_COMPARED: Final = (
    r"\b{column}\b\)?(?:::\w+)?\s*(?:=|IN)\s*(?:ANY\s*)?\(*" + _CALLER,
    _CALLER + r"[^=<>]*\)*(?:::\w+)?\s*=\s*\(*(?:\w+\.)?{column}\b",
)
"""A column that is compared with who calls, or with what a query of theirs finds."""
_PER_ROW: Final = re.compile(r"\bauth\.(?:uid|jwt|role|email)\(\)|current_setting\(")


def unindexed_foreign_keys(catalog: Catalog) -> Iterator[Finding]:
    """A reference whose every delete and join reads the whole table."""
    for table in catalog.tables:
        for key in table.foreign_keys:
            if not _is_indexed(table, key.columns):
                columns = ", ".join(key.columns)
                yield Finding(
                    "unindexed_foreign_keys",
                    Level.WARN,
                    f"{table.name}.{key.name}",
                    f"no index begins with {columns}",
                    f"create index on {table.name} ({columns});",
                )


def unindexed_policy_column(catalog: Catalog) -> Iterator[Finding]:
    """A policy that makes every query read the whole table."""
    for table in catalog.tables:
        for policy in table.policies:
            for column in _compared_columns(table, policy):
                if not _is_indexed(table, (column,)):
                    yield Finding(
                        "unindexed_policy_column",
                        Level.WARN,
                        f"{table.name}.{policy.name}",
                        f"it compares {column}, and no index begins with that",
                        f"create index on {table.name} ({column});",
                    )


def auth_rls_initplan(catalog: Catalog) -> Iterator[Finding]:
    """A policy that asks who calls once a row instead of once a query."""
    for table in catalog.tables:
        for policy in table.policies:
            text = _without_subqueries(f"{policy.using} {policy.check}")
            if _PER_ROW.search(text):
                yield Finding(
                    "auth_rls_initplan",
                    Level.WARN,
                    f"{table.name}.{policy.name}",
                    "it asks who calls again for each row",
                    "write `(select auth.uid())` instead of `auth.uid()`",
                )


def no_primary_key(catalog: Catalog) -> Iterator[Finding]:
    """A table whose rows nobody can name."""
    for table in catalog.tables:
        if not table.key:
            yield Finding(
                "no_primary_key",
                Level.INFO,
                table.name,
                "it has no primary key",
                f"alter table {table.name} add primary key (...);",
            )


def _is_indexed(table: Table, columns: tuple[str, ...]) -> bool:
    """Whether an index begins with these columns, in any order."""
    wanted = set(columns)
    heads = [set(index[: len(columns)]) for index in table.indexes]
    return wanted in heads


def _compared_columns(table: Table, policy: Policy) -> list[str]:
    """Columns of the table itself by which the policy chooses rows."""
    text = _without_subqueries(policy.using)
    return [
        column.name
        for column in table.columns
        if any(
            re.search(pattern.format(column=re.escape(column.name)), text)
            for pattern in _COMPARED
        )
    ]


def _without_subqueries(expression: str) -> str:
    """Cut out ``( SELECT ... )``: those are asked once a query."""
    kept: list[str] = []
    depth = 0
    index = 0
    while index < len(expression):
        if depth == 0 and re.match(r"\(\s*SELECT\b", expression[index:], re.IGNORECASE):
            depth = 1
            kept.append("(SELECT)")
        elif depth:
            depth += {"(": 1, ")": -1}.get(expression[index], 0)
        else:
            kept.append(expression[index])
        index += 1
    return "".join(kept)


RULES: Final = (
    unindexed_foreign_keys,
    unindexed_policy_column,
    auth_rls_initplan,
    no_primary_key,
)
