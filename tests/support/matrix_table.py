"""The points of ``tests/cases/release_matrix.yml``, and what a command says of one."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from tests.support.journey import Outcome, web_project

if TYPE_CHECKING:
    from collections.abc import Sequence

TABLE = Path(__file__).parents[1] / "cases" / "release_matrix.yml"
SERVICES = ("backend", "worker", "payments")
WEB_APPS = ("customer", "business", "admin")
SURFACES = (*SERVICES, *WEB_APPS)
OLD, NEW, MIXED = "OLD", "NEW", "MIXED"


@dataclass(frozen=True)
class Point:
    """One surface, one moment, one thing that goes wrong.

    Attributes:
        run: ``release`` or ``rollback``.
        faults: For the sandbox.
        defect: File, text and other text of the product; empty for none.
        kill: Operation and ``before`` or ``after``; empty for none.
        then: What is typed after a kill.
        is_gone: The deployment to return to was deleted by somebody.
        has_variable: The release changes a variable, too.
        ends: What may serve in the end.
    """

    run: str
    moment: str
    surface: str
    ends: tuple[str, ...]
    faults: tuple[dict[str, Any], ...] = ()
    defect: dict[str, str] = field(default_factory=dict)
    kill: dict[str, str] = field(default_factory=dict)
    then: str = ""
    is_gone: bool = False
    has_variable: bool = False

    @property
    def id(self) -> str:
        return f"{self.run}: {self.surface}: {self.moment}"

    @property
    def is_web(self) -> bool:
        return self.surface in WEB_APPS


UNNAMED = Point("release", "of no name", "customer", (OLD, NEW))


def load_points(table: Path = TABLE) -> tuple[Point, ...]:
    """Return every point of the table, one a surface of each row."""
    told = yaml.safe_load(table.read_text(encoding="utf-8"))
    return tuple(
        _point(row, surface, told["operations"])
        for row in told["points"]
        for surface in row["surfaces"]
    )


def _point(row: dict[str, Any], surface: str, operations: dict[str, str]) -> Point:
    names = {"project": web_project(surface), "service": surface}
    faults = [dict(row[key]) for key in ("fault", "also") if key in row]
    kill = dict(row.get("kill", {}))
    for each in filter(None, (*faults, kill)):
        named = each["operation"]
        each["operation"] = operations.get(named) or named.format(**names)
    return Point(
        run=row["run"],
        moment=row["moment"],
        surface=surface,
        ends=tuple(row["ends"]),
        faults=tuple(faults),
        defect=row.get("defect", {}),
        kill=kill,
        then=row.get("then", ""),
        is_gone=row.get("gone", False),
        has_variable=row.get("variable", False),
    )


@dataclass(frozen=True)
class Said:
    """The verdict of a command.

    Attributes:
        served: OLD, NEW or MIXED; empty when it gave none.
        listed: Of MIXED: surface to what it shows.
        stored: Services of which other variables are stored than what serves has.
    """

    served: str
    listed: dict[str, str]
    stored: set[str]
    outcome: Outcome


def said(outcome: Outcome) -> Said:
    """Read the verdict from the events of ``--json``: the last one counts."""
    served, listed, stored = "", {}, set()
    for record in outcome.records:
        details = record.get("details")
        told = details if isinstance(details, dict) else {}
        given = record.get("served") or told.get("served")
        served = str(given) if given else served
        stored |= set(told.get("stored", ()))
        if given == MIXED:
            listed = _listed(told.get("problems", ()))
    return Said(served, listed, stored, outcome)


def _listed(lines: Sequence[str]) -> dict[str, str]:
    """Surface to identity, from ``customer: IDENTITY (OLD)``."""
    pairs = (line.split(": ", 1) for line in lines)
    return {name: rest.rpartition(" (")[0] for name, rest in pairs}
