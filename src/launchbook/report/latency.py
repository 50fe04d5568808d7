"""How quickly a surface answered before a release, and after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from launchbook.report.page import pill, safe, table

if TYPE_CHECKING:
    from collections.abc import Iterable

HEAD: Final = ("surface", "median", "", "95th percentile", "", "requests")
SLOWER: Final = 0.2
"""Up to a fifth is what two looks at the same thing may differ by."""
FEW: Final = 20
"""A 95th percentile of fewer requests is one request's luck."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was measured of one surface.

    Attributes:
        n: How many requests.
    """

    n: int
    median_ms: float
    p95_ms: float


@dataclass(frozen=True, slots=True)
class Latency:
    """A surface before and after; None where nobody measured."""

    surface: str
    before: Reading | None
    after: Reading | None


def latency_table(latencies: Iterable[Latency]) -> str:
    """Return median, 95th percentile and count of each, in a table."""
    return table(HEAD, [_row(each) for each in latencies], right=len(HEAD) - 1)


def _row(each: Latency) -> tuple[str, ...]:
    both = (each.before, each.after)
    medians = [found.median_ms if found else None for found in both]
    tails = [found.p95_ms if found else None for found in both]
    counts = " → ".join(str(found.n) if found else "none" for found in both)
    return (
        f'<span class="name">{safe(each.surface)}</span>',
        _pair(*medians),
        _change(*medians),
        _pair(*tails),
        _change(*tails),
        f"{counts} {_remark(*both)}",
    )


def _pair(before: float | None, after: float | None) -> str:
    """Both times; what nobody measured is named."""
    shown = ["none" if ms is None else f"{ms:.0f}" for ms in (before, after)]
    return f"{' → '.join(shown)} ms"


def _change(before: float | None, after: float | None) -> str:
    """By how much, in percent; a word only where it is more than chance."""
    if before is None or after is None or before <= 0:
        return pill("not comparable", "plain")
    ratio = after / before - 1
    if abs(ratio) <= SLOWER:
        return pill(f"{ratio:+.0%}", "plain")
    return pill(f"{ratio:+.0%}", "bad" if ratio > 0 else "good")


def _remark(before: Reading | None, after: Reading | None) -> str:
    """Whether there were too few to say something."""
    is_few = any(each is not None and each.n < FEW for each in (before, after))
    return pill("few", "doubt") if is_few else ""
