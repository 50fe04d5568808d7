"""Uploaded sources: gzip tarballs, kept as they came, unpacked without escape."""

from __future__ import annotations

import os
import tarfile
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

HAS_FILTERS: Final = hasattr(tarfile, "data_filter")
"""Python 3.11.0 to 3.11.3 (Debian 12 has 3.11.2) have no extraction filters."""
PLAIN_MODE: Final = 0o755
MAX_UNPACKED_BYTES: Final = 4 << 30
"""A tarball that holds more is refused: a small one can grow without bounds."""


class InvalidArchive(ValueError):
    """Not a gzip tarball, or one that would write outside its folder."""


def check_archive(path: Path) -> None:
    """Look at the first member of an archive.

    Raises:
        InvalidArchive: It is no gzip tarball.
    """
    try:
        with tarfile.open(path, "r:gz") as archive:
            archive.next()
    except (tarfile.TarError, OSError, EOFError) as error:
        raise InvalidArchive("not a gzip tarball") from error


def unpack(path: Path, folder: Path, *, has_filters: bool = HAS_FILTERS) -> int:
    """Unpack an archive into a new folder.

    Links and names that lead out of the folder, devices and foreign owners are
    refused or dropped (the standard library's ``data`` filter, or the same by hand).

    Args:
        path: The archive.
        folder: Where to; it is made.
        has_filters: Whether the standard library can do it.

    Returns:
        How many members it held.

    Raises:
        InvalidArchive: It is none, or it is not safe.
    """
    folder.mkdir(parents=True, mode=0o700)
    try:
        with tarfile.open(path, "r:gz") as archive:
            members = archive.getmembers()
            if sum(member.size for member in members) > MAX_UNPACKED_BYTES:
                raise InvalidArchive("the archive is too large unpacked")
            if has_filters:
                archive.extractall(folder, members, filter="data")
            else:
                _extract_inside(archive, folder, members)
    except (tarfile.TarError, OSError, EOFError) as error:
        raise InvalidArchive(str(error) or "not a gzip tarball") from error
    return len(members)


def _extract_inside(
    archive: tarfile.TarFile, folder: Path, members: Iterable[tarfile.TarInfo]
) -> None:
    """Extract one by one: each link is in place when the next name is looked at."""
    root = folder.resolve()
    for member in members:
        if member.isdev() or not all(
            place.resolve().is_relative_to(root) for place in _places(member, root)
        ):
            raise InvalidArchive(f"{member.name!r} leads out of the folder")
        member.uid, member.gid = os.getuid(), os.getgid()
        member.uname = member.gname = ""
        member.mode &= PLAIN_MODE
        archive.extract(member, root)


def _places(member: tarfile.TarInfo, root: Path) -> Iterable[Path]:
    """Every place that a member names: its own, and that of its link."""
    yield root / member.name
    if member.issym():
        yield (root / member.name).parent / member.linkname
    if member.islnk():
        yield root / member.linkname
