"""Working folders for tests: the shipped one, or a small one written on the spot."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from launchbook.config.package_data import data_root
from launchbook.config.workspace import Workspace
from launchbook.redact import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FACTS: Mapping[str, object] = {
    "edge_port": 8443,
    "edge_http_port": 8080,
    "cloudflare": {
        "api": "https://127.0.0.1:7001/client/v4",
        "token": Secret("cloudflare-token"),
        "account": "a1",
    },
    "dns": {"nameservers": ["127.0.0.1:5300"]},
    "ca_file": "ca.pem",
    "source": {"path": "/tmp/source"},
    "railway": {"api": "https://127.0.0.1:1", "token": Secret("railway-token")},
    "vercel": {
        "api": "https://127.0.0.1:2",
        "token": Secret("vercel-token"),
        "team": "team_1",
    },
    "supabase": {
        "api": "https://127.0.0.1:3",
        "token": Secret("supabase-token"),
        "organization": "vocilia",
    },
    "pooler": {"session_port": 6001, "transaction_port": 6002},
}
"""What a running sandbox says of itself, in the shape that the inventory reads."""


def shipped(folder: Path) -> Workspace:
    """Copy the shipped inventory and playbooks into a folder."""
    for part in ("inventory", "playbooks"):
        shutil.copytree(data_root() / part, folder / "shop" / part)
    return Workspace(folder / "shop", folder / "home")


def edit(workspace: Workspace, path: str, old: str, new: str) -> None:
    """Replace a text that stands in a file of the working folder."""
    file = workspace.root / path
    text = file.read_text(encoding="utf-8")
    assert old in text, f"{path} does not hold {old!r}"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def write(workspace: Workspace, path: str, text: str) -> Path:
    """Write a file of the working folder."""
    file = workspace.root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def line_of(workspace: Workspace, path: str, start: str) -> int:
    """Return the number of the first line that starts with a text."""
    lines = (workspace.root / path).read_text(encoding="utf-8").splitlines()
    return 1 + next(n for n, line in enumerate(lines) if line.startswith(start))
