"""``invoke verify.load`` and ``verify.pages``: measured, judged, told in one table."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from launchbook.app.measuring import LoadRun, measure_pages
from launchbook.app.traffic import objectives_of, scenario_of
from launchbook.cli.desk import open_desk
from launchbook.cli.operation import INTERRUPTED
from launchbook.cli.options import read_count, read_switch, read_text
from launchbook.cli.provision import open_app
from launchbook.cli.render.table import columns
from launchbook.config.workspace import SANDBOX
from launchbook.errors import ExtraMissing, GateFailed, InputError
from launchbook.load.figure import HEAD
from launchbook.load.generator import Crew
from launchbook.load.scenario import Phase
from launchbook.load.verdict import troubles
from launchbook.model.gate import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from launchbook.app import App
    from launchbook.cli.desk import Desk
    from launchbook.load.generator import Observed
    from launchbook.load.report import Report

REFUSED: Final = GateFailed.exit_status
"""Exit status of a verdict that is not pass."""
MOST_USERS: Final = 10_000
LONGEST_SECONDS: Final = 24 * 3600
FEWEST_SECONDS: Final = 2
FEWEST_RUNS: Final = 3
PROGRESS_SECONDS: Final = 5.0


@dataclass
class Progress:
    """Tells a person, or a program, how a load run goes: a line every few seconds."""

    desk: Desk
    every_seconds: float = PROGRESS_SECONDS
    _next: float = field(default=0.0)

    def __call__(self, seen: Observed) -> None:
        """Hear what is known so far."""
        now, found = self.desk.clock.monotonic(), seen.snapshot
        if now < self._next or not found.users:
            return
        self._next = now + self.every_seconds
        self.desk.output.line(
            f"  {seen.phase.name} {found.seconds:4.0f} s of {seen.phase.whole_seconds}: "
            f"{found.users} users, {found.requests} requests, {found.failures} failed"
        )
        self.desk.output.record(
            {
                "kind": "load-progress",
                "phase": seen.phase.name,
                "seconds": round(found.seconds, 1),
                "users": found.users,
                "requests": found.requests,
                "failures": found.failures,
            }
        )


def load(options: Mapping[str, object]) -> int:
    """Make load and judge it; 4 when it failed or is inconclusive, 130 interrupted."""
    desk = open_desk(options)
    need("locust", "load")
    crew = read_crew(options)
    app = open_app(desk, {**options, "workers": "1"})
    scenario = scenario_of(app, read_phases(app, options))
    folder = desk.home / ("load-worker" if crew.master else "load")
    run = LoadRun(app, scenario, crew, folder)
    if crew.master:
        return _work(desk, run)
    confirm_load(desk, app)
    desk.output.line(
        f"{app.target.platforms} platforms, {app.target.environment}: "
        + ", then ".join(f"{p.users} users for {p.seconds} s" for p in scenario.phases)
    )
    try:
        run.run(Progress(desk))
    except KeyboardInterrupt:
        desk.output.line("interrupted; measured so far:")
        show(desk, run.report(), run.observed)
        return INTERRUPTED
    return show(desk, run.report(), run.observed)


def pages(options: Mapping[str, object]) -> int:
    """Load pages in a browser and judge them; 4 unless every figure passes."""
    desk = open_desk(options)
    runs = read_count(options, "runs", least=FEWEST_RUNS, most=100)
    need("playwright", "pages")
    app = open_app(desk, options)
    report = measure_pages(
        app, desk.home / "pages", runs=runs, only=read_text(options, "app")
    )
    return show(desk, report)


def show(desk: Desk, report: Report, observed: Sequence[Observed] = ()) -> int:
    """Print the table, keep the report, and return the exit status."""
    for figure in report.figures:
        desk.output.record({"kind": "figure", **figure.as_json()})
    for line in columns([HEAD, *(each.cells() for each in report.figures)]):
        desk.output.line(line)
    for line in troubles(observed):
        desk.output.line(f"  {line}")
    for name, value in report.conditions.items():
        desk.output.line(f"{name.replace('_', ' ')}: {value}")
    path = report.keep(desk.home)
    desk.output.line(f"verdict: {report.verdict}; kept as {path}")
    desk.output.record(
        {
            "kind": f"{report.kind}-verdict",
            "verdict": str(report.verdict),
            "conditions": dict(report.conditions),
            "report": str(path),
            "digest": report.as_json()["digest"],
        }
    )
    return 0 if report.verdict is Verdict.PASSED else REFUSED


def read_crew(options: Mapping[str, object]) -> Crew:
    """Return which processes make the load.

    Raises:
        InputError: Master and worker at once.
    """
    is_master, master = read_switch(options, "master"), read_text(options, "worker")
    if is_master and master:
        raise InputError(
            "--master leads and --worker follows, which is not the same machine's part",
            hint="Give --master on one machine, and --worker with its name on others.",
        )
    workers = read_count(options, "workers", least=1, most=64)
    return Crew(workers, is_master, master)


def read_phases(app: App, options: Mapping[str, object]) -> tuple[Phase, ...]:
    """Return the phases of a run: the load, then the peak.

    Raises:
        InputError: A number is out of range.
    """
    said = objectives_of(app)["load"]
    given = {
        **options,
        "users": options.get("users") or str(said["users"]),
        "peak_users": options.get("peak_users") or str(said["peak_users"]),
    }
    phases = []
    for name, prefix, least in (("load", "", 1), ("peak", "peak_", 0)):
        phase = Phase(
            name,
            read_count(given, f"{prefix}users", least=least, most=MOST_USERS),
            read_count(
                given, f"{prefix}seconds", least=FEWEST_SECONDS, most=LONGEST_SECONDS
            ),
        )
        phases += [phase] if phase.users else []
    return tuple(phases)


def confirm_load(desk: Desk, app: App) -> None:
    """Ask before load falls on what customers use.

    Raises:
        InputError: Nobody said yes.
    """
    if app.target.platforms != SANDBOX:
        desk.confirm(
            f"Let this load fall on {app.target.environment} of the "
            f"{app.target.platforms} platforms?"
        )


def _work(desk: Desk, run: LoadRun) -> int:
    """Work for a master elsewhere, phase by phase."""
    desk.output.line(f"working for {run.crew.master} with {run.crew.workers} processes")
    failed = run.work()
    desk.output.record({"kind": "load-worker", "failed": failed})
    desk.output.line(f"done; {failed} processes failed; the master has the figures")
    return REFUSED if failed else 0


def need(module: str, extra: str) -> None:
    """Look for an optional part without importing it.

    Raises:
        ExtraMissing: It is not installed.
    """
    if importlib.util.find_spec(module) is None:
        raise ExtraMissing(
            f"this needs {module}, which is not installed",
            hint=f"Type `pip install 'launchbook[{extra}]'` and run the same command "
            "again.",
        )
