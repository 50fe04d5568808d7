"""What a gate finds, and what somebody lets pass by name."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class Verdict(StrEnum):
    """What a gate says of one thing."""

    PASSED = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    """Too little is known, or the part that would prove it does not exist yet."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a gate looked at.

    Attributes:
        name: By which it is overridden, as ``backups-active``.
        verdict: Pass, fail or inconclusive.
        words: What was found, for a person.
        evidence: JSON facts behind it; no secrets.
    """

    name: str
    verdict: Verdict
    words: str
    evidence: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_blocking(self) -> bool:
        """Whether it holds a run back unless it is overridden."""
        return self.verdict is not Verdict.PASSED

    def as_json(self) -> dict[str, object]:
        """Return it for evidence and output."""
        return {
            "name": self.name,
            "verdict": str(self.verdict),
            "words": self.words,
            "evidence": dict(self.evidence),
        }


@dataclass(frozen=True, slots=True)
class Granted:
    """An override that counts: for one thing, for one subject, for some time.

    Attributes:
        subject: What it was given for, as a commit; empty where that is no matter.
        actor: Who gave it; empty for whoever runs this.
        until: From when on it counts no more, UTC.
    """

    name: str
    reason: str
    subject: str
    until: datetime
    actor: str = ""
