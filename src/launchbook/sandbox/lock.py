"""One sandbox a home."""

from __future__ import annotations

import contextlib
import fcntl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class AlreadyRunning(Exception):
    """Another process runs a sandbox on this home.

    Attributes:
        pid: Of that process; 0 when it has not written it yet.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(f"a sandbox runs here already, process {pid}")
        self.pid = pid


@contextlib.contextmanager
def held(path: Path, pid: int) -> Iterator[None]:
    """Hold the lock file for the body; the system frees it when we die.

    Raises:
        AlreadyRunning: Somebody else holds it.
    """
    with path.open("a+", encoding="ascii") as file:
        path.chmod(0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            text = file.read().strip()
            raise AlreadyRunning(int(text) if text.isdecimal() else 0) from None
        file.truncate(0)
        file.write(str(pid))
        file.flush()
        yield
