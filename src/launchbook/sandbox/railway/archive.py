"""Uploaded sources: gzip tarballs, kept as they came, unpacked without escape."""

from __future__ import annotations

import tarfile
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

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


def unpack(path: Path, folder: Path) -> int:
    """Unpack an archive into a new folder.

    Links and names that lead out of the folder, devices and foreign owners are
    refused or dropped (the standard library's ``data`` filter).

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
            archive.extractall(folder, members, filter="data")
    except (tarfile.TarError, OSError, EOFError) as error:
        raise InvalidArchive(str(error) or "not a gzip tarball") from error
    return len(members)
