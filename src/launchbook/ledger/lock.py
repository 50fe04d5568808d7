"""The lock of an environment: a lease that expires, with a fencing token.

A lease is free, held by somebody alive, held by somebody dead on this host (seen at
once), or held by nobody-knows (another host), until it expires. The token grows with
every taking, and each append of a record checks it: a holder that was thought dead
and wakes up can write nothing any more.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from threading import Event, Thread
from typing import TYPE_CHECKING, Final, NoReturn

from launchbook.errors import LedgerError, LockHeld
from launchbook.ledger.body import Body
from launchbook.ledger.holder import current_holder
from launchbook.ledger.journal import require_lease
from launchbook.ledger.queue import ahead_of, keep_place, waiting_before
from launchbook.model.record import (
    RUN_LEVEL,
    Entry,
    Holder,
    Lease,
    Phase,
    Ticket,
    time_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from launchbook.clock import Clock
    from launchbook.ledger.journal import Journal
    from launchbook.ledger.store import Store

LEASE_SECONDS: Final = 60.0
NOBODY: Final = Holder("", 0)


@dataclass(frozen=True, slots=True)
class Taken:
    """A lease that is ours now.

    Attributes:
        from_whom: The lease that was taken over; None when it was free.
        why: ``dead`` or ``expired`` when it was taken over.
    """

    lease: Lease
    from_whom: Lease | None = None
    why: str = ""


class Lock:
    """Takes, keeps and gives back leases.

    Args:
        store: Where leases are kept, beside the records that they guard.
        journal: Records what a person does to a lock.
        clock: Tells since when, and until when.
        body: This process; the real one unless a test says otherwise.
    """

    def __init__(
        self, store: Store, journal: Journal, clock: Clock, body: Body | None = None
    ) -> None:
        self._store = store
        self._journal = journal
        self._clock = clock
        self._body = body or Body(current_holder())

    def read(self, environment: str) -> Lease | None:
        """Return who holds an environment, dead or alive, or None."""
        lease = self._store.lease(environment)
        return lease if lease is not None and lease.is_held else None

    def acquire(
        self, environment: str, run: str, reason: str, *, is_queued: bool = True
    ) -> Taken:
        """Take an environment's lease; one of a dead holder is taken over at once.

        Args:
            environment: Whose lock.
            run: What it is taken for.
            reason: The same in words.
            is_queued: Whether those count who have waited for longer.

        Raises:
            LockHeld: Somebody holds it who may well be alive, or waits for it since
                before us.
            LedgerUnwritable: It cannot be written.
        """
        with self._store.write() as transaction:
            now = transaction.now(self._clock.now())
            found = transaction.lease(environment)
            why = self._why_free(found, now)
            if found is not None and not why:
                _refuse(found)
            ahead = ahead_of(transaction, environment, self._body, now)
            if is_queued and ahead:
                _refuse_before(ahead)
            lease = Lease(
                environment=environment,
                token=found.token + 1 if found else 1,
                run=run,
                holder=self._body.holder,
                reason=reason,
                since=now,
                heartbeat_at=now,
                expires_at=now + timedelta(seconds=LEASE_SECONDS),
            )
            transaction.put_lease(lease)
        return Taken(lease, found if why in {"dead", "expired"} else None, why)

    def busy(self, environment: str) -> str:
        """Return whom this process would have to wait for, in words; empty for nobody.

        Writes nothing.
        """
        now = self._clock.now()
        found = self._store.lease(environment)
        if found is not None and not self._why_free(found, now):
            return _held(found)
        ahead = waiting_before(self._store.tickets(environment), self._body, now)
        return _waited_for(ahead) if ahead else ""

    def beat(self, lease: Lease) -> None:
        """Show that the holder lives, and move the expiry.

        Raises:
            LeaseLost: It is not ours any more.
        """
        with self._store.write() as transaction:
            found = require_lease(transaction, lease)
            now = transaction.now(self._clock.now())
            expires_at = now + timedelta(seconds=LEASE_SECONDS)
            transaction.put_lease(
                replace(found, heartbeat_at=now, expires_at=expires_at)
            )
            keep_place(transaction, lease.environment, self._body, now)

    def release(self, lease: Lease) -> None:
        """Give a lease back.

        Raises:
            LeaseLost: It was not ours any more.
        """
        with self._store.write() as transaction:
            found = require_lease(transaction, lease)
            transaction.put_lease(replace(found, run="", holder=NOBODY))

    @contextmanager
    def beating(self, lease: Lease) -> Iterator[None]:
        """Beat in the background while the block runs."""
        over = Event()
        thread = Thread(
            target=self._beat_until, args=(over, lease), name="lease", daemon=True
        )
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def unlock(self, environment: str, run: str, reason: str) -> Lease | None:
        """Take a lease away from its holder, whoever it is, and record it.

        Args:
            environment: Whose lock.
            run: Id under which the record is written.
            reason: Why, in the person's words.

        Returns:
            The lease that was held; None when nobody held it (nothing is
            written then).
        """
        with self._store.write() as transaction:
            found = transaction.lease(environment)
            if found is None or not found.is_held:
                return None
            free = replace(found, token=found.token + 1, run="", holder=NOBODY)
            transaction.put_lease(free)
            evidence = {"event": "unlocked", "reason": reason, "was": found.as_json()}
            entry = Entry(run, RUN_LEVEL, Phase.PAUSED, evidence=evidence)
            self._journal.write(transaction, free, (entry,))
        return found

    def _why_free(self, lease: Lease | None, now: datetime) -> str:
        """Why a lease may be taken; empty when it may not."""
        if lease is None or not lease.is_held:
            return "free"
        if self._body.is_dead(lease.holder):
            return "dead"
        return "expired" if lease.expires_at <= now else ""

    def _beat_until(self, over: Event, lease: Lease) -> None:
        """Beat until told to stop; a lost lease shows at the next append."""
        while not over.wait(self._body.beat_seconds):
            with suppress(LedgerError):
                self.beat(lease)


def _held(lease: Lease) -> str:
    """Who holds a lease."""
    return (
        f"{lease.environment} is locked by {lease.holder} since "
        f"{time_text(lease.since)}: {lease.reason}"
    )


def _waited_for(ahead: list[Ticket]) -> str:
    """Who is before us."""
    first, count = ahead[0], len(ahead)
    return (
        f"{count} {'waits' if count == 1 else 'wait'} for {first.environment} already; "
        f"the first is {first.holder} since {time_text(first.since)}: {first.reason}"
    )


def _refuse(lease: Lease) -> NoReturn:
    raise LockHeld(
        _held(lease),
        hint="Wait until that run ends, or take its lock with: invoke ledger.unlock "
        f'--environment {lease.environment} --reason "..."',
        details={"holder": lease.as_json()},
    )


def _refuse_before(ahead: list[Ticket]) -> NoReturn:
    raise LockHeld(
        _waited_for(ahead),
        hint="Add --wait to stand behind them, or see them with: invoke ledger.queue "
        f"--environment {ahead[0].environment}",
        details={"waiting": [each.as_json() for each in ahead]},
    )
