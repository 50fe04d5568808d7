"""Reading the ledger: a step's last state, runs, records, and the chain's check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from launchbook.digest import canonical
from launchbook.ledger import chain
from launchbook.ledger.row import record_of
from launchbook.ledger.store import Query
from launchbook.model.record import RUN_LEVEL, Phase, Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from launchbook.ledger.chain import Verification
    from launchbook.ledger.store import Store
    from launchbook.model.record import Head


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run in one line.

    Attributes:
        phase: Of its last run-level record; ``planned`` is a run that was
            killed, or that still runs.
        evidence: Of that record: counts, seconds, the error.
        at: When it began; the time of its first run-level record among those
            read.
        last_at: When its last run-level record was written.
    """

    run: str
    environment: str
    phase: Phase
    evidence: Mapping[str, object]
    actor: str
    at: datetime
    last_at: datetime


class History:
    """Reads only. Safe to share between threads."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def latest(
        self, environment: str, step: str, phase: Phase | None = None
    ) -> Record | None:
        """Return a step's last record (of one phase), by an index seek."""
        query = Query(
            environment=environment,
            step=step,
            phase=phase,
            limit=1,
            is_newest_first=True,
        )
        return next(self._records(query), None)

    def records(
        self, *, environment: str | None = None, run: str | None = None
    ) -> Iterator[Record]:
        """Yield records in the order in which they were written."""
        return self._records(Query(environment=environment, run=run))

    def step_records(
        self, environment: str, step: str, phase: Phase
    ) -> Iterator[Record]:
        """Yield a step's records of one phase, oldest first."""
        return self._records(Query(environment=environment, step=step, phase=phase))

    def run_records(self, environment: str) -> Iterator[Record]:
        """Yield what is about an environment's runs as a whole, oldest first."""
        return self._records(Query(environment=environment, step=RUN_LEVEL))

    def runs(self, environment: str | None = None, limit: int = 20) -> list[RunSummary]:
        """Return the latest runs, newest first."""
        newest_first = Query(
            environment=environment, step=RUN_LEVEL, is_newest_first=True
        )
        found: dict[str, list[Record]] = {}
        for record in self._records(newest_first):
            if record.run not in found and len(found) == limit:
                break
            found.setdefault(record.run, []).append(record)
        return [_summary(records) for records in found.values()]

    def export(self) -> Iterator[str]:
        """Yield every record as one line of JSON."""
        for record in self.records():
            yield canonical(record.as_json()).decode()

    def head(self) -> Head:
        """Return the end of the chain."""
        return self._store.head()

    def verify(
        self, keys: Mapping[str, bytes], heads: Sequence[Head] = ()
    ) -> Verification:
        """Check the chain; see ``chain.verify``.

        Raises:
            ChainBroken, ChainUnverifiable: It is not whole, or nobody can say.
        """
        return chain.verify(lambda: self._store.rows(Query()), keys, heads)

    def close(self) -> None:
        """Give back what the store holds."""
        self._store.close()

    def _records(self, query: Query) -> Iterator[Record]:
        return map(record_of, self._store.rows(query))


def _summary(newest_first: Sequence[Record]) -> RunSummary:
    """Many run-level records of one run as one line."""
    last, first = newest_first[0], newest_first[-1]
    return RunSummary(
        run=last.run,
        environment=last.environment,
        phase=last.phase,
        evidence=last.evidence,
        actor=last.actor,
        at=first.at,
        last_at=last.at,
    )
