"""The rules, by theme."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from launchbook.migration.lint.rules import (
    access,
    columns,
    constraints,
    data,
    indexes,
    locks,
    removals,
    transactions,
    types,
)

if TYPE_CHECKING:
    from launchbook.migration.lint.finding import Rule

RULES: Final[tuple[Rule, ...]] = (
    *columns.RULES,
    *types.RULES,
    *constraints.RULES,
    *removals.RULES,
    *indexes.RULES,
    *locks.RULES,
    *transactions.RULES,
    *data.RULES,
    *access.RULES,
)
