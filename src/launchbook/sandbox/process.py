"""Real operating-system processes: started, ended, and never left behind."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from launchbook.sandbox.document import Document
from launchbook.sandbox.output import Output
from launchbook.sandbox.survivor import end_survivors, identify

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from launchbook.sandbox.survivor import Identity

DEFAULT_PATH: Final = "/usr/local/bin:/usr/bin:/bin"
LAST_LINES_SECONDS: Final = 1.0
"""Real seconds that the output of an ended process gets to be read."""
_PR_SET_PDEATHSIG: Final = 1


@dataclass(frozen=True, slots=True)
class Launch:
    """What to start.

    Attributes:
        command: Words, or one line for ``/bin/sh -c``.
        folder: Working folder.
        environment: The child's variables, complete but for ``PATH``, ``HOME``
            and ``LANG``, which are added when they are not named.
        log_path: Where standard output and error are appended.
    """

    command: str | Sequence[str]
    folder: Path
    log_path: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> list[str]:
        """The command as the operating system takes it."""
        if isinstance(self.command, str):
            return ["/bin/sh", "-c", self.command]
        return list(self.command)

    @property
    def variables(self) -> dict[str, str]:
        """The child's whole environment."""
        minimal = {"PATH": DEFAULT_PATH, "HOME": str(self.folder), "LANG": "C.UTF-8"}
        return minimal | dict(self.environment)


class ProcessTable:
    """The processes of one sandbox, on disk, so that a new start can reap them.

    Args:
        path: The file, kept beside the world.
    """

    def __init__(self, path: Path) -> None:
        self._document = Document(path)

    async def reap(self) -> int:
        """End what a killed sandbox left running; return how many there were."""
        recorded: dict[str, Identity] = self._document.data
        count = 0
        for pid, identity in recorded.items():
            count += await asyncio.to_thread(end_survivors, int(pid), identity)
        if recorded:
            self._document.data = {}
            self._document.save()
        return count

    def add(self, pid: int) -> None:
        """Remember a leader of a process group."""
        self._document.data[str(pid)] = identify(pid)
        self._document.save()

    def remove(self, pid: int) -> None:
        """Forget a process group that has ended."""
        if self._document.data.pop(str(pid), None) is not None:
            self._document.save()


class ServiceProcess:
    """A long-running process in a session and group of its own.

    Like a container it ends as a whole: when the process itself has ended and
    somebody waits for it, the rest of its group is killed.

    Attributes:
        pid: Of the process, which is also its group's and session's id.
    """

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        table: ProcessTable,
        output: Output | None = None,
    ) -> None:
        self._process = process
        self._table = table
        self._output = output
        self.pid = process.pid

    @classmethod
    async def start(
        cls,
        launch: Launch,
        table: ProcessTable,
        *,
        on_line: Callable[[str], None] | None = None,
    ) -> ServiceProcess:
        """Start a process.

        Args:
            launch: What to start.
            table: Where it is remembered while it runs.
            on_line: Receives every line of output, beside the log file.

        Raises:
            OSError: The program or the folder is not there.
        """
        launch.log_path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        output = Output(launch.log_path, on_line) if on_line else None
        descriptor = await output.open() if output else _open_log(launch.log_path)
        try:
            process = await _spawn(launch, output=descriptor)
        except BaseException:
            os.close(descriptor)
            if output:
                await output.close()
            raise
        os.close(descriptor)
        table.add(process.pid)
        return cls(process, table, output)

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.returncode is None

    @property
    def exit_status(self) -> int | None:
        """Its exit status once it has ended; negative for a signal."""
        return self._process.returncode

    async def wait(self) -> int:
        """Wait for its end; return the exit status. May be asked repeatedly."""
        status = await self._process.wait()
        signal_group(self.pid, signal.SIGKILL)
        if self._output:
            await self._output.close()
        self._table.remove(self.pid)
        return status

    async def terminate(self, grace_seconds: float = 5.0) -> int:
        """SIGTERM to the group, SIGKILL after the grace; return the exit status."""
        if grace_seconds > 0:
            signal_group(self.pid, signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), grace_seconds)
        return await self.kill()

    async def kill(self) -> int:
        """SIGKILL to the whole group; return the exit status."""
        signal_group(self.pid, signal.SIGKILL)
        return await self.wait()


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command that runs to its end went.

    Attributes:
        exit_status: Negative for a signal.
        is_timed_out: It was killed because it took too long.
        last_lines: The end of its output.
    """

    exit_status: int
    is_timed_out: bool
    last_lines: tuple[str, ...]


async def run_to_end(
    launch: Launch,
    table: ProcessTable,
    *,
    limit_seconds: float,
    on_line: Callable[[str], None] | None = None,
) -> Ended:
    """Run a command (a build, a cron job) and collect its output by line.

    Output goes to ``launch.log_path`` and, line by line, to ``on_line``. The
    group is killed at its end, so nothing that it started stays. Cancelling
    kills it too.

    Args:
        launch: What to run.
        table: Where the process is remembered while it runs.
        limit_seconds: Real time after which it is killed.
        on_line: Receives every line, without its end.

    Raises:
        OSError: The program or the folder is not there.
    """
    kept: deque[str] = deque(maxlen=200)

    def keep(line: str) -> None:
        kept.append(line)
        if on_line:
            on_line(line)

    process = await ServiceProcess.start(launch, table, on_line=keep)
    is_timed_out = False
    try:
        async with asyncio.timeout(limit_seconds):
            await process.wait()
    except TimeoutError:
        is_timed_out = True
    finally:
        status = await process.kill()
    return Ended(status, is_timed_out, tuple(kept))


def _open_log(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


async def _spawn(launch: Launch, *, output: int) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *launch.words,
        cwd=launch.folder,
        env=launch.variables,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=output,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=_die_with_parent(),
    )


def _die_with_parent() -> Callable[[], None] | None:
    """Return what a child does before its program: ask to die with us.

    Linux only; elsewhere the next start reaps. The library is loaded before the
    fork, so that the child does one system call and nothing else.
    """
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return ask


def signal_group(pid: int, number: signal.Signals) -> None:
    """Signal a process group; no harm when it has ended."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def last_lines(path: Path, count: int = 100) -> list[str]:
    """Return the last lines of a log file; none when there is no file."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - count * 400))
            content = file.read()
    except FileNotFoundError:
        return []
    return content.decode(errors="replace").splitlines()[-count:]
