"""The acceptance scenarios, as far as what they ask for exists: figures, no prose."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, cast

from launchbook.app.measuring import LoadRun, measure_pages
from launchbook.app.proving import Prover
from launchbook.app.traffic import API, objectives_of, place_of, scenario_of
from launchbook.errors import ExtraMissing, LoadFailed, Unavailable
from launchbook.load.figure import (
    NOT_AVAILABLE,
    NOT_MEASURED,
    Figure,
    Limit,
    judge,
    unknown,
)
from launchbook.load.generator import Crew
from launchbook.load.report import newest_figures
from launchbook.load.scenario import Phase
from launchbook.model.gate import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from launchbook.app import App
    from launchbook.load.generator import Observed
    from launchbook.load.scenario import Place
    from launchbook.transport.probe import Answer

CHECKS: Final = frozenset(
    {"backend.health", "web.identity", "web.caching", "domain.tls", "domain.headers"}
)
HEALTH_PATHS: Final = ("/health", "/health/detailed", "/health/database",
                       "/health/jobs")  # fmt: skip
LOOKS: Final = 5
SHORT: Final = (Phase("short form", 30, 20),)
FULL_SECONDS: Final = (300, 60)
PAGE_RUNS: Final = 3


@dataclass
class Acceptance:
    """Goes through the scenarios.

    Attributes:
        home: The state folder, where reports are.
        is_full: Scenario 4 with all its users and minutes.
        tell: Told which scenario comes next.
        hear: Told how load goes.
    """

    app: App
    home: Path
    is_full: bool
    tell: Callable[[str], None]
    hear: Callable[[Observed], None]

    def figures(self) -> Iterator[Figure]:
        """Yield every figure of every scenario, each as soon as it is known.

        Raises:
            ProviderError: A platform cannot be asked.
        """
        app = self.app
        prover = Prover(app, app.playbook(app.target.environment), CHECKS)
        scenarios: tuple[tuple[str, Callable[[], Iterator[Figure]]], ...] = (
            ("backend health", lambda: self._health(prover)),
            ("front ends", lambda: self._front_ends(prover)),
            ("domains and TLS", lambda: self._domains(prover)),
            ("load and pages", self._speed),
            ("backup and recovery", self._backups),
            ("monitoring and alerting", self._monitoring),
            ("rollback", self._rollback),
        )
        for number, (what, measure) in enumerate(scenarios, start=1):
            self.tell(f"{number}. {what}")
            for figure in measure():
                yield replace(figure, name=f"{number} {figure.name}")

    def _health(self, prover: Prover) -> Iterator[Figure]:
        """Scenario 1: four endpoints, the pool, the scheduler."""
        place = place_of(self.app)
        objectives = objectives_of(self.app)
        limit = Limit(float(objectives["api"]["health_ms"]), "ms")
        bodies: dict[str, dict[str, Any]] = {}
        for path in HEALTH_PATHS:
            answers = list(self._looks(place, path))
            right = [each for each in answers if each.status == 200]
            slowest = max((1000 * each.elapsed_seconds for each in right), default=None)
            if len(right) < len(answers) or not right:
                words = f"{len(right)} of {LOOKS} looks answered 200"
                yield Figure(
                    f"{path}, slowest", limit.words, words, LOOKS, Verdict.FAIL
                )
                continue
            bodies[path] = json.loads(right[-1].text)
            yield judge(f"{path}, slowest", limit, slowest, len(right))
        pool = bodies.get("/health/database", {}).get("connection_pool", {})
        used = pool.get("pool_utilization")
        highest = Limit(float(objectives["pool_percent"]), "%")
        yield judge("database pool in use", highest, used, int(used is not None))
        runs = bodies.get("/health/jobs", {}).get("scheduler_running") is True
        verdict = Verdict.PASSED if runs else Verdict.FAIL
        yield Figure("scheduler", "runs", "yes" if runs else "no", 1, verdict)
        for entry in prover.entries("backend.health"):
            yield prover.prove(entry, "build, variables and origins of the backend")

    def _looks(self, place: Place, path: str) -> Iterator[Answer]:
        for _ in range(LOOKS):
            try:
                yield self.app.clients.prober.probe(place.urls[API] + path)
            except Unavailable:
                return

    def _front_ends(self, prover: Prover) -> Iterator[Figure]:
        """Scenario 2: how long builds took, by the platform; what is served."""
        limit = Limit(float(objectives_of(self.app)["build_seconds"]), "s", decimals=1)
        for entry in prover.entries("vercel.deployment"):
            deployment = prover.outputs(entry.id).get("deployment_id")
            name = f"{entry.id}: build time"
            if not isinstance(deployment, str):
                yield unknown(name, limit.words, NOT_AVAILABLE,
                              "this checkout is not deployed")  # fmt: skip
                continue
            seconds = self.app.clients.vercel.read_deployment(deployment).build_seconds
            yield judge(name, limit, seconds, int(seconds is not None))
        for entry in prover.entries("web.identity"):
            app = entry.inputs["app"]
            yield prover.prove(entry, f"{app}: build and variables arrived")
        for entry in prover.entries("web.caching"):
            yield prover.prove(entry, f"{entry.inputs['app']}: caching rules")

    def _domains(self, prover: Prover) -> Iterator[Figure]:
        """Scenario 3: certificate, redirect, headers of each host name."""
        for entry in prover.entries("domain.tls"):
            app = entry.id.removesuffix("_tls")
            yield prover.prove(entry, f"{app}: resolves, certificate, redirect")
        for entry in prover.entries("domain.headers"):
            app = entry.id.removesuffix("_headers")
            yield prover.prove(entry, f"{app}: security headers")

    def _speed(self) -> Iterator[Figure]:
        """Scenario 4: load, then pages."""
        said = cast("dict[str, int]", objectives_of(self.app)["load"])
        full = (
            Phase("load", said["users"], FULL_SECONDS[0]),
            Phase("peak", said["peak_users"], FULL_SECONDS[1]),
        )
        scenario = scenario_of(self.app, full if self.is_full else SHORT)
        run = LoadRun(self.app, scenario, Crew(), self.home / "load")
        try:
            run.run(self.hear)
            yield from run.report().figures
        except (ExtraMissing, LoadFailed) as error:
            yield unknown("load", "measured", NOT_MEASURED, error.message)
        if not self.is_full:
            users = f"{said['users']} and {said['peak_users']} users"
            yield unknown("load in full", users, NOT_MEASURED, "add --full")
        try:
            pages = measure_pages(self.app, self.home / "pages", runs=PAGE_RUNS)
            yield from pages.figures
        except (ExtraMissing, LoadFailed) as error:
            yield unknown("pages", "measured", NOT_MEASURED, error.message)

    def _backups(self) -> Iterator[Figure]:
        """Scenario 5 needs backups, which nothing makes yet."""
        yield unknown("a restored backup", "whole", NOT_AVAILABLE, "no backups yet")

    def _monitoring(self) -> Iterator[Figure]:
        """Scenario 6 needs monitoring, which nothing does yet."""
        limit = f"< {objectives_of(self.app)['alert_seconds']} s"
        yield unknown("time to an alert", limit, NOT_AVAILABLE, "no monitoring yet")

    def _rollback(self) -> Iterator[Figure]:
        """Scenario 7: what the last rollback measured, as its report says."""
        found = newest_figures(self.home, "rollback", self.app.target.environment)
        if not found:
            limit = f"< {objectives_of(self.app)['rollback_seconds']} s"
            yield unknown("rollback, command to proof", limit, NOT_AVAILABLE,
                          "no rollback was recorded yet")  # fmt: skip
        yield from found
