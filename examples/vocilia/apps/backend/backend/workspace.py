"""Where things are in the monorepo that this package was uploaded with."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

IDENTITY_FILE = "launchbook-build.json"


def find_upwards(name: str, start: Path) -> Path | None:
    """Return the nearest path called `name` in `start` or a folder above it."""
    for folder in (start, *start.parents):
        if (folder / name).exists():
            return folder / name
    return None


@cache
def shared(name: str) -> Path:
    """Return a file of the workspace packages, such as `types/shapes.json`.

    Raises:
        FileNotFoundError: This package was deployed without its workspace.
    """
    path = find_upwards(f"packages/{name}", Path(__file__).resolve().parent)
    if path is None:
        raise FileNotFoundError(
            f"packages/{name} is not above {Path(__file__).parent}: "
            "deploy the whole monorepo, not apps/backend alone"
        )
    return path


def build_identity() -> str | None:
    """Return the identity that the deployment gave this build; None without one."""
    path = find_upwards(IDENTITY_FILE, Path(__file__).resolve().parent)
    if path is None:
        return None
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    identity = document.get("identity")
    return identity if isinstance(identity, str) else None
