"""State that survives: one JSON object in one file."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def write_private(path: Path, content: bytes) -> None:
    """Replace a file in one step; only its owner may read it.

    The rename is what makes it whole after the process dies anywhere. There is
    no fsync: a power cut may lose the last writes of a sandbox, whose databases
    run without it as well.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    temporary.replace(path)


class Document:
    """A JSON object on disk.

    Attributes:
        path: The file; it exists after the first ``save``.
        data: The object. Change it in place, then call ``save``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.data: dict[str, Any] = {}
        self.reload()

    def save(self) -> None:
        """Write ``data``, atomically."""
        content = json.dumps(self.data, indent=1, ensure_ascii=False, sort_keys=True)
        write_private(self.path, content.encode())

    def reload(self) -> None:
        """Read ``data`` again; empty when there is no file."""
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            self.data = {}
            return
        loaded = json.loads(content)
        if not isinstance(loaded, dict):
            raise TypeError(f"{self.path} does not hold a JSON object")
        self.data = loaded
