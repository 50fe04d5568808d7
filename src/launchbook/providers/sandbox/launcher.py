"""Starting and stopping the sandbox's process."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from launchbook.errors import (
    LaunchbookError,
    PortBusy,
    SandboxFailed,
    SandboxNotRunning,
)
from launchbook.providers.sandbox.client import SandboxClient, read_endpoints
from launchbook.transport.process import Command, is_running

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from launchbook.clock import Clock
    from launchbook.model.sandbox import Endpoints
    from launchbook.transport.process import Detached, Processes

LOG_FILE: Final = "sandbox.log"
OUTPUT_FILE: Final = "output.log"
START_TIMEOUT_SECONDS: Final = 60.0
STOP_TIMEOUT_SECONDS: Final = 60.0
POLL_SECONDS: Final = 0.05
TAIL_LINES: Final = 15


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """How the sandbox is started.

    Attributes:
        home: Its folder, ``$LAUNCHBOOK_HOME/emulator``.
        is_realistic: The vendors' own delays instead of short ones.
        edge_port: A port of choice for the product's host names; None: as before.
    """

    home: Path
    is_realistic: bool = False
    edge_port: int | None = None

    def argv(self, python: str = sys.executable) -> tuple[str, ...]:
        """Return the command line."""
        words = [python, "-m", "launchbook.sandbox", "--home", str(self.home)]
        if self.is_realistic:
            words.append("--realistic")
        if self.edge_port is not None:
            words += ["--edge-port", str(self.edge_port)]
        return tuple(words)


class SandboxLauncher:
    """Starts, finds and stops the sandbox of one home.

    Args:
        settings: How to start it.
        processes: Starts programs.
        clock: Waits for it to be ready.
        argv: The command line; tests pass a stand-in.
    """

    def __init__(
        self,
        settings: SandboxSettings,
        processes: Processes,
        clock: Clock,
        *,
        argv: tuple[str, ...] = (),
    ) -> None:
        self._settings = settings
        self._processes = processes
        self._clock = clock
        self._argv = argv or settings.argv()

    def running(self) -> Endpoints | None:
        """Return where the sandbox listens, or None when it does not run."""
        try:
            endpoints = read_endpoints(self._settings.home)
            SandboxClient.open(endpoints, self._clock).status()
        except SandboxNotRunning:
            return None
        return endpoints

    def up(self) -> Endpoints:
        """Return where the sandbox listens, starting it when it does not run.

        Raises:
            PortBusy: A port that it must listen on is taken.
            SandboxFailed: It died, or was not ready in time; the last lines of
                its log are in ``details["log"]``.
        """
        found = self.running()
        if found is not None:
            return found
        home = self._settings.home
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        output = home / OUTPUT_FILE
        output.unlink(missing_ok=True)
        command = Command(self._argv)
        detached = self._processes.spawn(command, output)
        if not self._until(lambda: self._is_settled(detached), START_TIMEOUT_SECONDS):
            detached.stop()
            raise self._failed("was not ready in time")
        return self._winner(detached)

    def down(self) -> bool:
        """Stop the sandbox; False when it did not run.

        Raises:
            SandboxFailed: It is still there after a minute.
        """
        found = self.running()
        if found is None:
            return False
        SandboxClient.open(found, self._clock).down()
        if not self._until(lambda: not is_running(found.pid), STOP_TIMEOUT_SECONDS):
            raise self._failed(f"does not stop (process {found.pid})")
        return True

    def _winner(self, detached: Detached) -> Endpoints:
        """Return the one that runs; it may have been started beside ours."""
        if self._last_words().get("error") == "already-running":
            self._until(lambda: self.running() is not None, START_TIMEOUT_SECONDS)
        found = self.running()
        if found is None:
            raise self._death(detached)
        return found

    def _last_words(self) -> dict[str, object]:
        return _last_words(self._settings.home / OUTPUT_FILE)

    def _is_settled(self, detached: Detached) -> bool:
        return detached.exit_status() is not None or self._is_ready(detached)

    def _is_ready(self, detached: Detached) -> bool:
        """Whether it has written its addresses, and not one before it."""
        try:
            return read_endpoints(self._settings.home).pid == detached.pid
        except LaunchbookError:
            return False

    def _until(self, is_done: Callable[[], bool], timeout_seconds: float) -> bool:
        deadline = self._clock.monotonic() + timeout_seconds
        while not is_done():
            if self._clock.monotonic() > deadline:
                return False
            self._clock.sleep(POLL_SECONDS)
        return True

    def _death(self, detached: Detached) -> LaunchbookError:
        """Say why it ended: its last line tells, as JSON."""
        last = self._last_words()
        if last.get("error") == "port-busy":
            port = last.get("port")
            return PortBusy(
                f"port {port} ({last.get('name')}) is taken by another program",
                hint="Stop that program, or choose another port with `invoke sandbox.up --edge-port PORT`.",
                platform="sandbox",
                details={"port": port, "name": last.get("name")},
            )
        told = last.get("message") or last.get("error")
        reason = f": {told}" if told else ""
        return self._failed(f"ended with status {detached.exit_status()}{reason}")

    def _failed(self, what: str) -> SandboxFailed:
        home = self._settings.home
        lines = [*_tail(home / LOG_FILE), *_tail(home / OUTPUT_FILE)]
        return SandboxFailed(
            f"the sandbox {what}",
            hint=f"Read {home / LOG_FILE}, then run `invoke sandbox.up` again.",
            platform="sandbox",
            details={"log": lines[-TAIL_LINES:]},
        )


def _tail(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()[
            -TAIL_LINES:
        ]
    except FileNotFoundError:
        return []


def _last_words(path: Path) -> dict[str, object]:
    """Return the last line of an output that is a JSON object."""
    for line in reversed(_tail(path)):
        try:
            facts = json.loads(line)
        except ValueError:
            continue
        if isinstance(facts, dict):
            return facts
    return {}
