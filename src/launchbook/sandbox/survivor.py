"""Processes that outlived a sandbox which was killed: found and ended.

A child is the leader of its own session, so its session's id is its pid. A pid
says little after the child has ended, so its start time and the machine's boot
are remembered beside it; nobody else's process is ever signalled.
"""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path
from typing import TypedDict

_PROC = Path("/proc")


class Identity(TypedDict):
    """What tells a process from a later one with the same pid.

    Without ``/proc`` both are empty, and only the dying parent's own signal
    protects from leftovers.
    """

    boot: str
    started_ticks: int


def identify(pid: int) -> Identity:
    """Return the identity of a child that was started just now.

    One that has ended already is remembered by our own start, which is before
    that of anything it left behind and is nobody else's.
    """
    fields = _stat_fields(pid) or _stat_fields(os.getpid())
    return Identity(boot=_boot(), started_ticks=int(fields[19]) if fields else 0)


def end_survivors(pid: int, identity: Identity) -> int:
    """Kill what is left of the session that ``pid`` led; return how many."""
    if not identity["started_ticks"] or identity["boot"] != _boot():
        return 0
    leader = _stat_fields(pid)
    if leader and int(leader[19]) != identity["started_ticks"]:
        return 0
    members = [
        member
        for member in _session_members(pid)
        if _started_ticks(member) >= identity["started_ticks"]
    ]
    for member in members:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(member, signal.SIGKILL)
    return len(members)


def _session_members(session: int) -> list[int]:
    members = []
    for folder in _PROC.glob("[0-9]*"):
        fields = _stat_fields(int(folder.name))
        # A zombie has nothing left that could be ended.
        if fields and int(fields[3]) == session and fields[0] != "Z":
            members.append(int(folder.name))
    return members


def _started_ticks(pid: int) -> int:
    fields = _stat_fields(pid)
    return int(fields[19]) if fields else -1


def _stat_fields(pid: int) -> list[str]:
    """Return the fields of ``/proc/PID/stat`` after the name: state first."""
    try:
        content = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return []
    return content.rpartition(")")[2].split()


def _boot() -> str:
    try:
        return (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""
