"""The whole world under a name: copied away, brought back, emptied.

A swap of worlds survives a kill at any moment. The new files are complete in
``.incoming`` before the old ones move to ``.outgoing``; ``.incoming`` becomes
``.arriving`` when only the way in is left, and the old ones are rubbish from then on.
``recover`` finishes or takes back.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import stat
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Final

from launchbook.sandbox.document import Document
from launchbook.sandbox.world import KEPT_NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractAsyncContextManager

    from launchbook.sandbox.world import World

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_CHUNK_BYTES: Final = 1 << 26


class InvalidSnapshotName(ValueError):
    """A name that is not lower-case letters, digits, ``-`` and ``_``."""


class SnapshotMissing(LookupError):
    """No snapshot has this name."""


class Snapshots:
    """The snapshots of one sandbox.

    Args:
        world: Whose world is copied.
        paused: Stops the world for the body and starts it again, from disk.
    """

    def __init__(
        self, world: World, paused: Callable[[], AbstractAsyncContextManager[None]]
    ) -> None:
        self._home = world.home
        self._clock = world.clock
        self._paused = paused
        self._folder = world.home / "snapshots"
        self._incoming = self._folder / ".incoming"
        self._arriving = self._folder / ".arriving"
        self._outgoing = self._folder / ".outgoing"
        self._folder.mkdir(exist_ok=True, mode=0o700)
        self._changing = asyncio.Lock()

    def listed(self) -> list[dict[str, object]]:
        """Return name, ``saved_at`` and ``size_bytes`` of each, by name."""
        return [
            dict(Document(folder / "snapshot.json").data)
            for folder in sorted(self._folder.glob("[!.]*"))
        ]

    async def save(self, name: str) -> dict[str, object]:
        """Copy the world; a snapshot of the same name is replaced.

        Raises:
            InvalidSnapshotName: The name cannot be one.
        """
        async with self._changing:
            target, fresh = self._path(name), self._folder / ".saving"
            await asyncio.to_thread(_remove, fresh)
            async with self._paused():
                size = await asyncio.to_thread(self._copy_out, fresh / "world")
            document = Document(fresh / "snapshot.json")
            document.data = {
                "name": name,
                "saved_at": self._clock.iso(),
                "size_bytes": size,
            }
            document.save()
            await asyncio.to_thread(_remove, target)
            fresh.rename(target)
            return dict(document.data)

    async def restore(self, name: str) -> None:
        """Replace the world by a snapshot, which stays as it is.

        Raises:
            InvalidSnapshotName: The name cannot be one.
            SnapshotMissing: There is none of this name.
        """
        async with self._changing:
            source = self._path(name) / "world"
            if not source.is_dir():
                raise SnapshotMissing(f"no snapshot is named {name}")
            await asyncio.to_thread(_remove, self._incoming)
            await asyncio.to_thread(copy_tree, source, self._incoming)
            await self._swap()

    async def empty(self) -> None:
        """Replace the world by an empty one."""
        async with self._changing:
            self._incoming.mkdir(exist_ok=True)
            await self._swap()

    def recover(self) -> None:
        """Finish or take back a swap that was interrupted; call before start."""
        if self._arriving.exists():
            _move_all(self._arriving, self._home)
        elif self._outgoing.exists():
            _move_all(self._outgoing, self._home)
        for leftover in self._folder.glob(".*"):
            _remove(leftover)

    async def _swap(self) -> None:
        async with self._paused():
            self._outgoing.mkdir()
            for path in self._world_paths():
                path.rename(self._outgoing / path.name)
            self._incoming.rename(self._arriving)
            rubbish = self._folder / f".discarded-{uuid.uuid4().hex}"
            self._outgoing.rename(rubbish)
            _move_all(self._arriving, self._home)
        # A process that was just killed may still hold a file there; whatever stays
        # goes with the next start, and is in nobody's way until then.
        await asyncio.to_thread(shutil.rmtree, rubbish, ignore_errors=True)

    def _copy_out(self, target: Path) -> int:
        target.mkdir(parents=True, mode=0o700)
        return sum(copy_tree(path, target / path.name) for path in self._world_paths())

    def _world_paths(self) -> list[Path]:
        return [
            path
            for path in sorted(self._home.iterdir())
            if path.name not in KEPT_NAMES and not path.name.startswith(".")
        ]

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise InvalidSnapshotName(f"{name!r} cannot name a snapshot")
        return self._folder / name


def copy_tree(source: Path, target: Path) -> int:
    """Copy a file or a folder with modes, times, owners and links as they are.

    Files share their blocks where the file system can. Sockets and pipes are
    left out: whoever made them makes them again.

    Returns:
        The bytes of all files.
    """
    status = source.lstat()
    if stat.S_ISDIR(status.st_mode):
        target.mkdir(mode=0o700)
        size = sum(copy_tree(path, target / path.name) for path in _entries(source))
    elif stat.S_ISLNK(status.st_mode):
        target.symlink_to(source.readlink())
        size = 0
    elif stat.S_ISREG(status.st_mode):
        _copy_file(source, target, status.st_size)
        size = status.st_size
    else:
        return 0
    _copy_owner(status, target)
    shutil.copystat(source, target, follow_symlinks=False)
    return size


def _entries(folder: Path) -> Iterable[Path]:
    return (Path(entry.path) for entry in os.scandir(folder))


def _copy_file(source: Path, target: Path, size: int) -> None:
    if not size or not hasattr(os, "copy_file_range"):
        shutil.copyfile(source, target)
        return
    with source.open("rb") as read, target.open("xb") as written:
        try:
            while os.copy_file_range(read.fileno(), written.fileno(), _CHUNK_BYTES):
                pass
        except OSError:
            # Another file system, or one without this call.
            shutil.copyfileobj(read, written)


def _copy_owner(status: os.stat_result, target: Path) -> None:
    if os.geteuid() == 0:
        os.chown(target, status.st_uid, status.st_gid, follow_symlinks=False)


def _move_all(source: Path, target: Path) -> None:
    for path in list(source.iterdir()):
        path.rename(target / path.name)
    source.rmdir()


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
