"""Where a command works: the working folder, the state folder, the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from launchbook.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.clock import Clock

HOME_VARIABLE: Final = "LAUNCHBOOK_HOME"
MARK: Final = Path("inventory") / "product.yml"
OPTION: Final = "place"
"""The option under which a command finds the place that it was built for."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a command works, for a program that embeds the command line.

    Attributes:
        start: The working folder, or one below it.
        environ: The variables that ``env:NAME`` refers to and that name the state
            folder.
        clock: What the command reads and waits by.
    """

    start: Path
    environ: Mapping[str, str] = field(repr=False)
    clock: Clock = field(default_factory=SystemClock, repr=False)


def place_of(options: Mapping[str, object]) -> Place:
    """Return the place that the options carry; without one, the process's own."""
    given = options.get(OPTION)
    return given if isinstance(given, Place) else Place(Path.cwd(), dict(os.environ))


def find_root(start: Path | None = None) -> Path | None:
    """Return the nearest folder upwards that holds an inventory, or None."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / MARK).is_file():
            return folder
    return None


def find_home(root: Path, environ: Mapping[str, str] = os.environ) -> Path:
    """Return the state folder: ``$LAUNCHBOOK_HOME``, or ``.launchbook/``."""
    given = environ.get(HOME_VARIABLE)
    return Path(given).expanduser().resolve() if given else root / ".launchbook"
