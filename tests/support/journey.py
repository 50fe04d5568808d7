"""The whole product as a person uses it: the command line against a real sandbox.

Commands run in this process, through Invoke's own program, so that what they execute
is measured; ``spawn`` starts the same command as a real process, to be killed.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from launchbook.app.register import STEPS
from launchbook.cli.place import Place
from launchbook.cli.program import program
from launchbook.clock import SystemClock
from launchbook.config.package_data import data_root
from launchbook.config.playbook import load_playbook
from launchbook.config.workspace import Workspace
from launchbook.sandbox.settings import Settings
from tests.support.sandbox import Sandbox, sandbox_running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from launchbook.clock import Clock

PARTS = ("inventory", "playbooks", "examples/vocilia")
SOURCE = Path(__file__).parents[2] / "src"
TASKS = "from launchbook.cli import namespace\n\nns = namespace.build()\n"
STAGING = "provision.staging"
FILE_UPLOAD = "POST /v2/files"
FIRST = 39
"""Steps of ``provision.staging`` that write when nothing is there."""
CERTIFICATES = 4
"""Of these may find theirs already there: platforms issue them by themselves."""


def total(playbook: str = "staging") -> int:
    """Return how many entries a playbook has, with all that it needs."""
    workspace = Workspace(data_root(), data_root())
    return len(load_playbook(workspace, playbook, steps=STEPS).all_entries)


def counts(changed: int, playbook: str = "staging") -> str:
    """Return the line that counts the steps of a playbook when nothing failed."""
    return f"{changed} changed, {total(playbook) - changed} unchanged, 0 failed"


def first_counts() -> set[str]:
    """Return the lines of which a first run of staging prints one."""
    return {counts(FIRST - early) for early in range(CERTIFICATES + 1)}


def backend_host(environment: str = "staging") -> str:
    """Return the host name at which the backend answers."""
    return _host("api", environment)


def web_host(app: str, environment: str = "staging") -> str:
    """Return the host name at which a web app answers."""
    return _host(app, environment)


def _host(app: str, environment: str) -> str:
    label = app if environment == "production" else f"{environment}-{app}"
    return f"{label}.vocilia.com"


def web_project(app: str, environment: str = "staging") -> str:
    """Return the name of a web app's project."""
    return f"vocilia-{app}-{environment}"


@dataclass(frozen=True)
class Outcome:
    """What a command left: exit status, standard output, standard error."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def pending(self) -> list[str]:
        """The plan's lines about something to do: create, update, delete, unknown."""
        signs = ("  + ", "  ~ ", "  - ", "  ? ")
        return [line.strip() for line in self.lines if line.startswith(signs)]

    @property
    def counts(self) -> str:
        """The line that counts steps, without its seconds."""
        found = [line for line in self.lines if " changed, " in line]
        return found[-1].rpartition(" in ")[0] if found else self.out + self.err

    @property
    def records(self) -> list[dict[str, object]]:
        """The JSON objects of ``--json``, one a line."""
        return [json.loads(line) for line in self.lines]

    @property
    def code(self) -> str:
        """The code of the error that was shown, or nothing."""
        first = self.err.partition("error[")[2]
        return first.partition("]")[0]

    @property
    def hint(self) -> str:
        found = [line for line in self.err.splitlines() if line.startswith("hint: ")]
        return found[-1].removeprefix("hint: ") if found else ""


@dataclass
class Journey:
    """A working folder, a state folder, and the sandbox that runs on it.

    Attributes:
        root: The working folder; a test that changes files takes ``folder``.
        environ: Variables that the commands see beside the state folder.
        clock: What commands in this process wait by.
    """

    sandbox: Sandbox
    root: Path
    home: Path
    environ: dict[str, str] = field(default_factory=dict)
    clock: Clock = field(default_factory=SystemClock)

    # --- commands -------------------------------------------------------------

    def run(self, *words: str) -> Outcome:
        """Type a command, in this process."""
        environ = {"LAUNCHBOOK_HOME": str(self.home), **self.environ}
        place = Place(self.root, environ, self.clock)
        out, err, status = io.StringIO(), io.StringIO(), 0
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                program(place).run(["launchbook", *words])
            except SystemExit as ended:
                status = int(ended.code or 0)
        return Outcome(status, out.getvalue(), err.getvalue())

    def spawn(self, *words: str) -> subprocess.Popen[str]:
        """Type a command, in a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "invoke", *words],
            cwd=self.root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environment(),
        )

    def environment(self) -> dict[str, str]:
        """The variables of a process that runs the product."""
        home = {"LAUNCHBOOK_HOME": str(self.home), "PYTHONPATH": str(SOURCE)}
        kept = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
        return {**kept, **home, **self.environ}

    # --- files ----------------------------------------------------------------

    def elsewhere(self, folder: Path, **environ: str) -> Journey:
        """Return the same sandbox, seen from a working folder of its own."""
        return Journey(self.sandbox, make_folder(folder), self.home, environ)

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace a text in a file of the working folder."""
        file = self.root / path
        text = file.read_text(encoding="utf-8")
        assert old in text, f"{path} does not hold {old!r}"
        file.write_text(text.replace(old, new, 1), encoding="utf-8")

    def line_of(self, path: str, start: str) -> int:
        """Return the number of the first line that starts with a text."""
        lines = (self.root / path).read_text(encoding="utf-8").splitlines()
        return 1 + next(n for n, line in enumerate(lines) if line.startswith(start))

    @property
    def work_tree(self) -> Path:
        """The product's copy that is deployed."""
        return self.home / "rehearsal" / "vocilia"

    @property
    def ledger(self) -> Path:
        return self.home / "sandbox" / "ledger.db"

    # --- the platforms --------------------------------------------------------

    def mark(self) -> int:
        """Return where the log of requests is now, for ``written``."""
        return self.sandbox.world.requests.total_count

    def written(self, since: int) -> list[str]:
        """Return the mutating operations after a mark, uploads of files left out."""
        listed = self.sandbox.world.requests.listed(since=since, is_mutating=True)
        return [each.operation for each in listed if each.operation != FILE_UPLOAD]

    def made(self, since: int) -> Counter[str]:
        """Count what was accepted, by operation."""
        listed = self.sandbox.world.requests.listed(since=since, is_mutating=True)
        return Counter(each.operation for each in listed if 200 <= each.status < 300)

    def order(
        self, vendor: str, operation: str, effect: str, **details: object
    ) -> None:
        """Let something go wrong."""
        fault = {"vendor": vendor, "operation": operation, "effect": effect, **details}
        assert self.sandbox.control("POST", "/faults", fault).status < 300

    def serves(self, host: str = backend_host()) -> str:
        """Return the build that answers on a host."""
        path = "/health" if host == backend_host() else "/build.json"
        answer = self.sandbox.visit(host, path).json()
        return str(answer.get("build") or answer.get("identity"))


def make_folder(folder: Path) -> Path:
    """Make a working folder of the shipped files."""
    for part in PARTS:
        shutil.copytree(data_root() / part, folder / part)
    (folder / "tasks.py").write_text(TASKS, encoding="utf-8")
    return folder


@contextlib.contextmanager
def journey_running(folder: Path) -> Iterator[Journey]:
    """Start an empty sandbox, and prepare the product's repository on it."""
    home = folder / "home"
    with sandbox_running(Settings(home / "emulator")) as sandbox:
        journey = Journey(sandbox, make_folder(folder / "shop"), home)
        started = journey.run("sandbox.up")
        assert 0 == started.status, started.err
        yield journey
        # Connections that commands left to the collector close before the sandbox
        # does, which would otherwise wait for their goodbye.
        gc.collect()


class Provisioned:
    """A world that is provisioned once, and converged for each test.

    Args:
        journey: An empty one.
    """

    NAME = "journey-staging"

    def __init__(self, journey: Journey) -> None:
        self._journey = journey
        self._kept = journey.home / "kept-rehearsal"
        shutil.copytree(journey.home / "rehearsal", self._kept, symlinks=True)
        self.first = journey.run(STAGING)
        self.made = journey.made(0)
        assert 0 == self.first.status, self.first.err
        kept = journey.run("sandbox.snapshot", self.NAME)
        assert 0 == kept.status, kept.err
        self._product = self._own()
        self._mark = self._mutations()

    def fresh(self) -> Journey:
        """Return the journey, converged: mended by a run, or put back whole.

        A run is quicker, and what it cannot mend is a product or a secret that was
        changed.
        """
        journey = self._journey
        journey.sandbox.control("DELETE", "/faults")
        is_changed = self._product != self._own()
        is_touched = self._mark != self._mutations()
        if is_changed or (is_touched and journey.run(STAGING).status):
            self._restore()
        self._mark = self._mutations()
        return journey

    def put_back(self) -> None:
        """Put the world back whole, after a test that no run can mend."""
        self._restore()
        self._mark = self._mutations()

    def _restore(self) -> None:
        journey = self._journey
        restored = journey.run("sandbox.restore", self.NAME)
        assert 0 == restored.status, restored.err
        shutil.rmtree(journey.home / "rehearsal")
        shutil.copytree(self._kept, journey.home / "rehearsal", symlinks=True)
        self._product = self._own()

    def _own(self) -> tuple[int, ...]:
        """What no run mends: the product's copy, and the secrets."""
        home = self._journey.home
        return (_digest(home / "rehearsal"), _digest(home / "sandbox" / "secrets"))

    def _mutations(self) -> int:
        requests = self._journey.sandbox.world.requests
        return len(requests.listed(is_mutating=True))


def _digest(folder: Path) -> int:
    """A number that changes with the content of a folder, told by size and time."""
    found = ((str(p), p.lstat()) for p in sorted(folder.rglob("*")) if p.is_file())
    return hash(tuple((name, st.st_size, st.st_mtime_ns) for name, st in found))
