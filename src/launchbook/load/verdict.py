"""The table of a load run: budgets, and when there is no verdict at all."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from statistics import fmean
from typing import TYPE_CHECKING, Any, Final

from launchbook.load.figure import (
    Figure,
    Limit,
    judge,
    unknown,
    without_verdict,
)
from launchbook.load.snapshot import average_ms, percentile_ms
from launchbook.model.gate import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from launchbook.load.generator import Observed
    from launchbook.load.snapshot import Snapshot

MOST_CPU_PERCENT: Final = 90.0
"""Of one core, as Locust's own warning has it: above it waits the generator itself."""
MOST_MACHINE_PERCENT: Final = 95.0
"""Of all processors: above it, what took long may have waited for ours."""
FEWEST_REQUESTS: Final = 100
"""Below it a 95th percentile rests on fewer than five requests."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What load may cost, from ``objectives`` of the inventory."""

    average_ms: float
    p95_ms: float
    error_percent: float
    query_ms: float
    pool_percent: float

    @classmethod
    def of(cls, objectives: Mapping[str, Any]) -> Budget:
        """Read it."""
        api = objectives["api"]
        return cls(
            average_ms=float(api["average_ms"]),
            p95_ms=float(api["p95_ms"]),
            error_percent=float(api["error_percent"]),
            query_ms=float(api["query_ms"]),
            pool_percent=float(objectives["pool_percent"]),
        )


@dataclass
class DatabaseSamples:
    """What the backend said of its database, look by look.

    Attributes:
        query_ms: Average of the queries of its last minutes, by itself.
        pool_percent: Connections in use, by itself.
        refused: Looks that were not answered.
    """

    query_ms: list[float] = field(default_factory=list)
    pool_percent: list[float] = field(default_factory=list)
    refused: int = 0

    def add(self, health: Mapping[str, Any]) -> None:
        """Take the answer of ``/health/database``."""
        self.query_ms.append(float(health["query_performance"]["avg_response_time_ms"]))
        self.pool_percent.append(float(health["connection_pool"]["pool_utilization"]))


def generator_limit(observed: Observed) -> str:
    """Return why the generator was the limit; empty when it was not."""
    seen = observed.snapshot
    if seen.cpu_percent > MOST_CPU_PERCENT:
        return f"the generator used {seen.cpu_percent:.0f} % of a core"
    if seen.has_cpu_warning:
        return "Locust warned that its processor was too busy"
    if seen.most_users < observed.phase.users:
        return f"only {seen.most_users} of {observed.phase.users} users came"
    return ""


def load_figures(
    observed: Observed, budget: Budget, api: str = "backend"
) -> tuple[Figure, ...]:
    """Return the figures of one phase."""
    name, seen = observed.phase.name, observed.snapshot
    figures = _served(name, seen, budget, api)
    if limit := generator_limit(observed):
        figures = without_verdict(figures, limit)
    elif seen.machine_percent > MOST_MACHINE_PERCENT:
        # What kept its objective on a machine without a rest has kept it.
        figures = tuple(
            replace(each, verdict=Verdict.INCONCLUSIVE, note=_busy(seen))
            if each.verdict is Verdict.FAIL and "error rate" not in each.name
            else each
            for each in figures
        )
    return (*figures, _generator(observed), *_workers(observed))


def database_figures(samples: DatabaseSamples, budget: Budget) -> tuple[Figure, ...]:
    """Return the figures of the database during the run."""
    times, pools = samples.query_ms, samples.pool_percent
    return (
        judge(
            "database queries, average",
            Limit(budget.query_ms, "ms", decimals=1),
            fmean(times) if times else None,
            len(times),
        ),
        judge(
            "database pool in use, highest",
            Limit(budget.pool_percent, "%"),
            max(pools, default=None),
            len(pools),
        ),
    )


def _served(name: str, seen: Snapshot, budget: Budget, api: str) -> tuple[Figure, ...]:
    """What users noticed."""
    of_api = [each for each in seen.entries if each.name.split()[0] == api]
    pages = [each for each in seen.entries if each.name.split()[0] != api]
    count = sum(each.requests for each in of_api)
    p95 = Limit(budget.p95_ms, "ms", least=FEWEST_REQUESTS)
    average = Limit(budget.average_ms, "ms", least=FEWEST_REQUESTS)
    errors = Limit(budget.error_percent, "%", least=FEWEST_REQUESTS, decimals=2)
    figures = [
        judge(f"{name}: API average", average, average_ms(of_api), count),
        judge(f"{name}: API p95", p95, percentile_ms(of_api, 95), count),
    ]
    if pages:
        asked = sum(each.requests for each in pages)
        figures.append(judge(f"{name}: page files p95", p95,
                             percentile_ms(pages, 95), asked))  # fmt: skip
    share = 100 * seen.failures / seen.requests if seen.requests else None
    figures.append(judge(f"{name}: error rate", errors, share, seen.requests))
    return tuple(figures)


def _busy(seen: Snapshot) -> str:
    return f"this machine was {seen.machine_percent:.0f} % busy"


def _generator(observed: Observed) -> Figure:
    """Whether the generator had enough left; it is no objective of the product."""
    seen = observed.snapshot
    rate = seen.requests / seen.seconds if seen.seconds else 0.0
    words = (
        f"{seen.cpu_percent:.0f} % of a core at {rate:.0f} requests/s, "
        f"machine {seen.machine_percent:.0f} % busy"
    )
    objective = f"<= {MOST_CPU_PERCENT:g} % of a core"
    name = f"{observed.phase.name}: generator"
    if limit := generator_limit(observed):
        return unknown(name, objective, words, limit)
    return Figure(
        name, objective, words, seen.requests, Verdict.PASSED, seen.cpu_percent
    )


def _workers(observed: Observed) -> tuple[Figure, ...]:
    """A lost worker took its users along: what was measured is another load."""
    if not observed.lost_workers:
        return ()
    name = f"{observed.phase.name}: lost workers"
    lost = observed.lost_workers
    return (Figure(name, "0", str(lost), lost, Verdict.FAIL, float(lost)),)


def troubles(observed: Sequence[Observed], most: int = 5) -> tuple[str, ...]:
    """Return what failed most often, for a person."""
    return tuple(
        f"{each.phase.name}: {count} times {what}"
        for each in observed
        for what, count in each.snapshot.errors[:most]
    )
