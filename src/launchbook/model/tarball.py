"""A source tree as one gzip tarball, the same bytes for the same files."""

from __future__ import annotations

import gzip
import io
import tarfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from launchbook.model.source import SourceEntry


def pack(entries: Iterable[SourceEntry]) -> bytes:
    """Return the tarball; times and owners are zero, so equal trees are equal."""
    buffer = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w") as tar,
    ):
        for entry in entries:
            member = tarfile.TarInfo(entry.path)
            member.size, member.mode = len(entry.content), entry.mode
            tar.addfile(member, io.BytesIO(entry.content))
    return buffer.getvalue()
