"""Where the files are that belong to the program itself."""

from __future__ import annotations

from pathlib import Path
from typing import Final

PACKAGE: Final = Path(__file__).parents[1]


def data_root() -> Path:
    """Return the folder of ``schemas``, ``playbooks``, ``inventory``, ``examples``.

    An installed wheel carries them as ``launchbook/data``; in a checkout they
    are the folders at its top.
    """
    packed = PACKAGE / "data"
    return packed if packed.is_dir() else PACKAGE.parents[1]


def schema_path(name: str) -> Path:
    """Return the file of a schema, as ``playbook`` or ``steps/vercel.project``."""
    return data_root() / "schemas" / f"{name}.schema.json"
