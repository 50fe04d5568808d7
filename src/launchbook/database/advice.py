"""Findings: what is wrong with an object, how bad, and what mends it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Level(StrEnum):
    """How bad a finding is; the words are the vendor's."""

    ERROR = "error"
    WARN = "warn"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that one object breaks.

    Attributes:
        rule: As the vendor's own linter calls it, where that has the rule.
        object: With its schema: a table, ``table.policy``, a view, a function.
        remedy: SQL, or what to write instead.
    """

    rule: str
    level: Level
    object: str
    message: str
    remedy: str

    @property
    def is_blocking(self) -> bool:
        """Whether somebody must mend it or accept it by name."""
        return self.level is not Level.INFO


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A finding that somebody looked at and left as it is, with the reason."""

    rule: str
    object: str
    reason: str

    def covers(self, finding: Finding) -> bool:
        """Whether it means this finding; no patterns, so nothing slips through."""
        return (self.rule, self.object) == (finding.rule, finding.object)


@dataclass(frozen=True, slots=True)
class Advice:
    """What the rules say of one database.

    Attributes:
        open: Findings that nobody accepted, the worst first.
        accepted: Findings that somebody did.
        unused: Acceptances that no finding needs any more.
        counts: How many objects were looked at, by kind.
    """

    open: tuple[Finding, ...]
    accepted: tuple[Finding, ...]
    unused: tuple[Acceptance, ...]
    counts: Mapping[str, int]

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """What must be mended or accepted by name."""
        return tuple(each for each in self.open if each.is_blocking)


def weigh(
    findings: Sequence[Finding],
    acceptances: Sequence[Acceptance],
    counts: Mapping[str, int],
) -> Advice:
    """Set aside what was accepted by name."""
    order = list(Level)
    accepted = [
        found for found in findings if any(each.covers(found) for each in acceptances)
    ]
    still_open = [found for found in findings if found not in accepted]
    return Advice(
        open=tuple(
            sorted(still_open, key=lambda f: (order.index(f.level), f.rule, f.object))
        ),
        accepted=tuple(accepted),
        unused=tuple(
            each for each in acceptances if not any(each.covers(f) for f in findings)
        ),
        counts=dict(counts),
    )
