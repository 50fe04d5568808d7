"""The queue of an environment: first come, first served, over all machines.

A place is held by a process and kept for as long as its command lasts, so that the
runs of one command (a release, and the way back when it is bad) follow each other
with nobody in between. A place whose holder is gone counts no more.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from launchbook.model.record import Ticket

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from launchbook.clock import Clock
    from launchbook.ledger.body import Body
    from launchbook.ledger.store import Store, Transaction

PLACE_SECONDS: Final = 60.0
"""How long a place is kept for a holder that does not show itself."""


class Queue:
    """Takes, keeps and gives back places. Safe to share between threads.

    Args:
        store: Where places are kept, beside the leases that are waited for.
        clock: Tells since when.
        body: This process.
    """

    def __init__(self, store: Store, clock: Clock, body: Body) -> None:
        self._store = store
        self._clock = clock
        self._body = body

    def read(self, environment: str) -> list[Ticket]:
        """Return who waits, the first one first; writes nothing."""
        now = self._clock.now()
        return [
            each
            for each in self._store.tickets(environment)
            if is_living(each, self._body, now)
        ]

    def join(self, environment: str, reason: str, *, is_first: bool = False) -> Ticket:
        """Take a place at the end, or keep the one that this process has.

        Args:
            environment: Whose queue.
            reason: What is waited for.
            is_first: In front of everybody: a way back waits for no release.

        Raises:
            LedgerUnwritable: It cannot be written.
        """
        with self._store.write() as transaction:
            now = transaction.now(self._clock.now())
            waiting = _swept(transaction, environment, self._body, now)
            own = [each for each in waiting if each.holder == self._body.holder]
            numbers = [each.number for each in waiting]
            after, before = max(numbers, default=0) + 1, min(numbers, default=1) - 1
            ticket = Ticket(
                environment=environment,
                number=before if is_first else after,
                holder=self._body.holder,
                reason=reason,
                since=now,
                expires_at=now + timedelta(seconds=PLACE_SECONDS),
            )
            if own and not is_first:
                ticket = replace(own[0], expires_at=ticket.expires_at)
            for each in own:
                transaction.drop_ticket(each)
            transaction.put_ticket(ticket)
        return ticket

    def leave(self, environment: str) -> None:
        """Give this process's place back, if it has one.

        Raises:
            LedgerUnwritable: It cannot be written; the place expires.
        """
        with self._store.write() as transaction:
            for each in transaction.tickets(environment):
                if each.holder == self._body.holder:
                    transaction.drop_ticket(each)


def ahead_of(
    transaction: Transaction, environment: str, body: Body, now: datetime
) -> list[Ticket]:
    """Return who is before a process: everybody where it has no place itself."""
    return waiting_before(_swept(transaction, environment, body, now), body, now)


def waiting_before(
    tickets: Iterable[Ticket], body: Body, now: datetime
) -> list[Ticket]:
    """Return those of a queue who are before a process, and may still come."""
    living = [each for each in tickets if is_living(each, body, now)]
    own = next((n for n, each in enumerate(living) if each.holder == body.holder), None)
    return living[:own]


def keep_place(
    transaction: Transaction, environment: str, body: Body, now: datetime
) -> None:
    """Show that a process that has a place lives, while its run goes on."""
    for each in transaction.tickets(environment):
        if each.holder == body.holder:
            until = now + timedelta(seconds=PLACE_SECONDS)
            transaction.put_ticket(replace(each, expires_at=until))


def is_living(ticket: Ticket, body: Body, now: datetime) -> bool:
    """Whether the holder of a place may still come."""
    return now < ticket.expires_at and not body.is_dead(ticket.holder)


def _swept(
    transaction: Transaction, environment: str, body: Body, now: datetime
) -> list[Ticket]:
    """Return who waits, and forget those who are gone."""
    waiting = []
    for each in transaction.tickets(environment):
        if is_living(each, body, now):
            waiting.append(each)
        else:
            transaction.drop_ticket(each)
    return waiting
