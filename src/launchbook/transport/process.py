"""Programs: run to their end, or started to outlive us.

They inherit what a program needs to work, and nothing else: what stands in our own
environment for ``env:NAME`` is no business of theirs.
"""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import IO, TYPE_CHECKING, Final

from launchbook.errors import CommandMissing
from launchbook.redact import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

RUN_TIMEOUT_SECONDS: Final = 60.0
LARGEST_OUTPUT_BYTES: Final = 4 * 1024 * 1024
LINGER_SECONDS: Final = 2.0
"""How long children may write on after the program itself has ended."""
_CHUNK_BYTES: Final = 65536
INHERITED: Final = frozenset(
    {
        *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TZ", "TERM"),
        *("LANG", "LANGUAGE", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "PYTHONPATH"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"),
        *("DISPLAY", "WAYLAND_DISPLAY", "COLORTERM"),
    }
)
"""Variables that programs see beside ``LC_*`` and what their command gives them."""


@dataclass(frozen=True, slots=True)
class Command:
    """A program to run.

    Attributes:
        argv: The program and its arguments; never a secret among them.
        cwd: Where; None is our own working folder.
        environment: Set beside ``INHERITED``; here secrets may be.
        inputs: What the program reads from its standard input.
        timeout_seconds: After this the program and its children are killed.
        largest_output_bytes: Of each stream; what exceeds it is thrown away.
    """

    argv: tuple[str, ...]
    cwd: Path | None = None
    environment: Mapping[str, str | Secret] = field(default_factory=dict)
    inputs: bytes = b""
    timeout_seconds: float = RUN_TIMEOUT_SECONDS
    largest_output_bytes: int = LARGEST_OUTPUT_BYTES


@dataclass(frozen=True, slots=True)
class Finished:
    """How a program ended.

    Attributes:
        exit_status: Negative: the number of the signal that ended it.
        is_timed_out: We killed it.
        is_cut: An output was longer than the limit.
    """

    exit_status: int
    stdout: bytes
    stderr: bytes
    is_timed_out: bool = False
    is_cut: bool = False

    @property
    def is_success(self) -> bool:
        """Whether it ended by itself, with status 0."""
        return self.exit_status == 0 and not self.is_timed_out

    @property
    def text(self) -> str:
        """Standard output as UTF-8, broken bytes replaced."""
        return self.stdout.decode("utf-8", errors="replace")

    @property
    def complaint(self) -> str:
        """Standard error as UTF-8, broken bytes replaced."""
        return self.stderr.decode("utf-8", errors="replace")


class Processes:
    """Starts programs. The only place that does."""

    def run(self, command: Command) -> Finished:
        """Run a program to its end.

        Raises:
            CommandMissing: There is no such program, or no such folder.
        """
        process = self._start(command)
        sinks = [
            _Sink(stream, command.largest_output_bytes)
            for stream in (process.stdout, process.stderr)
        ]
        feeder = Thread(target=_feed, args=(process, command.inputs), daemon=True)
        feeder.start()
        is_timed_out = True
        try:
            process.wait(command.timeout_seconds)
            is_timed_out = False
        except subprocess.TimeoutExpired:
            pass
        finally:
            if process.returncode is None:
                end_group(process.pid)
        exit_status = process.wait()
        feeder.join()
        return Finished(
            exit_status=exit_status,
            stdout=sinks[0].result(process.pid),
            stderr=sinks[1].result(process.pid),
            is_timed_out=is_timed_out,
            is_cut=any(sink.is_cut for sink in sinks),
        )

    def attend(self, command: Command) -> int:
        """Run a program at our own terminal, as an editor; return its exit status.

        Raises:
            CommandMissing: There is no such program.
        """
        try:
            return subprocess.call(
                command.argv, cwd=command.cwd, env=_environment(command)
            )
        except OSError as error:
            raise _missing(command, error) from error

    def spawn(self, command: Command, log_file: Path) -> Detached:
        """Start a program that outlives us; its output goes to ``log_file``.

        Raises:
            CommandMissing: There is no such program.
        """
        with log_file.open("ab") as log:
            try:
                process = subprocess.Popen(
                    command.argv,
                    cwd=command.cwd,
                    env=_environment(command),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            except OSError as error:
                raise _missing(command, error) from error
        return Detached(process)

    def _start(self, command: Command) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                command.argv,
                cwd=command.cwd,
                env=_environment(command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            raise _missing(command, error) from error


_detached: Final[list[subprocess.Popen[bytes]]] = []
"""Handles of what outlives us: they must not be collected while it runs."""


@atexit.register
def _take_note() -> None:
    """Learn at our end which of them have ended: Python would say that they run."""
    for each in _detached:
        each.poll()


class Detached:
    """A program that runs on its own."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        _detached.append(process)

    @property
    def pid(self) -> int:
        """The process id, which is its group's id too."""
        return self._process.pid

    def exit_status(self) -> int | None:
        """Return how it ended, or None while it runs."""
        return self._process.poll()

    def stop(self, grace_seconds: float = 10.0) -> int:
        """End it, gently first, and return its exit status."""
        with suppress(ProcessLookupError):
            self._process.terminate()
        try:
            return self._process.wait(grace_seconds)
        except subprocess.TimeoutExpired:
            end_group(self.pid)
            return self._process.wait()


def end_group(pid: int) -> None:
    """Kill what is left of a process group; nothing left is fine."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def is_running(pid: int) -> bool:
    """Whether a process of this id runs; one of ours that ended does not."""
    ours = next((each for each in _detached if each.pid == pid), None)
    if ours is not None:
        return ours.poll() is None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class _Sink:
    """Reads a stream to its end in a thread and keeps its beginning."""

    def __init__(self, stream: IO[bytes] | None, limit: int) -> None:
        self._stream = stream
        self._limit = limit
        self._kept = bytearray()
        self.is_cut = False
        self._thread = Thread(target=self._drain, daemon=True)
        self._thread.start()

    def _drain(self) -> None:
        if self._stream is None:
            return
        with self._stream as stream:
            while part := stream.read(_CHUNK_BYTES):
                room = self._limit - len(self._kept)
                self.is_cut = self.is_cut or len(part) > room
                self._kept += part[: max(0, room)]

    def result(self, group: int) -> bytes:
        """Wait for the end; a child that holds the stream open is ended."""
        self._thread.join(LINGER_SECONDS)
        if self._thread.is_alive():
            end_group(group)
            self._thread.join()
        return bytes(self._kept)


def _feed(process: subprocess.Popen[bytes], inputs: bytes) -> None:
    """Write the input; a program that does not read it is no error."""
    if process.stdin is None:
        return
    with suppress(BrokenPipeError), process.stdin as stream:
        stream.write(inputs)


def _environment(command: Command) -> dict[str, str]:
    own = {
        name: value.reveal() if isinstance(value, Secret) else value
        for name, value in command.environment.items()
    }
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name in INHERITED or name.startswith("LC_")
    }
    # A product in Python finds our own interpreter where no other is found before.
    ours = str(Path(sys.executable).parent)
    path = os.pathsep.join(filter(None, (inherited.get("PATH"), ours)))
    return {**inherited, "PATH": path, **own}


def _missing(command: Command, error: OSError) -> CommandMissing:
    return CommandMissing(
        f"cannot start {command.argv[0]}: {error.strerror or error}",
        hint=f"Install `{command.argv[0]}` or correct the PATH, then run the same command again.",
    )
