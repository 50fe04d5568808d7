"""A smoke run: one throwaway thing of each kind, made, looked at again, destroyed.

It is the engine's own work on a playbook of its own (``playbooks/parts/smoke.yml``)
under names that carry the run's id. Its ledger lies in a folder of its own, so that
what a killed run left behind is found and destroyed later.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final, cast

from launchbook.config.package_data import data_root
from launchbook.config.secret import SecretRule, generate
from launchbook.providers.sandbox.rehearsal import Rehearsal
from launchbook.testing.exercise import Exercise
from launchbook.transport.git import Git
from launchbook.transport.process import Processes

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from launchbook.app import App
    from launchbook.engine.result import RunResult
    from launchbook.engine.teardown import TeardownResult
    from launchbook.errors import LaunchbookError
    from launchbook.model.event import Listener
    from launchbook.model.playbook import Playbook, PlaybookEntry

PLAYBOOK: Final = "parts/smoke"
PREFIX: Final = "launchbook-smoke-"
"""Every throwaway project's name begins so."""
PASSWORD: Final = "SMOKE_DATABASE_PASSWORD"  # noqa: S105 - a name
PLATFORMS: Final = ("railway", "vercel", "supabase")
FOLDER: Final = "smoke"


@dataclass(frozen=True, slots=True)
class SmokeResult:
    """What became of a smoke run.

    Attributes:
        first: The run that made everything.
        second: The run that should have found nothing to do; None when the first
            failed.
        end: The teardown.
        used: Entry id to its step.
    """

    run: str
    first: RunResult
    second: RunResult | None
    end: TeardownResult
    used: Mapping[str, str] = field(default_factory=dict)

    @property
    def passed(self) -> frozenset[str]:
        """Steps all of whose entries did their work once and nothing twice."""
        if self.second is None:
            return frozenset()
        good = {*self.first.changed, *self.first.unchanged} & {*self.second.unchanged}
        bad = {step for entry, step in self.used.items() if entry not in good}
        return frozenset(self.used.values()) - bad

    @property
    def is_passed(self) -> bool:
        """Whether everything did, and nothing is left."""
        return self.passed == frozenset(self.used.values()) and self.end.error is None

    @property
    def errors(self) -> tuple[LaunchbookError, ...]:
        """What went wrong, in order."""
        results = (self.first.error, self.second and self.second.error, self.end.error)
        return tuple(each for each in results if each)

    @property
    def exit_status(self) -> int:
        """Of the first part that was not as it should be."""
        parts = (self.first, self.second, self.end)
        statuses = [each.exit_status for each in parts if each is not None]
        return next((each for each in statuses if each), 0 if self.is_passed else 6)

    def exercise(self, day: str) -> Exercise:
        """Return what it showed."""
        return Exercise(self.run, day, version("launchbook"), self.passed)


@dataclass(frozen=True)
class Smoke:
    """One smoke run.

    Attributes:
        app: The tools, aimed at the set of platforms; used by nobody else, since
            the names of its environment are replaced in memory.
        run: Part of every name.
        only: Platforms to try.
    """

    app: App
    run: str
    only: tuple[str, ...] = PLATFORMS

    @classmethod
    def prepare(cls, app: App, run: str, only: Collection[str] = ()) -> Smoke:
        """Return a smoke run with its names, its password and its source."""
        password = generate(SecretRule()).reveal()
        own = replace(app, environ={**app.environ, PASSWORD: password})
        smoke = cls(
            own, run, tuple(each for each in PLATFORMS if not only or each in only)
        )
        smoke.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        smoke._rename()
        return smoke

    @property
    def folder(self) -> Path:
        """Its ledger and its source."""
        app = self.app
        return app.workspace.home / app.target.platforms / FOLDER / self.run

    @property
    def playbook(self) -> Playbook:
        """What it does."""
        return self.app.playbook(PLAYBOOK)

    @property
    def entries(self) -> tuple[PlaybookEntry, ...]:
        """The entries about the platforms that are tried."""
        known = (*self.only, "source")
        entries = self.playbook.all_entries
        return tuple(e for e in entries if e.uses.partition(".")[0] in known)

    def make(self, listener: Listener) -> tuple[RunResult, RunResult | None]:
        """Make everything, then look again; what goes wrong is in the results."""
        ledger = self.app.open_ledger(self.folder / "ledger.db")
        try:
            first = self.app.engine(self.playbook, listener, ledger=ledger).run(
                self.entries
            )
            if first.exit_status:
                return first, None
            again = self.app.engine(self.playbook, listener, ledger=ledger)
            return first, again.run(self.entries)
        finally:
            ledger.close()

    def destroy(self, listener: Listener) -> TeardownResult:
        """Destroy everything of this run, and prove that nothing is left.

        Its folder goes with it; it stays when something else does.
        """
        ledger = self.app.open_ledger(self.folder / "ledger.db")
        try:
            engine = self.app.engine(self.playbook, listener, ledger=ledger)
            included = ("database",) if "supabase" in self.only else ()
            end = engine.tear_down(self.entries, included)
        finally:
            ledger.close()
        if end.error is None:
            shutil.rmtree(self.folder)
        return end

    def keep_report(self, result: SmokeResult) -> Path:
        """Write what became of it; return the file."""
        app = self.app
        folder = app.workspace.root / "reports"
        folder.mkdir(exist_ok=True)
        path = folder / f"smoke-{self.run}.json"
        platform = app.inventory.platform(app.target.platforms).mapping()
        facts = {
            "kind": "smoke",
            "run": self.run,
            "platforms": app.target.platforms,
            "is_local": platform["is_local"],
            "at": app.clock.now().isoformat(),
            "version": version("launchbook"),
            "passed": sorted(result.passed),
            "failed": sorted(frozenset(result.used.values()) - result.passed),
            "destroyed": list(result.end.destroyed),
            "errors": [each.as_event() for each in result.errors],
        }
        path.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
        return path

    def _rename(self) -> None:
        """Give everything a name of this run, and a source that needs nothing."""
        app, name = self.app, f"{PREFIX}{self.run}"
        document = app.inventory.environment(app.target.environment)
        names = cast("dict[str, str]", document.mapping()["names"])
        names.update(dict.fromkeys(names, name))
        platform = cast(
            "dict[str, Any]", app.inventory.platform(app.target.platforms).mapping()
        )
        rehearsal = Rehearsal(
            data_root() / "examples" / "smoke", self.folder / "source", Git(Processes())
        )
        rehearsal.prepare()
        platform["source"] = {"path": str(rehearsal.work_tree)}


def left_behind(app: App) -> tuple[str, ...]:
    """Return the ids of smoke runs whose things were not seen to be gone."""
    folder = app.workspace.home / app.target.platforms / FOLDER
    return tuple(sorted(path.name for path in folder.glob("*") if path.is_dir()))


def passed_here(root: Path) -> frozenset[str]:
    """Return the steps that the reports of a working folder show on live platforms."""
    found: set[str] = set()
    for path in (root / "reports").glob("smoke-*.json"):
        facts = json.loads(path.read_text(encoding="utf-8"))
        if facts.get("is_local") is False:
            found |= set(facts["passed"])
    return frozenset(found)
