"""Watching a release after it took the traffic: when it is bad, and when unknown.

The figures are those of the error-budget policy (operating policy, release watch):
hard down is three bad rounds in a row; the short window of the fast burn rule is five
minutes with 7.2 % bad; a ratio counts from five bad events on, since a few say nothing
at low traffic.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from statistics import median
from typing import TYPE_CHECKING, Final

from launchbook.model.gate import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

HARD_DOWN_ROUNDS: Final = 3
BAD_RATIO: Final = 0.072
LEAST_BAD: Final = 5
SHORT_WINDOW_SECONDS: Final = 300.0


@dataclass(frozen=True, slots=True)
class Round:
    """One look at every surface that people reach.

    Attributes:
        at: Seconds since the watch began.
        asked: How many requests it made.
        problems: One text a request that failed; none for a good round.
        slowest_seconds: The slowest answer.
        seconds: Surface to how long its answer took; those that answered.
    """

    at: float
    asked: int
    problems: tuple[str, ...] = ()
    slowest_seconds: float = 0.0
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_bad(self) -> bool:
        """Whether something did not answer as it must."""
        return bool(self.problems)


@dataclass
class Bake:
    """What was seen so far.

    Args:
        least: How many requests a verdict needs.
    """

    least: int
    rounds: list[Round] = field(default_factory=list)

    @property
    def asked(self) -> int:
        """How many requests were made."""
        return sum(each.asked for each in self.rounds)

    @property
    def failed(self) -> int:
        """How many of them failed."""
        return sum(len(each.problems) for each in self.rounds)

    @property
    def missing(self) -> int:
        """How many requests a verdict still lacks."""
        return max(0, self.least - self.asked)

    def fault(self) -> str:
        """Return why the release is bad, by what was seen so far; or nothing."""
        last = self.rounds[-HARD_DOWN_ROUNDS:]
        if len(last) == HARD_DOWN_ROUNDS and all(each.is_bad for each in last):
            return f"hard down: {HARD_DOWN_ROUNDS} bad rounds in a row"
        if not self.rounds:
            return ""
        since = self.rounds[-1].at - SHORT_WINDOW_SECONDS
        short = [each for each in self.rounds if each.at >= since]
        asked = sum(each.asked for each in short)
        failed = sum(len(each.problems) for each in short)
        if failed >= LEAST_BAD and failed / asked > BAD_RATIO:
            return f"fast burn: {failed} of {asked} requests failed"
        return ""

    def verdict(self) -> Verdict:
        """Return pass, fail, or inconclusive when too little was asked."""
        if self.fault():
            return Verdict.FAIL
        return Verdict.INCONCLUSIVE if self.missing else Verdict.PASSED

    def latency(self) -> dict[str, dict[str, float]]:
        """Return surface to ``n``, ``median_ms`` and ``p95_ms`` of its answers.

        The 95th percentile is the smallest measured value that 95 % do not exceed.
        """
        taken: dict[str, list[float]] = {}
        for each in self.rounds:
            for name, seconds in each.seconds.items():
                taken.setdefault(name, []).append(seconds * 1000)
        return {
            name: {
                "n": len(found),
                "median_ms": round(median(found), 2),
                "p95_ms": round(sorted(found)[ceil(0.95 * len(found)) - 1], 2),
            }
            for name, found in taken.items()
        }

    def as_json(self) -> dict[str, object]:
        """Return the figures for evidence."""
        slowest = max((each.slowest_seconds for each in self.rounds), default=0.0)
        last_bad = next((r.problems for r in reversed(self.rounds) if r.is_bad), ())
        return {
            "verdict": str(self.verdict()),
            "rounds": len(self.rounds),
            "latency": self.latency(),
            "bad_rounds": sum(each.is_bad for each in self.rounds),
            "requests": self.asked,
            "failed_requests": self.failed,
            "missing_requests": self.missing,
            "slowest_ms": round(slowest * 1000),
            "last_problems": list(last_bad),
        }
