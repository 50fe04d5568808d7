"""What the vendors' APIs received. Never a header, a query or a body."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    from launchbook.sandbox.clock import SandboxClock
    from launchbook.sandbox.emulator import Operation

KEPT_COUNT: Final = 10_000
"""Requests that can be listed; older ones are only counted."""


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """One request.

    Attributes:
        sequence: Counts up from 1, over restarts as well.
        vendor: ``railway``, ``vercel`` or ``supabase``.
        path: Without the query, which may hold names or secrets.
        operation: The route or the GraphQL field.
        status: What was answered; 0 when the connection was dropped.
        at: Sandbox time, ISO 8601, UTC.
    """

    sequence: int
    vendor: str
    method: str
    path: str
    operation: str
    is_mutating: bool
    status: int
    at: str


class RequestLog:
    """Counts and lists requests; a line a request in one file.

    Args:
        path: The file, JSON lines.
        clock: Sandbox time.
    """

    def __init__(self, path: Path, clock: SandboxClock) -> None:
        self._clock = clock
        self._kept: deque[LoggedRequest] = deque(maxlen=KEPT_COUNT)
        self.total_count = 0
        self._read(path)
        self._file = path.open("a", encoding="utf-8", buffering=1)
        path.chmod(0o600)

    def _read(self, path: Path) -> None:
        if not path.exists():
            return
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                # The last line may be torn when the process was killed.
                if line.endswith("\n"):
                    self._kept.append(LoggedRequest(**json.loads(line)))
        if self._kept:
            self.total_count = self._kept[-1].sequence
        content = "".join(_line(entry) for entry in self._kept)
        path.write_text(content, encoding="utf-8")

    def record(
        self,
        vendor: str,
        method: str,
        path: str,
        operation: Operation,
        *,
        status: int,
    ) -> LoggedRequest:
        """Add a request that was answered (or dropped: status 0)."""
        self.total_count += 1
        entry = LoggedRequest(
            sequence=self.total_count,
            vendor=vendor,
            method=method,
            path=path,
            operation=operation.name,
            is_mutating=operation.is_mutating,
            status=status,
            at=self._clock.iso(),
        )
        self._kept.append(entry)
        self._file.write(_line(entry))
        return entry

    def listed(
        self, *, since: int = 0, is_mutating: bool | None = None
    ) -> list[LoggedRequest]:
        """Return the requests after sequence ``since``, oldest first."""
        return [
            entry
            for entry in self._kept
            if entry.sequence > since
            and (is_mutating is None or entry.is_mutating is is_mutating)
        ]

    def clear(self) -> None:
        """Forget all requests; the sequence goes on."""
        self._kept.clear()
        self._file.seek(0)
        self._file.truncate()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _line(entry: LoggedRequest) -> str:
    return json.dumps(asdict(entry), separators=(",", ":")) + "\n"
