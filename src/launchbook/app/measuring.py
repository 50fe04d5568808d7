"""Load and page runs against an environment: who measures what, put together."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

from launchbook.app.traffic import API, keys_of, objectives_of, place_of
from launchbook.errors import InputError, Unavailable
from launchbook.load.chromium import Chromium, Visits
from launchbook.load.generator import Generator, Observed
from launchbook.load.page import PageBudget, lighthouse_figure, page_figures
from launchbook.load.report import Report
from launchbook.load.verdict import (
    Budget,
    DatabaseSamples,
    database_figures,
    load_figures,
)
from launchbook.transport.process import Processes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from launchbook.app import App
    from launchbook.load.figure import Figure
    from launchbook.load.generator import Crew
    from launchbook.load.scenario import Scenario

SAMPLE_SECONDS: Final = 2.0


@dataclass
class LoadRun:
    """A load run with all its phases; what was measured stays when it is cut short."""

    app: App
    scenario: Scenario
    crew: Crew
    folder: Path
    observed: list[Observed] = field(default_factory=list)
    samples: DatabaseSamples = field(default_factory=DatabaseSamples)
    _next_sample: float = 0.0

    def run(self, hear: Callable[[Observed], None] = lambda _: None) -> None:
        """Run phase by phase.

        Raises:
            LoadFailed: Locust did not do its part.
        """
        generator = self._generator()
        for phase in self.scenario.phases:
            self.observed.append(Observed(phase))

            def note(seen: Observed) -> None:
                self.observed[-1] = seen
                self._sample(seen)
                hear(seen)

            self.observed[-1] = generator.run(phase, note)

    def work(self) -> int:
        """Work for a master elsewhere; return how many processes failed."""
        generator = self._generator()
        return sum(generator.work(phase) for phase in self.scenario.phases)

    def report(self) -> Report:
        """Return what was measured so far."""
        budget = Budget.of(objectives_of(self.app))
        figures = [
            figure
            for each in self.observed
            for figure in load_figures(each, budget, self.scenario.api)
        ]
        figures += database_figures(self.samples, budget)
        ended = [each for each in self.observed if each.snapshot.is_final]
        return Report(
            kind="load",
            environment=self.app.target.environment,
            platforms=self.app.target.platforms,
            at=self.app.clock.now(),
            figures=tuple(figures),
            conditions=self._conditions(),
            is_whole=len(ended) == len(self.scenario.phases),
        )

    def _conditions(self) -> dict[str, object]:
        journeys = ", ".join(
            f"{each['name']} ({each['share']})" for each in self.scenario.journeys
        )
        pauses = {tuple(each["pause_seconds"]) for each in self.scenario.journeys}
        shown = ", ".join(f"{low:g} to {high:g} s" for low, high in sorted(pauses))
        return {
            "journeys_and_their_shares": journeys,
            "pause_after_each_request": shown,
            "generating_processes": self.crew.workers,
        }

    def _generator(self) -> Generator:
        return Generator(
            self.scenario, self.folder, self.crew, Processes(), self.app.clock
        )

    def _sample(self, seen: Observed) -> None:
        """Ask the backend for its database now and then, while users are there."""
        now = self.app.clock.monotonic()
        if now < self._next_sample or not seen.snapshot.users:
            return
        self._next_sample = now + SAMPLE_SECONDS
        url = f"{self.scenario.place.urls[API]}/health/database"
        try:
            answer = self.app.clients.prober.probe(url)
        except Unavailable:
            self.samples.refused += 1
            return
        if answer.status != 200:
            self.samples.refused += 1
            return
        self.samples.add(cast("dict[str, Any]", json.loads(answer.text)))


def measure_pages(app: App, folder: Path, *, runs: int, only: str = "") -> Report:
    """Load every page of the environment in a browser, and judge.

    Raises:
        InputError: There is no such web app.
        ExtraMissing: There is no browser.
        LoadFailed: A page could not be loaded.
    """
    place = place_of(app)
    pages = {
        name: f"{url}/"
        for name, url in place.urls.items()
        if name != API and only in {"", name}
    }
    if not pages:
        known = ", ".join(name for name in place.urls if name != API)
        raise InputError(
            f"{app.target.environment} has no web app {only!r}",
            hint=f"Name one of {known}, or leave --app out.",
        )
    visits = Visits(pages, runs, place.addresses, keys_of(place))
    chromium = Chromium(folder, Processes(), app.environ.get("PATH"))
    found = chromium.measure(visits)
    budget = PageBudget.of(objectives_of(app))
    figures: list[Figure] = []
    for name, url in pages.items():
        own = [each for each in found["visits"] if each["app"] == name]
        figures += page_figures(name, own, budget)
        figures.append(
            lighthouse_figure(name, budget, *chromium.lighthouse(url, visits))
        )
    conditions = {
        "simulated_line": visits.line.words,
        "browser": f"Chromium {found['browser']}",
        "runs_of_each_page": runs,
    }
    return Report(
        kind="pages",
        environment=app.target.environment,
        platforms=app.target.platforms,
        at=app.clock.now(),
        figures=tuple(figures),
        conditions=conditions,
    )
