"""Says at the end of a run how many contract tests ran and how many could not."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

PREFIX = "tests/conformance/test_contracts_"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the line that the CI reads; a skip never counts as proof."""
    counts = {
        outcome: sum(
            getattr(report, "nodeid", "").startswith(PREFIX)
            for report in terminalreporter.stats.get(outcome, [])
        )
        for outcome in ("passed", "failed", "error", "skipped")
    }
    skipped = counts.pop("skipped")
    run = sum(counts.values())
    terminalreporter.write_line(f"contract tests: {run} run, {skipped} skipped")
