"""Says at the end of a run how many points of the release matrix ended as what."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

PROPERTY = "matrix"
ENDS = ("OLD", "NEW", "MIXED")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the line that `make prove` keeps; only points that hold are counted."""
    counts = Counter(
        str(value)
        for report in terminalreporter.stats.get("passed", [])
        for name, value in getattr(report, "user_properties", ())
        if name == PROPERTY
    )
    if counts:
        ends = ", ".join(f"{counts[each]} {each}" for each in ENDS)
        terminalreporter.write_line(f"matrix: {counts.total()} points, {ends}")
