"""What a process and its children consume."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from launchbook.sandbox.consumption import measure

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").is_dir(), reason="this system has no /proc"
)
MEGABYTE = 1_000_000
# Holds 64 MB and has burnt some time when it says so.
WORK = "x = bytearray(64_000_000)\nfor i in range(3_000_000): pass\nprint('ready', flush=True); input()"


@contextlib.contextmanager
def running(*words: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert "ready\n" == process.stdout.readline()
        yield process
        process.communicate("go\n")


def test_a_process_is_measured_with_what_it_started() -> None:
    with running("/bin/sh", "-c", f'{sys.executable} -c "{WORK}"; true') as process:
        found = measure(process.pid)
    assert found.memory_bytes > 64 * MEGABYTE
    assert found.cpu_seconds > 0


def test_a_process_that_ended_consumes_nothing() -> None:
    with running(sys.executable, "-c", "print('ready'); input()") as process:
        pid = process.pid
    assert (0.0, 0) == (measure(pid).cpu_seconds, measure(pid).memory_bytes)
