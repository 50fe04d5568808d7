"""Files that only their owner may read, and that are written whole or not at all."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OWNER_ONLY: Final = 0o600
OWNER_ONLY_FOLDER: Final = 0o700


def ensure_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for the owner alone.

    Folders that exist already are left as they are.
    """
    for each in reversed((folder, *folder.parents)):
        if not each.exists():
            each.mkdir(mode=OWNER_ONLY_FOLDER, exist_ok=True)


def write(path: Path, data: bytes) -> None:
    """Replace a file at once; after a crash it holds the old or the new bytes."""
    ensure_folder(path.parent)
    draft = path.with_name(f".{path.name}.{uuid4().hex}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        with os.fdopen(os.open(draft, flags, OWNER_ONLY), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make a rename survive a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder against another process; waits for its turn.

    The system takes the lock from a process that dies, and no file is left behind.
    """
    ensure_folder(folder)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
