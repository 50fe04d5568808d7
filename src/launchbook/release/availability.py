"""Whether the product answers while something is done to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event, Thread
from typing import TYPE_CHECKING, Final, Self

from launchbook.errors import ProviderError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from launchbook.release.served import Asks

PAUSE_SECONDS: Final = 0.1
"""Between two rounds; a round asks each host once."""
FAULT: Final = 500
"""From this status on an answer counts as none."""


@dataclass
class Tally:
    """What was asked of one address, and how often it did not answer.

    Attributes:
        problems: The last ones, each once.
    """

    asked: int = 0
    failed: int = 0
    slowest_seconds: float = 0.0
    problems: list[str] = field(default_factory=list)

    @property
    def percent(self) -> float:
        """How much of it was answered; 100 when nothing was asked."""
        return 100.0 * (1 - self.failed / self.asked) if self.asked else 100.0

    def as_json(self) -> dict[str, object]:
        """Return the figures for evidence."""
        return {
            "requests": self.asked,
            "failed": self.failed,
            "percent": round(self.percent, 3),
            "slowest_ms": round(self.slowest_seconds * 1000),
            "problems": self.problems,
        }


class Availability:
    """Asks every address again and again, as long as the ``with`` block lasts.

    Args:
        prober: Asks; used by one thread of this object alone.
        urls: Name to the address that must answer.
    """

    def __init__(self, prober: Asks, urls: Mapping[str, str]) -> None:
        self._prober = prober
        self._urls = urls
        self._is_over = Event()
        self._thread = Thread(target=self._watch, name="availability", daemon=True)
        self.tallies = {name: Tally() for name in urls}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._is_over.set()
        self._thread.join()

    @property
    def percent(self) -> float:
        """The worst of all addresses."""
        return min((each.percent for each in self.tallies.values()), default=100.0)

    def _watch(self) -> None:
        while True:
            for name, url in self._urls.items():
                self._ask(self.tallies[name], url)
            if self._is_over.wait(PAUSE_SECONDS):
                return

    def _ask(self, tally: Tally, url: str) -> None:
        tally.asked += 1
        try:
            answer = self._prober.probe(url)
        except ProviderError as error:
            problem = error.message
        else:
            seconds = answer.elapsed_seconds
            tally.slowest_seconds = max(tally.slowest_seconds, seconds)
            problem = f"answers {answer.status}" if answer.status >= FAULT else ""
        if problem:
            tally.failed += 1
            if problem not in tally.problems:
                tally.problems.append(problem)
