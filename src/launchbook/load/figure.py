"""A figure with its objective, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from launchbook.model.gate import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

HEAD: Final = ("figure", "objective", "measured", "n", "verdict")
NOT_MEASURED: Final = "not measured"
NOT_AVAILABLE: Final = "not available"


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of a report.

    Attributes:
        objective: In words, as ``< 2000 ms``.
        measured: In words, as ``412 ms``.
        n: How many single measurements stand behind it.
        value: The measured number, where there is one.
        note: Why the verdict is what it is, when the numbers do not say.
    """

    name: str
    objective: str
    measured: str
    n: int
    verdict: Verdict
    value: float | None = None
    note: str = ""

    def cells(self) -> tuple[str, ...]:
        """Return it as a row of a table."""
        verdict = f"{self.verdict}: {self.note}" if self.note else str(self.verdict)
        return (self.name, self.objective, self.measured, str(self.n), verdict)

    def as_json(self) -> dict[str, object]:
        """Return it for ``--json`` and for reports."""
        return {
            "figure": self.name,
            "objective": self.objective,
            "measured": self.measured,
            "value": self.value,
            "n": self.n,
            "verdict": str(self.verdict),
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class Limit:
    """What a number must stay below, or above.

    Attributes:
        unit: As ``ms``, with the decimals that are worth showing.
        is_floor: The number must be above it.
        least: With fewer measurements there is no verdict.
    """

    value: float
    unit: str
    is_floor: bool = False
    least: int = 1
    decimals: int = 0

    @property
    def words(self) -> str:
        """The objective for a person."""
        return f"{'>' if self.is_floor else '<'} {self.value:g} {self.unit}".rstrip()

    def shown(self, value: float) -> str:
        """A measured number for a person."""
        return f"{value:.{self.decimals}f} {self.unit}".rstrip()

    def is_kept(self, value: float) -> bool:
        """Whether a measured number is on the right side."""
        return value > self.value if self.is_floor else value < self.value


def judge(name: str, limit: Limit, value: float | None, n: int) -> Figure:
    """Return a figure; too few measurements, or none, are inconclusive."""
    if value is None or not n:
        return unknown(name, limit.words, NOT_MEASURED)
    verdict, note = Verdict.FAIL, ""
    if n < limit.least:
        verdict, note = Verdict.INCONCLUSIVE, f"{limit.least - n} measurements missing"
    elif limit.is_kept(value):
        verdict = Verdict.PASSED
    return Figure(name, limit.words, limit.shown(value), n, verdict, value, note)


def unknown(name: str, objective: str, why: str, note: str = "") -> Figure:
    """Return the figure of what nobody could measure; it never passes."""
    return Figure(name, objective, why, 0, Verdict.INCONCLUSIVE, note=note)


def without_verdict(figures: Iterable[Figure], why: str) -> tuple[Figure, ...]:
    """Return figures that say nothing of the product, and why."""
    return tuple(
        replace(each, verdict=Verdict.INCONCLUSIVE, note=why) for each in figures
    )


def overall(figures: Sequence[Figure]) -> Verdict:
    """Return the worst of all; nothing at all is inconclusive."""
    verdicts = {each.verdict for each in figures}
    if Verdict.FAIL in verdicts:
        return Verdict.FAIL
    return Verdict.PASSED if verdicts == {Verdict.PASSED} else Verdict.INCONCLUSIVE


def figure_of(said: Mapping[str, Any]) -> Figure:
    """Read ``as_json`` back."""
    return Figure(
        name=str(said["figure"]),
        objective=str(said["objective"]),
        measured=str(said["measured"]),
        n=int(said["n"]),
        verdict=Verdict(said["verdict"]),
        value=said["value"],
        note=str(said["note"]),
    )
