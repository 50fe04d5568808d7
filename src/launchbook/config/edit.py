"""Changing one scalar of a YAML file; comments and everything else stay."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from launchbook.config import safe_file
from launchbook.config.yaml import load
from launchbook.errors import InventoryError

if TYPE_CHECKING:
    from pathlib import Path

_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")
_REST: Final = re.compile(r"(?P<value>[^#\n]*?)(?P<end>[ \t]*(#[^\n]*)?)\Z")


def set_scalar(path: Path, pointer: str, value: str | int) -> None:
    """Replace the value at a JSON pointer, which must be a scalar on one line.

    Raises:
        InventoryError: There is no such scalar.
    """
    document = load(path)
    if pointer not in document.marks:
        raise InventoryError(
            f"there is no {pointer} to set",
            hint=f"Add the key to {path}, then run the same command again.",
            location=document.locate(pointer),
        )
    place = document.locate(pointer)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    line = lines[place.line - 1]
    before, rest = line[: place.column - 1], line[place.column - 1 :].rstrip("\n")
    found = _REST.fullmatch(rest)
    end = found["end"] if found else ""
    lines[place.line - 1] = f"{before}{_written(value)}{end}\n"
    mode = path.stat().st_mode
    safe_file.write(path, "".join(lines).encode())
    path.chmod(mode)


def _written(value: str | int) -> str:
    """Plain where YAML reads it back as the same, else quoted."""
    text = str(value)
    if isinstance(value, int):
        return text
    return text if _PLAIN.fullmatch(text) else json.dumps(text)
