"""``launchbook init``: a working folder from the package's own data."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

from launchbook.cli.options import read_text
from launchbook.cli.output import output_of
from launchbook.config.package_data import data_root
from launchbook.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

PARTS: Final = ("inventory", "playbooks", "examples/vocilia")
TASKS: Final = '''"""The front door: every playbook and operation as an Invoke task."""
from launchbook.cli import namespace
ns = namespace.build()
'''
IGNORED: Final = ".launchbook/\n__pycache__/\n"


def init(options: Mapping[str, object]) -> int:
    """Make the folder; refuse one that holds anything already."""
    output = output_of(options)
    folder = Path(read_text(options, "directory")).expanduser()
    make_folder(folder)
    output.line(f"made {folder}: tasks.py, inventory, playbooks, examples/vocilia")
    output.line(f"next: cd {folder} && invoke sandbox.up && invoke provision.staging")
    return 0


def make_folder(folder: Path) -> None:
    """Write a working folder.

    Raises:
        InputError: The folder exists and is not empty, or cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(
            f"{folder} exists and is not an empty folder",
            hint="Name another folder, as `launchbook init shop`.",
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for part in PARTS:
            shutil.copytree(
                data_root() / part, folder / part, ignore=_caches, symlinks=True
            )
        (folder / "tasks.py").write_text(TASKS, encoding="utf-8")
        (folder / ".gitignore").write_text(IGNORED, encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"{folder} cannot be written: {error.strerror}",
            hint="Choose a folder that you may write to, with free space.",
        ) from error


def _caches(_: str, names: list[str]) -> set[str]:
    """What a build leaves behind and nobody needs, and files of secrets."""
    left = {"__pycache__", "dist", "node_modules"}
    return {name for name in names if name in left or name.startswith(".env")}
