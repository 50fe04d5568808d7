"""Reports of figures, kept below the state folder so that others can refer to them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from launchbook.digest import digest
from launchbook.load.figure import figure_of, overall

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from launchbook.load.figure import Figure
    from launchbook.model.gate import Verdict

FOLDER: Final = "reports"


@dataclass(frozen=True, slots=True)
class Report:
    """What one command measured.

    Attributes:
        kind: As ``load``.
        conditions: Under which; figures without them say little.
        is_whole: Whether it ran to its end, in its full form.
    """

    kind: str
    environment: str
    platforms: str
    at: datetime
    figures: tuple[Figure, ...]
    conditions: Mapping[str, object] = field(default_factory=dict)
    is_whole: bool = True

    @property
    def verdict(self) -> Verdict:
        """The worst of all figures."""
        return overall(self.figures)

    def as_json(self) -> dict[str, object]:
        """Return it with the digest by which others refer to it."""
        body: dict[str, object] = {
            "kind": self.kind,
            "environment": self.environment,
            "platforms": self.platforms,
            "at": f"{self.at:%Y-%m-%dT%H:%M:%SZ}",
            "verdict": str(self.verdict),
            "is_whole": self.is_whole,
            "conditions": dict(self.conditions),
            "figures": [each.as_json() for each in self.figures],
        }
        return {**body, "digest": digest(body)}

    def keep(self, home: Path) -> Path:
        """Write it below the state folder and return where."""
        folder = home / FOLDER
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        stamp = f"{self.at:%Y%m%dT%H%M%SZ}"
        path = folder / f"{self.kind}-{self.environment}-{stamp}.json"
        text = json.dumps(self.as_json(), indent=2, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")
        return path


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept report, in one line.

    Attributes:
        at: When it was measured, UTC.
        digest: By which others refer to it.
    """

    kind: str
    at: datetime
    verdict: str
    digest: str

    def as_json(self) -> dict[str, object]:
        """Return it as one JSON object."""
        at = f"{self.at:%Y-%m-%dT%H:%M:%SZ}"
        return {"kind": self.kind, "at": at, "verdict": self.verdict,
                "digest": self.digest}  # fmt: skip


def kept_between(
    home: Path,
    environment: str,
    platforms: str,
    since: datetime,
    until: datetime | None,
) -> tuple[Kept, ...]:
    """Return the reports of a time, oldest first: those while one release served.

    Args:
        home: The state folder.
        environment: As ``production``.
        platforms: As ``live``.
        since: From when on, to the second.
        until: Before when; None for up to now.
    """
    found = []
    for path in (home / FOLDER).glob(f"*-{environment}-*.json"):
        told = json.loads(path.read_text(encoding="utf-8"))
        at = datetime.fromisoformat(told["at"])
        is_then = since.replace(microsecond=0) <= at and (until is None or at < until)
        if is_then and told["platforms"] == platforms:
            found.append(Kept(told["kind"], at, told["verdict"], told["digest"]))
    return tuple(sorted(found, key=lambda each: each.at))


def newest_figures(home: Path, kind: str, environment: str) -> tuple[Figure, ...]:
    """Return the figures of the newest kept report of a kind; none without one."""
    found = sorted((home / FOLDER).glob(f"{kind}-{environment}-*.json"))
    if not found:
        return ()
    said = json.loads(found[-1].read_text(encoding="utf-8"))
    return tuple(figure_of(each) for each in said["figures"])
