"""What a release costs when it fails, in error budget: said before, not after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

BUDGET_DAYS: Final = 30
DETECTION_SECONDS: Final = 90.0
"""Hard down is three bad rounds in a row, one every 30 s (operating policy)."""


@dataclass(frozen=True, slots=True)
class Price:
    """A rollback as long as the objective allows, and the time until it begins."""

    uptime_percent: float
    rollback_seconds: float
    detection_seconds: float = DETECTION_SECONDS

    @property
    def budget_seconds(self) -> float:
        """How long the product may be down in 30 days."""
        return BUDGET_DAYS * 86400 * (100 - self.uptime_percent) / 100

    @property
    def percent(self) -> float:
        """Share of that which one failed release takes; 100 where there is no budget."""
        spent = self.rollback_seconds + self.detection_seconds
        return 100 * spent / self.budget_seconds if self.budget_seconds else 100.0

    @property
    def words(self) -> str:
        """For a person."""
        return (
            f"a rollback of {self.rollback_seconds / 60:g} min with "
            f"{self.detection_seconds / 60:g} min of detection costs "
            f"{self.percent:.1f} % of the month's error budget"
        )

    def as_json(self) -> dict[str, object]:
        """Return it for evidence."""
        return {
            "percent": round(self.percent, 2),
            "rollback_seconds": self.rollback_seconds,
            "detection_seconds": self.detection_seconds,
            "budget_seconds": round(self.budget_seconds, 1),
        }
