"""Which process holds a lease, and whether it still lives."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Final

from launchbook.model.record import Holder

_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
_START_TIME_FIELD: Final = 22
"""proc(5): start time in clock ticks after boot, counted from 1."""
_AFTER_NAME: Final = 3
"""The fields behind the program's name, which may itself hold spaces."""


def current_holder() -> Holder:
    """Return this process."""
    pid = os.getpid()
    return Holder(socket.gethostname(), pid, read_start(pid))


def is_dead(holder: Holder) -> bool:
    """Whether a holder is known to be gone: on this host, and not running.

    A process of another host is never known to be dead; its lease expires. One of
    another boot is not either: machines that are made from one image share a name.
    """
    if holder.host != socket.gethostname() or _is_of_another_boot(holder):
        return False
    try:
        os.kill(holder.pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    started = read_start(holder.pid)
    return bool(started and holder.started) and started != holder.started


def _is_of_another_boot(holder: Holder) -> bool:
    """Whether a process began before this machine did, or on another one."""
    own = read_start(os.getpid()).partition("/")[0]
    return bool(holder.started and own) and holder.started.partition("/")[0] != own


def read_start(pid: int) -> str:
    """Return what tells a process from a later one with its pid: boot and start.

    Empty where the system does not say (no /proc).
    """
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
        boot = _BOOT_ID.read_text().strip()
    except OSError:
        return ""
    fields = text.rpartition(")")[2].split()
    return f"{boot}/{fields[_START_TIME_FIELD - _AFTER_NAME]}"
