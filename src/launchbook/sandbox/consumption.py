"""What a running process and all that it started consume, as the system says."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_TICKS_PER_SECOND: Final = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")
# Places in /proc/PID/stat after the name in brackets, see proc_pid_stat(5).
_CPU_FIELDS: Final = slice(11, 15)


@dataclass(frozen=True, slots=True)
class Consumption:
    """Of one process and its descendants.

    Attributes:
        cpu_seconds: Used since they began, ended children included.
        memory_bytes: Resident now.
    """

    cpu_seconds: float
    memory_bytes: int


def measure(pid: int) -> Consumption:
    """Return what a process and its descendants consume.

    Zero where the system has no ``/proc``, and of a process that has ended.
    """
    ticks, pages, waiting = 0, 0, [pid]
    while waiting:
        folder = _PROC / str(waiting.pop())
        try:
            # The name may hold anything, also brackets and spaces.
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            pages += int((folder / "statm").read_text().split()[1])
            children = _children(folder)
        except OSError:
            continue
        ticks += sum(map(int, fields[_CPU_FIELDS]))
        waiting += children
    return Consumption(ticks / _TICKS_PER_SECOND, pages * _PAGE_BYTES)


def _children(folder: Path) -> list[int]:
    lists = [path.read_text() for path in folder.glob("task/*/children")]
    return [int(word) for text in lists for word in text.split()]
