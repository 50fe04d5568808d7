"""The behaviour of row level security, tried by everybody who may come.

In one transaction that is never committed: rows are made for two users, then anybody,
user A, user B, a user C who has nothing, and the service try to read, add, change and
remove them. What a policy
*says* is no proof; what comes of the attempt is. The tables are those that the database
has, so a new one is tried without anybody writing a test for it.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from launchbook.database.attempt import ANYBODY, THE_SERVICE, Actor, Outcome, Stage
from launchbook.database.ownership import owned_tables
from launchbook.database.sample import SHARED, Maker
from launchbook.errors import DatabaseUnavailable, StatementFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from launchbook.database.attempt import Seen
    from launchbook.database.catalog import Catalog, Session, Table
    from launchbook.database.ownership import Intentions
    from launchbook.database.sample import Row, Samples

TIMEOUTS: Final = "SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = '10s'"
"""On a database in use, the proof rather gives up than makes anybody wait."""


@dataclass(frozen=True, slots=True)
class Check:
    """One attempt and what should have come of it.

    Attributes:
        attempt: As ``read the row of user B``.
        expected: REFUSED or ALLOWED.
    """

    actor: str
    table: str
    attempt: str
    expected: Outcome
    seen: Outcome
    reason: str = ""

    @property
    def is_right(self) -> bool:
        """Whether it came as it should."""
        return self.expected is self.seen

    def __str__(self) -> str:
        told = f"{self.table}: {self.actor} tries to {self.attempt} and is {self.seen}"
        return f"{told} ({self.reason})" if self.reason else told


@dataclass(slots=True)
class Proof:
    """Everything that was tried.

    Attributes:
        untried: Tables without a row to try on, and why.
    """

    checks: list[Check] = field(default_factory=list)
    untried: dict[str, str] = field(default_factory=dict)

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong, in words; an attempt that was not made is wrong too."""
        if not self.checks:
            return ("nothing was tried: the database has no tables",)
        wrong = [str(check) for check in self.checks if not check.is_right]
        gaps = [f"{name}: cannot be tried: {why}" for name, why in self.untried.items()]
        return (*wrong, *gaps)

    @property
    def counts(self) -> dict[str, int]:
        """How many attempts were made, by actor."""
        found: dict[str, int] = {}
        for check in self.checks:
            found[check.actor] = found.get(check.actor, 0) + 1
        return found


def prove(session: Session, catalog: Catalog, intentions: Intentions) -> Proof:
    """Try everything; nothing of it stays.

    Args:
        session: As a role that makes rows past row level security and may become the
            API's roles, as Supabase's ``postgres``; session mode.
        catalog: What there is.
        intentions: What the product means.

    Raises:
        InvalidValue: An intention names nothing.
        StatementFailed, DatabaseUnavailable: See the session.
    """
    intentions.check(catalog)
    session.execute_script("BEGIN")
    try:
        session.execute_script(TIMEOUTS)
        return _Trial(session, catalog, intentions).run()
    finally:
        # When the connection is gone, the transaction is too.
        with suppress(DatabaseUnavailable, StatementFailed):
            session.execute_script("ROLLBACK")


class _Trial:
    """One trial in an open transaction."""

    def __init__(
        self, session: Session, catalog: Catalog, intentions: Intentions
    ) -> None:
        self._catalog = catalog
        self._intentions = intentions
        self._owned = owned_tables(catalog, intentions)
        self._stage = Stage(session)
        self._maker = Maker(session, catalog, intentions, self._owned)
        self._users = tuple(
            Actor(f"user {name}", "authenticated", str(uuid4())) for name in "ABC"
        )
        self._stranger = self._users[-1]

    def run(self) -> Proof:
        """Make the rows, then try."""
        samples = self._maker.make(tuple(each.user_id for each in self._users[:-1]))
        proof = Proof()
        for table in self._catalog.tables:
            if why := _gap(table, samples):
                proof.untried[table.name] = why
            else:
                proof.checks += self._try_table(table, samples)
        for view in self._catalog.views:
            proof.checks += self._try_view(view.name)
        return proof

    def _try_table(self, table: Table, samples: Samples) -> Iterator[Check]:
        rows = [row for row in samples.rows if row.table == table.name]
        yield from (self._service_reads(table, row) for row in rows)
        yield from self._outsider(ANYBODY, table, rows)
        for user in self._users:
            if table.name in self._owned and user is not self._stranger:
                own = [row for row in rows if row.owner == user.user_id]
                others = [row for row in rows if row.owner != user.user_id]
                yield from self._owner(user, table, own[0])
                yield from self._outsider(user, table, others, own_count=len(own))
            else:
                yield from self._outsider(user, table, rows)

    def _service_reads(self, table: Table, row: Row) -> Check:
        """The service sees every row: it does the product's own work."""
        seen = self._stage.read_row(THE_SERVICE, table, row)
        attempt = f"read the row of {self._whose(row)}"
        return _check(THE_SERVICE, table, attempt, Outcome.ALLOWED, seen)

    def _owner(self, user: Actor, table: Table, own: Row) -> Iterator[Check]:
        """A user reads the own row, where a policy and the grants mean it to.

        Without this a policy that lets nobody in would look like a good one.
        """
        is_meant = any(each.covers(user.role, "select") for each in table.policies)
        is_granted = all(user.role in table.column(k).readable_by for k in table.key)
        if is_meant and is_granted:
            seen = self._stage.read_row(user, table, own)
            yield _check(user, table, "read the own row", Outcome.ALLOWED, seen)

    def _outsider(
        self, actor: Actor, table: Table, rows: list[Row], *, own_count: int = 0
    ) -> Iterator[Check]:
        """Somebody to whom rows do not belong: nothing may come of it."""
        if table.name not in self._intentions.readable:
            attempt = "read rows of others" if own_count else "read any row"
            seen = self._stage.read(actor, table.name)
            yield _bounded(actor, table, attempt, seen, own_count)
        if table.name not in self._intentions.writable:
            for row in rows:
                values = self._maker.new_values(table, row.owner)
                seen = self._stage.add(actor, table, values)
                attempt = f"add a row of {self._whose(row)}"
                yield _check(actor, table, attempt, Outcome.REFUSED, seen)
        others = "rows of others" if own_count else "any row"
        tries = {"change": self._stage.change, "remove": self._stage.remove}
        for verb, attempted in tries.items():
            blind = attempted(actor, table)
            yield _bounded(actor, table, f"{verb} {others}", blind, own_count)
            for row in rows:
                told = f"{verb} the row of {self._whose(row)}"
                seen = attempted(actor, table, row)
                yield _check(actor, table, told, Outcome.REFUSED, seen)

    def _try_view(self, view: str) -> Iterator[Check]:
        """A view shows anybody nothing, unless it is meant to."""
        if view not in self._intentions.readable:
            seen = self._stage.read(ANYBODY, view)
            yield Check(
                ANYBODY.name,
                view,
                "read any row",
                Outcome.REFUSED,
                seen.outcome,
                seen.reason,
            )

    def _whose(self, row: Row) -> str:
        names = {user.user_id: user.name for user in self._users}
        return names.get(row.owner, "the service")


def _check(
    actor: Actor, table: Table, attempt: str, expected: Outcome, seen: Seen
) -> Check:
    return Check(actor.name, table.name, attempt, expected, seen.outcome, seen.reason)


def _bounded(
    actor: Actor, table: Table, attempt: str, seen: Seen, own_count: int
) -> Check:
    """What touches no more rows than the actor's own is refused for all others.

    Where a constraint broke it off, it may have been at the own row: whether it reaches
    the rows of others is what the attempts by key and user C tell.
    """
    outcome = seen.outcome
    is_own = seen.count <= own_count or (own_count and seen.is_broken_off)
    if outcome is Outcome.ALLOWED and is_own:
        outcome = Outcome.REFUSED
    return Check(actor.name, table.name, attempt, Outcome.REFUSED, outcome, seen.reason)


def _gap(table: Table, samples: Samples) -> str:
    """Why a table cannot be tried; empty when it can."""
    if why := samples.failures.get(table.name):
        return f"no row can be made ({why}); add database.policies.samples"
    if not table.key:
        return "it has no primary key, so no row can be named"
    if not any(row.table == table.name for row in samples.rows):
        return f"no row was made for {SHARED}"
    return ""
