"""When each step of a release ran, as one picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from launchbook.report.page import duration, safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

WHOLE: Final = "whole"
"""Among the timings of a capsule, that of the whole run."""
WIDTH: Final = 960
LABELS: Final = 190
LENGTHS: Final = 80
"""Room for the label before a row's bar, and for its length after it."""
ROW: Final = 24
HEAD: Final = 26
LEAST: Final = 2.0
"""A bar that is shorter would not be seen."""
TICKS: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)
MOST_TICKS: Final = 8
LONGEST_LABEL: Final = 27


@dataclass(frozen=True, slots=True)
class Span:
    """One step: when it began and ended, in seconds after the release began.

    Attributes:
        kind: Of the surface that it belongs to, ``service`` or ``web``; else empty.
    """

    name: str
    begins: float
    ends: float
    kind: str = ""

    @property
    def seconds(self) -> float:
        """How long it took."""
        return max(0.0, self.ends - self.begins)


def spans_of(
    timings: Mapping[str, float], kinds: Mapping[str, str]
) -> tuple[Span, ...]:
    """Return timings as bars that all begin at once, for when nobody kept the begin.

    Args:
        timings: Step to its seconds.
        kinds: Surface to its kind.
    """
    return tuple(
        Span(name, 0.0, seconds, kind_of(name, kinds))
        for name, seconds in timings.items()
        if name != WHOLE
    )


def kind_of(step: str, kinds: Mapping[str, str]) -> str:
    """Return the kind of the surface that a step's name begins with; or nothing."""
    found = [name for name in kinds if step == name or step.startswith(f"{name}_")]
    return kinds[max(found, key=len)] if found else ""


def timeline(spans: Sequence[Span], total_seconds: float) -> str:
    """Return the picture.

    Args:
        spans: One row each, in this order.
        total_seconds: Of the whole release.
    """
    total = max([total_seconds, *(each.ends for each in spans), 0.001])
    height = HEAD + ROW * len(spans) + 6
    told = f"{len(spans)} steps in {duration(total_seconds)}"
    rows = "".join(_row(at, each, total) for at, each in enumerate(spans))
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{safe(told)}">\n{"".join(_axis(total, height))}{rows}</svg>'
    )


def _axis(total: float, height: int) -> Iterator[str]:
    """Lines through all rows, at round times."""
    step = next((t for t in TICKS if total / t <= MOST_TICKS), TICKS[-1])
    for seconds in range(0, int(total) + 1, step):
        x = _x(seconds, total)
        label = f"{seconds} s" if step < 60 else f"{seconds // 60} min"
        yield f'<line class="grid" x1="{x:.1f}" y1="18" x2="{x:.1f}" y2="{height}"/>'
        yield f'<text class="axis" x="{x:.1f}" y="12" text-anchor="middle">{label}</text>\n'


def _row(at: int, span: Span, total: float) -> str:
    """Label, bar, length."""
    y = HEAD + ROW * at
    left = _x(span.begins, total)
    width = max(LEAST, _x(span.ends, total) - left)
    long = span.name if len(span.name) <= LONGEST_LABEL else span.name[:26] + "…"
    told = duration(span.seconds)
    return (
        f"<g><title>{safe(span.name)}: {told}</title>"
        f'<text x="0" y="{y + 16}">{safe(long)}</text>'
        f'<rect class="bar {safe(span.kind)}" x="{left:.1f}" y="{y + 4}" '
        f'width="{width:.1f}" height="{ROW - 8}" rx="3"/>'
        f'<text class="length" x="{left + width + 6:.1f}" y="{y + 16}">{told}</text></g>\n'
    )


def _x(seconds: float, total: float) -> float:
    """Where a time is, from the left."""
    return LABELS + (WIDTH - LABELS - LENGTHS) * max(0.0, seconds) / total
