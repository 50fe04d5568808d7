"""Makes the load: Locust's processes, and what they say while they run.

Each phase is a run of Locust of its own, so that its figures are its own. With one
worker it is one process; with several, a master and its workers, here or elsewhere.
"""

from __future__ import annotations

import json
import socket
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from launchbook.errors import LoadFailed
from launchbook.load.snapshot import Snapshot, read_snapshot
from launchbook.transport.process import Command, Detached, Processes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from launchbook.clock import Clock
    from launchbook.load.scenario import Phase, Scenario

USERS_FILE: Final = Path(__file__).parent / "outside" / "users.py"
MASTER_PORT: Final = 5557
LOOK_SECONDS: Final = 0.5
JOIN_SECONDS: Final = 60
"""How long workers may take to join, and a phase to end after its time."""
LOG_LINES: Final = 8


@dataclass(frozen=True, slots=True)
class Crew:
    """Which processes make the load.

    Attributes:
        workers: How many.
        is_listening: Workers come from elsewhere (``--master``).
        master: The host to work for (``--worker HOST``); empty: we lead.
    """

    workers: int = 1
    is_listening: bool = False
    master: str = ""

    @property
    def is_alone(self) -> bool:
        """Whether one process does all."""
        return self.workers == 1 and not self.is_listening and not self.master


@dataclass(frozen=True, slots=True)
class Observed:
    """What is known of a phase.

    Attributes:
        lost_workers: That were there and went before the end, or never came.
    """

    phase: Phase
    snapshot: Snapshot = field(default_factory=Snapshot)
    lost_workers: int = 0


@dataclass
class Generator:
    """Runs the phases of a scenario.

    Args:
        folder: Where the files of Locust's processes go.
        port: At which workers find their master; free when 0.
        look_seconds: Between two looks at how it goes.
    """

    scenario: Scenario
    folder: Path
    crew: Crew
    processes: Processes
    clock: Clock
    port: int = 0
    look_seconds: float = LOOK_SECONDS

    def run(
        self, phase: Phase, hear: Callable[[Observed], None] = lambda _: None
    ) -> Observed:
        """Make one phase's load and return what was measured.

        Args:
            phase: How many users for how long.
            hear: Told what is known so far, about twice a second.

        Raises:
            LoadFailed: Locust did not start, or ended without a word.
            KeyboardInterrupt: A person stopped it; every process has ended.
        """
        self._prepare()
        started: list[Detached] = []
        try:
            lead, workers = self._start(phase, started)
            observed = Observed(phase)
            for observed in self._watch(phase, lead, workers):
                hear(observed)
            return self._ended(observed, lead)
        finally:
            for each in started:
                each.stop(grace_seconds=3.0)

    def work(self, phase: Phase) -> int:
        """Work for a master elsewhere until it is done; return how many failed."""
        self._prepare()
        started: list[Detached] = []
        try:
            self._add_workers(phase, started)
            deadline = self.clock.monotonic() + phase.whole_seconds + 2 * JOIN_SECONDS
            while any(each.exit_status() is None for each in started):
                if self.clock.monotonic() > deadline:
                    break
                self.clock.sleep(self.look_seconds)
            return sum(1 for each in started if each.exit_status() != 0)
        finally:
            for each in started:
                each.stop(grace_seconds=3.0)

    @property
    def _snapshot_file(self) -> Path:
        return self.folder / "snapshot.json"

    def _prepare(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._snapshot_file.unlink(missing_ok=True)
        text = json.dumps(self.scenario.as_json())
        (self.folder / "scenario.json").write_text(text, encoding="utf-8")
        if not self.port:
            is_wide = self.crew.is_listening or self.crew.master
            self.port = MASTER_PORT if is_wide else _free_port()

    def _start(
        self, phase: Phase, started: list[Detached]
    ) -> tuple[Detached, list[Detached]]:
        """Start who leads and who works; ``started`` has them whatever happens."""
        words = [
            *("--headless", "--only-summary", "--stop-timeout", "5"),
            *("--users", str(phase.users), "--run-time", f"{phase.whole_seconds}s"),
            *("--spawn-rate", f"{phase.arrivals_per_second:g}"),
        ]
        if not self.crew.is_alone:
            host = "*" if self.crew.is_listening else "127.0.0.1"
            words += [
                *("--master", "--master-bind-host", host),
                *("--master-bind-port", str(self.port)),
                *("--expect-workers", str(self.crew.workers)),
                *("--expect-workers-max-wait", str(JOIN_SECONDS)),
            ]
        started.append(self._locust("lead", phase, *words))
        if not self.crew.is_alone and not self.crew.is_listening:
            self._add_workers(phase, started)
        return started[0], started[1:]

    def _add_workers(self, phase: Phase, started: list[Detached]) -> None:
        """Start the workers; ``started`` has each at once, to be stopped with us."""
        started.extend(
            self._worker(number, phase) for number in range(self.crew.workers)
        )

    def _worker(self, number: int, phase: Phase) -> Detached:
        return self._locust(
            f"worker-{number}",
            phase,
            *("--worker", "--master-host", self.crew.master or "127.0.0.1"),
            *("--master-port", str(self.port)),
        )

    def _locust(self, name: str, phase: Phase, *words: str) -> Detached:
        log = self.folder / f"{phase.name}-{name}.log"
        log.unlink(missing_ok=True)
        command = Command(
            (sys.executable, "-m", "locust", "-f", str(USERS_FILE), *words),
            cwd=self.folder,
            environment={
                "LOAD_SCENARIO": str(self.folder / "scenario.json"),
                "LOAD_SNAPSHOT": str(self._snapshot_file),
                # Its own compiled pages would land beside the program's source.
                "PYTHONDONTWRITEBYTECODE": "1",
            },
        )
        return self.processes.spawn(command, log)

    def _watch(
        self, phase: Phase, lead: Detached, workers: list[Detached]
    ) -> Iterator[Observed]:
        """Say what is known until the leading process has ended."""
        deadline = self.clock.monotonic() + phase.whole_seconds + 2 * JOIN_SECONDS
        lost = 0
        while lead.exit_status() is None and self.clock.monotonic() < deadline:
            found = read_snapshot(self._snapshot_file) or Snapshot()
            # Whoever ended while users are there did not wait to be sent home.
            ended = sum(1 for each in workers if each.exit_status() is not None)
            is_running = found.users > 0 and found.seconds < phase.whole_seconds - 1
            if is_running and not self.crew.is_alone:
                lost = max(lost, ended, self.crew.workers - found.workers)
            yield Observed(phase, found, lost)
            self.clock.sleep(self.look_seconds)

    def _ended(self, observed: Observed, lead: Detached) -> Observed:
        """The last word of the leading process.

        Raises:
            LoadFailed: There is none.
        """
        found = read_snapshot(self._snapshot_file)
        if found is not None and found.is_final and found.most_users:
            return replace(observed, snapshot=found)
        if found is not None and observed.lost_workers:
            return observed
        logs = sorted(self.folder.glob(f"{observed.phase.name}-*.log"))
        lines = [line for log in logs for line in _last_lines(log)]
        raise LoadFailed(
            f"Locust ended with status {lead.exit_status()} before it had measured "
            f"the phase {observed.phase.name}",
            hint="Read what it says above (workers that never joined are named there), "
            "and run the same command again.",
            details={"log": lines},
        )


def _last_lines(log: Path) -> list[str]:
    return log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES:]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
