"""Rows to try policies on: made up from the catalogue, gone when the trial ends.

A value comes from what the inventory says, from the literals of the column's own check
constraint, or from a short list for its type; a constraint that refuses one gets the
next.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from launchbook.database.ownership import in_order
from launchbook.errors import StatementFailed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from launchbook.database.catalog import Catalog, Column, Session, Table
    from launchbook.database.ownership import Intentions

MOST_TRIES: Final = 40
LARGEST_NUMBER: Final = 2**15
"""Fits every whole type."""
CHECK_VIOLATION: Final = "23514"
UNIQUE_VIOLATION: Final = "23505"
SHARED: Final = "service"
"""Whose the rows are that belong to no user."""
BY_TYPE: Final[Mapping[str, tuple[str, ...]]] = {
    "uuid": (),
    "boolean": ("true", "false"),
    "smallint": ("1", "50", "0"),
    "integer": ("1", "50", "1000", "0", "-1"),
    "bigint": ("1", "50", "1000", "0", "-1"),
    "numeric": ("1", "50", "0.5", "0", "-1"),
    "real": ("1", "0.5", "0"),
    "double precision": ("1", "0.5", "0"),
    "date": ("2026-01-05",),
    "json": ("{}", "[]"),
    "jsonb": ("{}", "[]"),
    "bytea": ("\\x00",),
    "inet": ("192.0.2.1",),
    "cidr": ("192.0.2.0/24",),
    "interval": ("1 hour",),
    "time without time zone": ("12:00",),
}
TIMES: Final = ("2026-01-05T12:00:00Z", "2030-01-05T12:00:00Z")
TEXTS: Final = (
    "proof-{unique}",
    "{unique}",
    "PROOF",
    "proof-{unique}@proof.example",
    "https://proof.example/{unique}",
    "+46700000000",
    "2026-01-05",
    "en",
    "{{}}",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One row that was made: its table, whose it is, and its primary key."""

    table: str
    owner: str
    key: Mapping[str, str]


@dataclass(slots=True)
class Samples:
    """The rows of a trial.

    Attributes:
        values: What was written, for each table and owner, to write it again.
        failures: Why a table has no row, by table.
    """

    rows: list[Row] = field(default_factory=list)
    values: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    def of(self, table: str, owner: str) -> Row | None:
        """Return an owner's row of a table, or None."""
        return next(
            (each for each in self.rows if (each.table, each.owner) == (table, owner)),
            None,
        )


class Maker:
    """Makes one row a table for each user, or one for all where none owns it.

    Args:
        session: In a transaction, as a role that row level security does not bind.
        catalog: What there is.
        intentions: Who owns what, and values that cannot be guessed.
        owned: Tables whose rows belong to a user.
    """

    def __init__(
        self,
        session: Session,
        catalog: Catalog,
        intentions: Intentions,
        owned: frozenset[str],
    ) -> None:
        self._session = session
        self._catalog = catalog
        self._intentions = intentions
        self._owned = owned
        self.samples = Samples()

    def make(self, owners: tuple[str, ...]) -> Samples:
        """Make all rows, parents first."""
        for table in in_order(self._catalog):
            is_owned = table.name in self._owned or table.name == "auth.users"
            for owner in owners if is_owned else (SHARED,):
                self._make_row(table, owner)
        return self.samples

    def new_values(self, table: Table, owner: str) -> dict[str, str]:
        """Return values of one more row, with those that proved good."""
        kept = self.samples.values.get((table.name, owner), {})
        fresh = self._values(table, owner, {})
        return {**kept, **{name: fresh[name] for name in self._unique(table, fresh)}}

    def _unique(self, table: Table, values: Mapping[str, str]) -> Iterator[str]:
        """Columns that may be made anew: keys of the row itself."""
        references = {name for key in table.foreign_keys for name in key.columns}
        for name in values:
            is_own_key = name in table.key and name not in references
            if is_own_key and table.column(name).type == "uuid":
                yield name

    def _make_row(self, table: Table, owner: str) -> None:
        """Try values until the database takes a row."""
        turns: dict[str, int] = {}
        for _ in range(MOST_TRIES):
            values = self._values(table, owner, turns)
            try:
                self._insert(table, owner, values)
            except StatementFailed as error:
                refused = _refused_columns(table, error)
                if not refused:
                    self.samples.failures[table.name] = error.message
                    return
                for name in refused:
                    turns[name] = turns.get(name, 0) + 1
            else:
                self.samples.values[table.name, owner] = values
                return
        self.samples.failures[table.name] = "no value that was tried passes its checks"

    def _insert(self, table: Table, owner: str, values: Mapping[str, str]) -> None:
        self._session.execute_script("SAVEPOINT sample")
        key = ", ".join(f"{quoted(name)}::text" for name in table.key) or "1"
        statement, parameters = insert_statement(table, values)
        try:
            found = self._session.query(f"{statement} RETURNING {key}", **parameters)
        except StatementFailed:
            self._session.execute_script("ROLLBACK TO SAVEPOINT sample")
            raise
        row = {name: str(found[0][name]) for name in table.key}
        self.samples.rows.append(Row(table.name, owner, row))

    def _values(
        self, table: Table, owner: str, turns: Mapping[str, int]
    ) -> dict[str, str]:
        """Return the columns that must be given, and the keys that lead to parents."""
        values = self._references(table, owner)
        if (root := self._intentions.owners.get(table.name)) is not None:
            values[root] = owner
        if table.name == "auth.users":
            values["id"] = owner
        for column in table.columns:
            is_needed = column.is_required and not column.is_filled
            is_own_key = column.name in table.key and column.type == "uuid"
            if (is_needed or is_own_key) and column.name not in values:
                options = self._options(table, column)
                values[column.name] = options[turns.get(column.name, 0) % len(options)]
        return values

    def _references(self, table: Table, owner: str) -> dict[str, str]:
        """Lead each foreign key to the same owner's row, or to the shared one."""
        values: dict[str, str] = {}
        for key in table.foreign_keys:
            parent = self.samples.of(key.table, owner) or self.samples.of(
                key.table, SHARED
            )
            if parent and set(key.references) <= set(parent.key):
                values |= {
                    name: parent.key[target]
                    for name, target in zip(key.columns, key.references, strict=True)
                }
        return values

    def _options(self, table: Table, column: Column) -> tuple[str, ...]:
        """What to try for a column, the likeliest first."""
        given = self._intentions.samples.get(f"{table.name}.{column.name}")
        if given is not None:
            return (given,)
        if column.type == "uuid":
            return (str(uuid4()),)
        values = (*_literals(table, column), *_by_type(column, uuid4().hex[:12]))
        is_number = column.type in {"smallint", "integer", "bigint"}
        number = str(uuid4().int % LARGEST_NUMBER)
        return (number, *values) if is_number and column.name in table.key else values


def _by_type(column: Column, unique: str) -> tuple[str, ...]:
    """Return what a type takes."""
    if column.labels:
        return column.labels
    if column.type.endswith("[]"):
        return ("{}",)
    if column.type.startswith("timestamp"):
        return TIMES
    known = BY_TYPE.get(column.type.partition("(")[0])
    return known or tuple(each.format(unique=unique) for each in TEXTS)


def _literals(table: Table, column: Column) -> Iterator[str]:
    """Yield the literals of the check constraints that name the column."""
    for check in table.checks:
        if column.name in check.columns and "~" not in check.expression:
            yield from re.findall(r"'((?:[^']|'')*)'::", check.expression)


def _refused_columns(table: Table, error: StatementFailed) -> tuple[str, ...]:
    """Return the columns whose values a constraint refused, and others may pass."""
    if error.vendor_code == UNIQUE_VIOLATION:
        return tuple(each.name for each in table.columns)
    if error.vendor_code != CHECK_VIOLATION:
        return ()
    for check in table.checks:
        if f'"{check.name}"' in error.message:
            return check.columns
    return ()


def quoted(name: str) -> str:
    """An identifier as SQL writes it."""
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def literal(text: str) -> str:
    """Return a text as SQL writes one; where settings decide how to read it, too."""
    doubled = text.replace("'", "''").replace("\\", "\\\\")
    return f"E'{doubled}'"


def qualified(table: str) -> str:
    """A table with its schema as SQL writes it."""
    schema, _, name = table.partition(".")
    return f"{quoted(schema)}.{quoted(name)}"


def insert_statement(
    table: Table, values: Mapping[str, str]
) -> tuple[str, dict[str, str]]:
    """Return an insert and its parameters."""
    target = qualified(table.name)
    if not values:
        return " ".join(["INSERT INTO", target, "DEFAULT VALUES"]), {}
    parameters = {f"p{index}": value for index, value in enumerate(values.values())}
    given = ", ".join(
        f"CAST(CAST(:{parameter} AS text) AS {table.column(name).type})"
        for parameter, name in zip(parameters, values, strict=True)
    )
    columns = ", ".join(map(quoted, values))
    words = ["INSERT INTO", target, f"({columns})", "VALUES", f"({given})"]
    return " ".join(words), parameters
