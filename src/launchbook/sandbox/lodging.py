"""Where a server's data and socket are while it runs.

The path of a Unix socket may have 107 bytes and folders of ours are often deeper, so
the socket gets a short private folder of its own. A server that runs as another user
finds its data there too: copied in before, copied back after.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from pathlib import Path
from typing import Final

from launchbook.sandbox.installation import DatabaseFailed, give

PORT: Final = 5432
"""Part of the socket's name only; nothing listens on TCP."""
LONGEST_SOCKET_BYTES: Final = 107
SHORT: Final = Path("/tmp")  # noqa: S108 - a private folder is made in it, and checked


class Lodging:
    """One server's place.

    Args:
        folder: Where the data lives for good, as ``data``.
        owner: Who runs the server; None: we ourselves.
    """

    def __init__(self, folder: Path, owner: int | None = None) -> None:
        self._kept = folder / "data"
        self._lent = folder / "data-lent"
        self._owner = owner
        self._place = _short_folder(folder)

    @property
    def data(self) -> Path:
        """The data folder as the server sees it."""
        return self._kept if self._owner is None else self._place / "data"

    @property
    def place(self) -> Path:
        """The folder of the socket."""
        return self._place

    @property
    def socket(self) -> Path:
        """The Unix socket."""
        return self._place / f".s.PGSQL.{PORT}"

    def enter(self) -> None:
        """Make the place ready; data that a killed sandbox left there is kept.

        Raises:
            DatabaseFailed: The folder is somebody else's.
        """
        is_left_behind = self._lent.exists() and self.data.exists()
        self._make_place()
        if self._owner is None or is_left_behind:
            return
        shutil.rmtree(self.data, ignore_errors=True)
        if self._kept.exists():
            shutil.copytree(self._kept, self.data, symlinks=True)
            give(self.data, self._owner)
        self._lent.touch()

    def leave(self) -> None:
        """Bring the data home and remove the place."""
        if self._owner is not None and self._lent.exists():
            fresh = self._kept.with_name("data-back")
            shutil.rmtree(fresh, ignore_errors=True)
            shutil.copytree(self.data, fresh, symlinks=True)
            shutil.rmtree(self._kept, ignore_errors=True)
            fresh.rename(self._kept)
            self._lent.unlink()
        shutil.rmtree(self._place, ignore_errors=True)

    def discard(self) -> None:
        """Forget the data, here and for good."""
        shutil.rmtree(self._place, ignore_errors=True)
        shutil.rmtree(self._kept, ignore_errors=True)
        self._lent.unlink(missing_ok=True)

    def _make_place(self) -> None:
        """Make the folder, or check the one that a killed sandbox left."""
        try:
            self._place.mkdir(mode=0o700)
        except FileExistsError:
            _check_private(self._place, self._owner)
        if self._owner is not None:
            os.chown(self._place, self._owner, self._owner)
        # The lock names a process that is gone; its number may be another's by now.
        self.socket.unlink(missing_ok=True)
        self.socket.with_name(f"{self.socket.name}.lock").unlink(missing_ok=True)


def _short_folder(folder: Path) -> Path:
    """A short path that belongs to this folder alone."""
    text = f"{os.geteuid()}:{folder.resolve()}"
    name = "lb-" + hashlib.sha256(text.encode()).hexdigest()[:16]
    path = Path(tempfile.gettempdir()) / name
    is_short = len(str(path / f".s.PGSQL.{PORT}").encode()) <= LONGEST_SOCKET_BYTES
    return path if is_short else SHORT / name


def _check_private(path: Path, owner: int | None) -> None:
    """Refuse a folder that others may have prepared for us."""
    status = path.lstat()
    is_ours = status.st_uid in {os.geteuid(), owner}
    if not (stat.S_ISDIR(status.st_mode) and is_ours and not status.st_mode & 0o077):
        raise DatabaseFailed(f"{path} is there already and is not private to us")
