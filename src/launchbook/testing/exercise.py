"""What was never exercised on a live platform: a page that people read, and shrink.

The page's table names steps in its first column, in backticks. Nothing else is
assumed of it, so that its words stay a person's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

PAGE: Final = "docs/never-exercised-live.md"
DONE_HEADING: Final = "## Exercised live"
_STEP: Final = re.compile(r"`([a-z]+\.[a-z_]+)`")
_ROW: Final = re.compile(r"\|(?P<first>[^|]*)\|.*\|")


@dataclass(frozen=True, slots=True)
class Exercise:
    """What one smoke run showed.

    Attributes:
        run: Its id.
        day: As ``2026-11-23``.
        version: Of the program.
        passed: Steps that did what they should, twice.
    """

    run: str
    day: str
    version: str
    passed: frozenset[str]


def unexercised_steps(page: str) -> frozenset[str]:
    """Return the steps that the page's open rows name."""
    before, _, _ = page.partition(DONE_HEADING)
    return frozenset(name for line in before.splitlines() for name in _steps(line))


def short_form(page: str, used: Iterable[str], passed: Collection[str]) -> str:
    """Return one sentence about the steps of a playbook; empty when all were tried.

    Args:
        page: The page's text.
        used: Steps of the playbook.
        passed: Steps that smoke runs here have shown since.
    """
    untried = sorted((unexercised_steps(page) & frozenset(used)) - frozenset(passed))
    if not untried:
        return ""
    return (
        f"{len(untried)} kinds of steps here were never run on a live platform: "
        f"{', '.join(untried)}"
    )


def shrunk(page: str, exercise: Exercise) -> str:
    """Return the page without the rows whose steps have all passed.

    What passed is listed at the end, with run, day and version.
    """
    kept: list[str] = []
    gone: set[str] = set()
    for line in page.splitlines():
        steps = _steps(line)
        is_open = DONE_HEADING not in kept
        if is_open and steps and steps <= exercise.passed:
            gone |= steps
        else:
            kept.append(line)
    if not gone:
        return page
    if DONE_HEADING not in kept:
        kept += [
            "",
            DONE_HEADING,
            "",
            "| steps | run | day | version |",
            "|---|---|---|---|",
        ]
    names = ", ".join(f"`{name}`" for name in sorted(gone))
    kept.append(f"| {names} | {exercise.run} | {exercise.day} | {exercise.version} |")
    return "\n".join(kept) + "\n"


def _steps(line: str) -> frozenset[str]:
    """The steps that a table's row is about; none for any other line."""
    row = _ROW.match(line.strip())
    return frozenset(_STEP.findall(row["first"])) if row else frozenset()
