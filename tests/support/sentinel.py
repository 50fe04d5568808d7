"""Secret values that must not come out anywhere, and where to look for them."""

from __future__ import annotations

import base64
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LOOK_SECONDS = 0.02


def spellings(value: str) -> set[bytes]:
    """A value as it is, URL-encoded, and inside base64 at each of three offsets."""
    raw = value.encode()
    found = {raw, quote(value, safe="").encode(), quote_plus(value).encode()}
    for offset in range(3):
        text = base64.b64encode(b"#" * offset + raw + b"#" * 3)
        # The characters at both ends hold bits of the neighbours.
        inner = text[4 if offset else 0 : -8]
        found |= {inner, inner.translate(bytes.maketrans(b"+/", b"-_"))}
    return found


def leaks(values: Iterable[str], places: dict[str, bytes]) -> list[str]:
    """Return the names of the places that hold one of the values in any spelling."""
    needles = {needle for value in values for needle in spellings(value)}
    return sorted(
        name for name, text in places.items() if any(n in text for n in needles)
    )


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder, by path."""
    return {str(p): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def noisy_git(folder: Path, real: str) -> Path:
    """Put a git before the real one that writes its environment down first.

    Returns:
        The folder for the front of PATH; what was seen is in its ``environments``.
    """
    folder.mkdir(parents=True)
    program = folder / "git"
    program.write_text(
        f"#!/bin/sh\nenv >> '{folder}/environments'\nexec '{real}' \"$@\"\n",
        encoding="utf-8",
    )
    program.chmod(0o755)
    return folder


class CommandLines:
    """Every command line that a process of this machine had while it was watched."""

    def __init__(self) -> None:
        self.seen: set[bytes] = set()
        self._over = threading.Event()

    @contextmanager
    def watched(self) -> Iterator[None]:
        thread = threading.Thread(target=self._watch)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()

    def _watch(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                with suppress(OSError):
                    self.seen.add(path.read_bytes())
