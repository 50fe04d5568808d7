"""source.build: every app that changed is checked here, before anything is uploaded.

A type error or a build that breaks is found on this machine in seconds; on the
platforms it is found after migrations, uploads and minutes. What the inventory calls
``check`` runs in a clean copy of the commit, not in the work tree: what is not
committed is not tried, and nothing in the work tree changes.
"""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from launchbook.digest import digest
from launchbook.engine.check import Check
from launchbook.engine.step import Context, Prior, Verified
from launchbook.errors import CommandMissing, SourceBroken
from launchbook.model.change import Action, Change, Planned
from launchbook.transport.checkout import checked_out
from launchbook.transport.process import Command

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.transport.git import Git
    from launchbook.transport.process import Finished, Processes

SHOWN_LINES: Final = 20
LARGEST_OUTPUT_BYTES: Final = 256 * 1024
PLACE: Final = re.compile(r"[\w./@-]+\.\w+[:(]\d+")
"""Where something is wrong, as compilers say it: ``src/a.ts:3:7``, ``src/a.ts(3,7)``."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """Which commit, and how its apps are checked.

    Attributes:
        path: The work tree.
        apps: App to what the inventory says of it: ``root``, and ``check`` with a
            program and its arguments; an app without is not checked.
        contents: App to the digest of what it is built of.
        limit_seconds: After this a check is ended, and has failed.
    """

    path: str
    commit: str
    apps: Mapping[str, Mapping[str, Any]]
    contents: Mapping[str, str]
    limit_seconds: float


@dataclass(frozen=True, slots=True)
class Facts:
    """App to what it was when its check passed last."""

    passed: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Broken:
    """An app whose check failed.

    Attributes:
        reason: In one line, with file and line where the program says them.
        lines: The end of what it wrote.
    """

    app: str
    reason: str
    lines: tuple[str, ...]


class SourceBuild(Check):
    """A check: programs of the product run, and no platform hears of it."""

    name: ClassVar[str] = "source.build"
    inputs_type: ClassVar[type] = Inputs

    def __init__(self, git: Git, processes: Processes) -> None:
        self._git = git
        self._processes = processes

    def facts(self, inputs: Inputs, context: Context) -> Facts:
        """Remember what passed before, in this environment."""
        prior = context.history.latest(context.step)
        known = prior.outputs.get("passed") if prior else None
        return Facts(known if isinstance(known, dict) else {})

    def plan(self, inputs: Inputs, facts: Facts, prior: Prior | None) -> Planned:
        """Nothing to write."""
        apps = sorted(_due(inputs, facts))
        change = Change(Action.NO_CHANGE, self.name, ", ".join(apps) or "no app")
        return Planned((change,), {"passed": _wanted(inputs)})

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Check what changed, side by side.

        Raises:
            SourceBroken: A check failed, took too long, or its program is not there.
        """
        due = sorted(_due(inputs, self.facts(inputs, context)))
        wanted = _wanted(inputs)
        if due:
            context.progress(f"checking {', '.join(due)}")
            self._check(inputs, due)
        reused = sorted(wanted.keys() - {*due})
        return Verified({"passed": wanted}, {"checked": due, "unchanged": reused})

    def _check(self, inputs: Inputs, apps: list[str]) -> None:
        """Run the checks in one copy of the commit."""
        with (
            checked_out(self._git, Path(inputs.path), inputs.commit) as tree,
            ThreadPoolExecutor(len(apps)) as pool,
        ):
            found = [*pool.map(lambda app: self._run(inputs, app, tree), apps)]
        broken = [each for each in found if each is not None]
        if broken:
            reasons = "; ".join(f"{each.app}: {each.reason}" for each in broken)
            raise SourceBroken(
                f"what is committed does not pass its own check: {reasons}",
                hint="Mend it, commit it, and run the same command again; nothing was "
                "uploaded.",
                details={each.app: [*each.lines] for each in broken},
            )

    def _run(self, inputs: Inputs, app: str, tree: Path) -> Broken | None:
        """Check one app; None when it passes."""
        told = inputs.apps[app]
        command = Command(
            tuple(map(str, cast("list[str]", told["check"]))),
            cwd=tree / str(told["root"]),
            environment={"CI": "1"},
            timeout_seconds=inputs.limit_seconds,
            largest_output_bytes=LARGEST_OUTPUT_BYTES,
        )
        try:
            done = self._processes.run(command)
        except CommandMissing as error:
            return Broken(app, error.message, ())
        if done.is_success:
            return None
        lines = _lines(done, tree)
        if done.is_timed_out:
            reason = f"not done after {inputs.limit_seconds:.0f} s"
        else:
            places = (line for line in lines if PLACE.search(line))
            ended = f"{command.argv[0]} ended with {done.exit_status}"
            reason = next(places, lines[-1] if lines else ended)
        return Broken(app, reason, tuple(lines[-SHOWN_LINES:]))


def _wanted(inputs: Inputs) -> dict[str, str]:
    """App to a digest of its content and of how it is checked."""
    return {
        app: digest([inputs.contents[app], told["check"]])
        for app, told in inputs.apps.items()
        if told.get("check")
    }


def _due(inputs: Inputs, facts: Facts) -> set[str]:
    """The apps that are not as they were when their check passed."""
    wanted = _wanted(inputs)
    return {app for app, each in wanted.items() if facts.passed.get(app) != each}


def _lines(done: Finished, tree: Path) -> list[str]:
    """What a program wrote, its errors last; paths are those of the repository."""
    text = f"{done.text}\n{done.complaint}".replace(f"{tree}/", "")
    return [line.strip() for line in text.splitlines() if line.strip()]
