"""Where a command works: the working folder and the state folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

HOME_VARIABLE: Final = "LAUNCHBOOK_HOME"
MARK: Final = Path("inventory") / "product.yml"


def find_root(start: Path | None = None) -> Path | None:
    """Return the nearest folder upwards that holds an inventory, or None."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / MARK).is_file():
            return folder
    return None


def find_home(root: Path) -> Path:
    """Return the state folder: ``$LAUNCHBOOK_HOME``, or ``.launchbook/``."""
    given = os.environ.get(HOME_VARIABLE)
    return Path(given).expanduser().resolve() if given else root / ".launchbook"
