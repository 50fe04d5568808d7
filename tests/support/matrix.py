"""The world in which the points of the release matrix are run, one after the other."""

from __future__ import annotations

import shutil
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from launchbook.clock import SystemClock
from tests.support.matrix_reader import Reader
from tests.support.matrix_table import (
    MIXED,
    NEW,
    OLD,
    SURFACES,
    UNNAMED,
    Point,
    Said,
    said,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.journey import Journey

RELEASE, ROLLBACK = "release.staging", "rollback.staging"
BUILD = "POST /v13/deployments"
REASON = ("--reason", "it was wrong")
STRUCK = {"status", "delay", "drop_before", "drop_after", "malformed"}
"""Effects of the sandbox's frame, which can be aimed at one surface."""
THEME = "packages/ui/theme.css"
BACKEND = "apps/backend/backend/state.py"
SETTINGS = "inventory/environments/staging.yml"
LEVEL = "log_level: "
LEVELS = ("info", "warn", "error", "debug")
HASTE = 10.0


class HurriedClock(SystemClock):
    """Ten seconds of waiting in one: deadlines come, and nobody sleeps through them."""

    def monotonic(self) -> float:
        return super().monotonic() * HASTE

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds / HASTE)


@dataclass(frozen=True)
class Whole:
    """A release that served everywhere.

    Attributes:
        id: Of its capsule.
        shown: Surface to build.
        pages: Web app to its deployment, for somebody who deletes it.
        images: Service to its deployment, for a platform that throws its image away.
        level: The log level that its services were started with.
    """

    id: str
    level: str
    shown: dict[str, str]
    pages: dict[str, str]
    images: dict[str, str]


@dataclass(frozen=True)
class End:
    """What became of a point.

    Attributes:
        shown: What serves.
        served: Which release that is.
        stored: Services for whose next deployment another log level is stored than
            what serves was started with.
    """

    shown: dict[str, str]
    served: str
    stored: set[str]
    said: Said


class Matrix:
    """A staging environment that has two whole releases behind it.

    Nothing is restored between points: each begins with what the one before left,
    made whole first where that was a mixture.

    Args:
        journey: Provisioned staging, with a working folder of its own.
    """

    def __init__(self, journey: Journey) -> None:
        self.journey = replace(journey, clock=HurriedClock())
        self.reader = Reader(self.journey)
        self._count = 0
        self._mend: dict[Path, str] = {}
        self._serving = self._whole(self._level())
        self._before: Whole | None = None
        self._heal: tuple[str, ...] = ()

    def run(self, point: Point) -> End:
        """Run a point, and read what serves after it."""
        self._make_ready(is_back_needed=point.run == "rollback")
        words, left = self._prepare(point)
        self._order(point)
        if point.kill:
            self._kill(point, words)
            self._clear()
            words = self._after_kill(point, words)
        verdict = said(self.journey.run(*words, "--json"))
        shown = self.reader.shown()
        self._clear()
        return self._end(point, shown, left, verdict)

    def release(self, *, is_cut_off: bool = False) -> End:
        """Release; without a network once every web app is built, and not promoted."""
        if is_cut_off:
            self._make_ready(is_back_needed=False)
            self._change()
        mark, left = self.journey.mark(), self._serving

        def cut() -> None:
            self.journey.sandbox.wait_until(lambda: self.journey.made(mark)[BUILD] == 3)
            self.journey.order("*", "*", "drop_before", times=0)

        with ThreadPoolExecutor() as beside:
            cutting = beside.submit(cut) if is_cut_off else None
            verdict = said(self.journey.run(RELEASE, "--json"))
            if cutting:
                cutting.result()
        self._clear()
        return self._end(UNNAMED, self.reader.shown(), left, verdict)

    def _end(
        self, point: Point, shown: dict[str, str], left: Whole, verdict: Said
    ) -> End:
        """Say what became of it; what is served is to stay so."""
        self.reader.settle()
        later = self.reader.shown()
        assert shown == later, f"it went on after the verdict {verdict.served}"
        served = self._which(point, shown, left)
        self._learn(point, served, left)
        levels, level = self.reader.levels(), self._serving.level
        stored = {name for name, each in levels.items() if each != level}
        return End(shown, served, stored, verdict)

    # --- before -----------------------------------------------------------------

    def _make_ready(self, *, is_back_needed: bool) -> None:
        """Have one whole release serve, and another one to return to."""
        self._clear()
        if self._heal:
            self._do(*self._heal)
            is_released = self._heal[0] == RELEASE
            level = self._level() if is_released else self._level_of(self._before)
            self._heal, self._before = (), None
            self._serving = self._whole(level)
        if is_back_needed and self._before is None:
            left = self._serving
            self._change()
            self._do(RELEASE)
            self._before, self._serving = left, self._whole(self._level())

    def _prepare(self, point: Point) -> tuple[tuple[str, ...], Whole]:
        """Return what is typed, and what serves before it."""
        if point.run == "release":
            self._change(point)
            return (RELEASE,), self._serving
        assert self._before is not None
        if point.is_gone:
            self._remove(point, self._before)
        return (ROLLBACK, "--to", self._before.id, *REASON), self._serving

    def _change(self, point: Point | None = None) -> None:
        """Commit and push a change of every surface."""
        self._count += 1
        for file, text in self._mend.items():
            file.write_text(text, encoding="utf-8")
        self._mend = {}
        tree = self.journey.work_tree
        for path, line in ((THEME, "/* {} */"), (BACKEND, "# {}")):
            with (tree / path).open("a", encoding="utf-8") as opened:
                opened.write(line.format(self._count) + "\n")
        if point and point.defect:
            self._break(tree / point.defect["file"], point.defect)
        if point and point.has_variable:
            self._turn_log_level()
        who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
        subject = f"Change {self._count}"
        for words in (
            [*who, "commit", "-qam", subject],
            ["push", "-q", "origin", "main"],
        ):
            subprocess.run(["git", *words], cwd=tree, check=True)

    def _break(self, file: Path, defect: dict[str, str]) -> None:
        text = file.read_text(encoding="utf-8")
        assert defect["old"] in text, f"{file} does not hold {defect['old']!r}"
        self._mend[file] = text
        broken = text.replace(defect["old"], defect["new"], 1)
        file.write_text(broken, encoding="utf-8")

    def _level(self) -> str:
        """The log level that the inventory asks for."""
        text = (self.journey.root / SETTINGS).read_text(encoding="utf-8")
        (line,) = [x for x in text.splitlines() if x.startswith(LEVEL)]
        return line.removeprefix(LEVEL)

    def _turn_log_level(self) -> None:
        now = self._level()
        after = LEVELS[(LEVELS.index(now) + 1) % len(LEVELS)]
        self.journey.edit(SETTINGS, LEVEL + now, LEVEL + after)

    @staticmethod
    def _level_of(whole: Whole | None) -> str:
        assert whole is not None
        return whole.level

    def _remove(self, point: Point, target: Whole) -> None:
        """Let a platform have thrown away what is to be returned to."""
        if point.is_web:
            self.reader.hand.vercel(
                "DELETE", f"/v13/deployments/{target.pages[point.surface]}"
            )
        else:
            built = self.journey.sandbox.world.folder("railway") / "deployments"
            # Gone already where another point took it.
            shutil.rmtree(built / target.images[point.surface] / "app", True)

    # --- while ------------------------------------------------------------------

    def _order(self, point: Point) -> None:
        """Order what is to go wrong, for the requests about the surface alone."""
        for fault in point.faults:
            self._strike(point, dict(fault))
        if point.kill:
            vendor = "vercel" if point.is_web else "railway"
            at = {"vendor": vendor, "operation": point.kill["operation"]}
            is_before = point.kill["when"] == "before"
            if is_before:
                self._strike(point, {**at, "effect": "drop_before"})
            seconds = 5 if is_before else 0
            self._strike(point, {**at, "effect": "delay", "delay_seconds": seconds})

    def _strike(self, point: Point, fault: dict[str, Any]) -> None:
        if fault["effect"] in STRUCK and not fault.pop("everywhere", False):
            fault["only"] = self.reader.subjects(point.surface)
        self.journey.order(
            fault.pop("vendor"), fault.pop("operation"), fault.pop("effect"), **fault
        )

    def _kill(self, point: Point, words: tuple[str, ...]) -> None:
        """Run in a process of its own, and kill it at the moment."""
        sandbox, mark = self.journey.sandbox, self.journey.mark()
        operation, is_after = point.kill["operation"], point.kill["when"] == "after"

        def is_come() -> bool:
            is_seen = any(
                each.effect == "delay" and each.seen_count
                for each in sandbox.world.faults.all()
            )
            return is_seen and (not is_after or self.journey.made(mark)[operation] > 0)

        with self.journey.spawn(*words, "--json") as runner:
            sandbox.wait_until(lambda: is_come() or runner.poll() is not None, 40)
            runner.send_signal(signal.SIGKILL)
            out, err = runner.communicate(timeout=30)
        assert -signal.SIGKILL == runner.returncode, out + err

    def _after_kill(self, point: Point, words: tuple[str, ...]) -> tuple[str, ...]:
        if point.then == point.run:
            return words
        return (ROLLBACK, "--to", self._serving.id, *REASON)

    # --- after ------------------------------------------------------------------

    def _which(self, point: Point, shown: dict[str, str], left: Whole) -> str:
        """Say which release a set of builds is, without the product's help.

        What a release brings is told by that every surface changed, and changed to
        what the newest capsule names.
        """
        if point.run == "rollback":
            assert self._before is not None
            names = {OLD: self._before.shown, NEW: left.shown}
            return next((n for n, each in names.items() if each == shown), MIXED)
        if shown == left.shown:
            return OLD
        if any(shown[name] == left.shown[name] for name in SURFACES):
            return MIXED
        return NEW if shown == self._newest()[1] else MIXED

    def _learn(self, point: Point, served: str, left: Whole) -> None:
        """Remember what serves, for the next point."""
        if served == MIXED:
            self._heal = (RELEASE,)
            if point.run == "rollback" and not point.is_gone:
                assert self._before is not None
                self._heal = (ROLLBACK, "--to", self._before.id, *REASON)
            elif point.defect:
                self._change()
            return
        levels = {OLD: left.level, NEW: self._level()}
        if point.run == "rollback":
            levels = {OLD: self._level_of(self._before), NEW: left.level}
        now = self._whole(levels[served])
        is_moved = served == (NEW if point.run == "release" else OLD)
        if is_moved:
            self._before = left
        elif point.is_gone:
            self._before = None
        self._serving = now

    def _whole(self, level: str) -> Whole:
        """What serves everywhere now."""
        capsule, named = self._newest()
        shown = self.reader.shown()
        assert named == shown, f"{capsule} is not what serves"
        pages, images = self.reader.pages(), self.reader.images()
        return Whole(capsule, level, shown, pages, images)

    def _newest(self) -> tuple[str, dict[str, str]]:
        """The newest capsule: its id, and the builds that it names."""
        (record,) = self.journey.run("release.show", "--json").records
        surfaces = record["surfaces"]
        assert isinstance(surfaces, list)
        named = {str(each["name"]): str(each["identity"]) for each in surfaces}
        return str(record["id"]), named

    def _do(self, *words: str) -> None:
        done = self.journey.run(*words)
        assert 0 == done.status, done.out + done.err

    def _clear(self) -> None:
        self.journey.sandbox.control("DELETE", "/faults")
