"""Which rows belong to a user: declared at the roots, followed along foreign keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from launchbook.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from launchbook.database.catalog import Catalog, Table


@dataclass(frozen=True, slots=True)
class Intentions:
    """What a product means its policies to say, in the inventory's words.

    Attributes:
        owners: Table to the column that holds its owner's id (``auth.uid()``). What a
            foreign key leads from belongs to the same owner.
        readable: Tables that everybody may read, by choice.
        writable: Tables that everybody may add rows to, by choice.
        samples: ``table.column`` to a value that its rules take, where none can be
            guessed.
    """

    owners: Mapping[str, str] = field(default_factory=dict)
    readable: frozenset[str] = frozenset()
    writable: frozenset[str] = frozenset()
    samples: Mapping[str, str] = field(default_factory=dict)

    def check(self, catalog: Catalog) -> None:
        """Refuse what names nothing: an intention about no table protects none.

        Raises:
            InvalidValue: A table or a column is not there.
        """
        tables = {each.name: each for each in catalog.tables}
        views = {each.name for each in catalog.views}
        columns = {
            f"{each.name}.{column.name}"
            for each in (*catalog.tables, *catalog.outer)
            for column in each.columns
        }
        wanted = {f"{table}.{column}" for table, column in self.owners.items()}
        lacking = sorted(
            (self.readable - tables.keys() - views)
            | (self.writable - tables.keys())
            | ((wanted | self.samples.keys()) - columns)
        )
        if lacking:
            raise InvalidValue(
                f"the database has no {', '.join(lacking)}",
                hint="Correct database.policies in inventory/product.yml.",
            )


def owned_tables(catalog: Catalog, intentions: Intentions) -> frozenset[str]:
    """Return every table whose rows belong to somebody."""
    owned = set(intentions.owners)
    while True:
        found = {
            table.name
            for table in catalog.tables
            if any(key.table in owned for key in table.foreign_keys)
        }
        if found <= owned:
            return frozenset(owned)
        owned |= found


def in_order(catalog: Catalog) -> Iterator[Table]:
    """Yield tables so that each comes after those that it must refer to.

    In a circle the order of the names decides; a row there may be impossible, which
    whoever makes the rows then says.
    """
    waiting = {each.name: each for each in (*catalog.outer, *catalog.tables)}
    while waiting:
        ready = [
            table
            for table in waiting.values()
            if not _needed(table) & (waiting.keys() - {table.name})
        ]
        for table in ready or [waiting[min(waiting)]]:
            yield waiting.pop(table.name)


def _needed(table: Table) -> set[str]:
    """Tables without whose rows a row of this one is impossible."""
    return {
        key.table
        for key in table.foreign_keys
        if any(table.column(name).is_required for name in key.columns)
    }
