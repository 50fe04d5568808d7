"""Page speed: what a browser is told, and what follows from what it measured."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from launchbook.load.figure import NOT_MEASURED, Figure, Limit, judge, unknown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FEWEST_RUNS: Final = 3
HIT: Final = frozenset({"HIT", "STALE", "PRERENDER"})


@dataclass(frozen=True, slots=True)
class Line:
    """A simulated line: the figures that Lighthouse calls slow 4G.

    The browser delays every request and limits the bytes; names are looked up and
    connections are made at full speed.
    """

    latency_ms: float = 150
    down_kbit: float = 1600
    up_kbit: float = 750

    @property
    def words(self) -> str:
        """The line for a person."""
        return (
            f"{self.latency_ms:g} ms latency, {self.down_kbit / 1000:g} Mbit/s down, "
            f"{self.up_kbit:g} kbit/s up"
        )

    def as_json(self) -> dict[str, float]:
        """Return what the DevTools protocol asks for, in bytes a second."""
        return {
            "latency": self.latency_ms,
            "downloadThroughput": self.down_kbit * 1000 / 8,
            "uploadThroughput": self.up_kbit * 1000 / 8,
        }


SLOW: Final = Line()


@dataclass(frozen=True, slots=True)
class PageBudget:
    """How fast pages must be, from ``objectives.page``."""

    load_ms: float
    first_paint_ms: float
    cache_percent: float
    lighthouse: float

    @classmethod
    def of(cls, objectives: Mapping[str, Any]) -> PageBudget:
        """Read it."""
        page = objectives["page"]
        return cls(
            load_ms=1000 * float(page["load_seconds"]),
            first_paint_ms=1000 * float(page["first_contentful_paint_seconds"]),
            cache_percent=float(page["cache_hit_percent"]),
            lighthouse=float(page["lighthouse_score"]),
        )


def page_figures(
    app: str, visits: Sequence[Mapping[str, Any]], budget: PageBudget
) -> tuple[Figure, ...]:
    """Return the figures of one app's page; medians of all runs."""
    load = Limit(budget.load_ms, "ms", least=FEWEST_RUNS)
    paint = Limit(budget.first_paint_ms, "ms", least=FEWEST_RUNS)
    return (
        _median(f"{app}: first contentful paint", paint, visits, "first_paint_ms"),
        _median(f"{app}: largest contentful paint", load, visits, "largest_paint_ms"),
        _median(f"{app}: whole page", load, visits, "load_ms"),
        _cache(app, visits, budget),
    )


def _median(
    name: str, limit: Limit, visits: Sequence[Mapping[str, Any]], key: str
) -> Figure:
    found = [float(each[key]) for each in visits if each[key]]
    return judge(name, limit, median(found) if found else None, len(found))


def _cache(app: str, visits: Sequence[Mapping[str, Any]], budget: PageBudget) -> Figure:
    """How much of a second visit came out of a cache: the browser's or the edge's."""
    answers = [each for visit in visits for each in visit["second_visit"]]
    hits = sum(1 for each in answers if is_hit(each))
    share = 100 * hits / len(answers) if answers else None
    limit = Limit(budget.cache_percent, "%", is_floor=True)
    return judge(f"{app}: cache hits, second visit", limit, share, len(answers))


def is_hit(answer: Mapping[str, Any]) -> bool:
    """Whether a file did not have to be made or fetched from its origin."""
    return bool(
        answer["is_from_browser"]
        or answer["status"] == 304
        or str(answer["cache"]).upper() in HIT
    )


def lighthouse_figure(
    app: str, budget: PageBudget, report: Mapping[str, Any] | None, why: str = ""
) -> Figure:
    """Return Lighthouse's score for performance; without its report none."""
    name, limit = (
        f"{app}: Lighthouse",
        Limit(budget.lighthouse, "points", is_floor=True),
    )
    if report is None:
        return unknown(name, limit.words, NOT_MEASURED, why)
    score = report.get("categories", {}).get("performance", {}).get("score")
    return judge(name, limit, None if score is None else 100 * float(score), 1)
