"""One attempt of somebody to do something to somebody's rows, taken back at once."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from launchbook.database.catalog import SERVICE
from launchbook.database.sample import (
    insert_statement,
    literal,
    qualified,
    quoted,
)
from launchbook.errors import StatementFailed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.database.catalog import Session, Table
    from launchbook.database.sample import Row

DENIED: Final = "42501"
"""Insufficient privilege: no grant, or row level security refuses a new row."""
CONSTRAINTS: Final = "23"
"""Class of broken constraints: they are looked at after row level security."""
MISMATCHES: Final = frozenset({"22P02", "22007", "22008", "42804"})
"""A literal that is none of the column's type: it was tried on the wrong column."""
MOST_ROWS: Final = 50
_LITERAL: Final = re.compile(r"'(?:[^']|'')*'")


class Outcome(StrEnum):
    """What came of an attempt."""

    REFUSED = "refused"
    ALLOWED = "allowed"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who comes to the database.

    Attributes:
        name: As a person says it: ``user A``.
        user_id: Of a signed-in user; else empty.
    """

    name: str
    role: str
    user_id: str = ""

    @property
    def claims(self) -> str:
        """The claims of its token, as the API sets them for each request."""
        subject = {"sub": self.user_id} if self.user_id else {}
        return json.dumps({"role": self.role, **subject})


ANYBODY: Final = Actor("anon", "anon")
THE_SERVICE: Final = Actor("service", SERVICE)


@dataclass(frozen=True, slots=True)
class Seen:
    """What an attempt showed.

    Attributes:
        count: Rows that were read or written.
        is_broken_off: Whether a constraint ended it, so that nobody can tell on which
            row; row level security had let it through.
        reason: Why it is unclear; else empty.
    """

    outcome: Outcome
    count: int = 0
    reason: str = ""
    is_broken_off: bool = False


class Stage:
    """Where attempts are made: a transaction that is never committed.

    What an attempt did is there until the next one begins, the role too: going back
    and going on is one round trip, and there are hundreds.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._is_begun = False

    def read(self, actor: Actor, table: str) -> Seen:
        """Read some rows of a table or view, whichever they are."""
        words = ["SELECT count(*) AS n FROM (SELECT 1 FROM", qualified(table)]
        return self._try(actor, " ".join([*words, f"LIMIT {MOST_ROWS}) AS found"]))

    def read_row(self, actor: Actor, table: Table, row: Row) -> Seen:
        """Read one row by its key."""
        where, parameters = _by_key(table, row)
        words = ["SELECT count(*) AS n FROM", qualified(table.name), "WHERE", where]
        return self._try(actor, " ".join(words), parameters)

    def add(self, actor: Actor, table: Table, values: Mapping[str, str]) -> Seen:
        """Add a row; columns that the role may not give are left to the database."""
        open_columns = {
            each.name for each in table.columns if actor.role in each.insertable_by
        }
        given = {
            k: v for k, v in values.items() if not open_columns or k in open_columns
        }
        statement, parameters = insert_statement(table, given)
        return self._try(actor, _counted(statement), parameters)

    def change(self, actor: Actor, table: Table, row: Row | None = None) -> Seen:
        """Write to one row by its key, or to all at once without reading any.

        A condition reads, and then the policies for reading hide rows that those for
        writing give away; so both ways are tried. Each column that the role may write
        is tried: with itself by key, else with its default and with what the policies
        ask of it.
        """
        where, parameters = _by_key(table, row) if row else ("true", {})
        free = [each for each in table.columns if not each.is_fixed]
        granted = [each for each in free if actor.role in each.updatable_by]
        seen = Seen(Outcome.REFUSED)
        for column in granted or free[:1]:
            name = quoted(column.name)
            for value in [name] if row else ["DEFAULT", *_asked_for(table)]:
                words = ["UPDATE", qualified(table.name), "SET", name, "=", value]
                text = _counted(" ".join([*words, "WHERE", where]))
                seen = max(seen, self._try(actor, text, parameters), key=_weight)
        return seen

    def remove(self, actor: Actor, table: Table, row: Row | None = None) -> Seen:
        """Delete one row by its key, or all at once without reading any."""
        where, parameters = _by_key(table, row) if row else ("true", {})
        words = ["DELETE FROM", qualified(table.name), "WHERE", where]
        return self._try(actor, _counted(" ".join(words)), parameters)

    def _try(
        self, actor: Actor, statement: str, parameters: Mapping[str, str] | None = None
    ) -> Seen:
        """Take the last attempt back, then run a statement as somebody.

        Settings that are local to a savepoint end with it, the role too.
        """
        self._session.execute_script(self._entrance(actor))
        self._is_begun = True
        try:
            return _seen(self._session.query(statement, **(parameters or {})))
        except StatementFailed as error:
            return _refusal(error)

    def _entrance(self, actor: Actor) -> str:
        """What makes the session an actor's, with nothing of the last attempt left."""
        back = "ROLLBACK TO SAVEPOINT" if self._is_begun else "SAVEPOINT"
        settings = {"role": actor.role, "request.jwt.claims": actor.claims}
        calls = (f"set_config('{k}', {literal(v)}, true)" for k, v in settings.items())
        return f"{back} attempt; SELECT {', '.join(calls)}"


def _counted(statement: str) -> str:
    """Let a writing statement tell how many rows it wrote.

    ``RETURNING`` a constant needs no right to read, unlike any column.
    """
    words = ["WITH done AS (", statement, "RETURNING 1)"]
    return " ".join([*words, "SELECT count(*) AS n FROM done"])


def _asked_for(table: Table) -> tuple[str, ...]:
    """Return the literals that policies compare new rows with, as SQL."""
    texts = [each.check for each in table.policies if each.command in {"update", "all"}]
    literals = [each for text in texts for each in _LITERAL.findall(text)]
    return tuple(dict.fromkeys(literals))


def _weight(seen: Seen) -> tuple[bool, int, bool]:
    """What is worse: more rows, then not knowing."""
    is_allowed = seen.outcome is Outcome.ALLOWED
    return is_allowed, seen.count, seen.outcome is Outcome.UNCLEAR


def _seen(rows: list[dict[str, object]]) -> Seen:
    """Read what a statement gave."""
    count = int(str(rows[0]["n"])) if rows else 0
    return Seen(Outcome.ALLOWED if count else Outcome.REFUSED, count)


def _refusal(error: StatementFailed) -> Seen:
    """Tell refused from let through and from anything else."""
    if error.vendor_code == DENIED or error.vendor_code in MISMATCHES:
        return Seen(Outcome.REFUSED)
    if error.vendor_code.startswith(CONSTRAINTS):
        return Seen(Outcome.ALLOWED, 1, is_broken_off=True)
    return Seen(Outcome.UNCLEAR, reason=error.message)


def _by_key(table: Table, row: Row) -> tuple[str, dict[str, str]]:
    """Return a condition that names one row, and its parameters."""
    parameters = {f"k{index}": value for index, value in enumerate(row.key.values())}
    terms = [
        f"{quoted(name)} = CAST(CAST(:{parameter} AS text) AS {table.column(name).type})"
        for parameter, name in zip(parameters, row.key, strict=True)
    ]
    return " AND ".join(terms) or "false", parameters
