"""What people read, and what it must agree with."""

from __future__ import annotations

import os
import re
import runpy
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.architecture.sources import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

NOT_OURS = {
    *(".git", ".venv", ".launchbook", "__pycache__", "node_modules", "dist", "build"),
    *(".mypy_cache", ".ruff_cache", ".pytest_cache", ".import_linter_cache"),
    ".hypothesis",
}
FENCED = re.compile(r"^```[a-z]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"^ {4,}(.*)$", re.MULTILINE)
SPAN = re.compile(r"`([^`\n]+)`")


def pages() -> list[Path]:
    """Every page that a person reads."""
    own = [*ROOT.glob("*.md"), *(ROOT / "examples" / "vocilia").glob("*.md")]
    return sorted([*own, *(ROOT / "docs").rglob("*.md")])


def texts() -> Iterator[tuple[str, str]]:
    """Every file of the project that is text, by its path."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(set(folders) - NOT_OURS)
        for name in sorted(names):
            path = Path(folder) / name
            if not name.startswith(".coverage") and path.is_file():
                inside = path.relative_to(ROOT).as_posix()
                yield inside, path.read_text(encoding="utf-8", errors="ignore")


def code(text: str) -> str:
    """What a page shows as code, one piece a line."""
    blocks = FENCED.findall(text)
    rest = FENCED.sub("", text)
    return "\n".join([*blocks, *SPAN.findall(rest), *INDENTED.findall(rest)])


@cache
def reference() -> dict[str, Any]:
    """The script that writes docs/reference."""
    return runpy.run_path(str(ROOT / "scripts" / "reference.py"))


ENVIRONMENTS = ("development", "staging", "production")


@cache
def flags_by_task() -> dict[str, set[str]]:
    """Every task with its flags, as they are typed."""
    groups = reference()["task_groups"]()
    for group in reference()["PER_ENVIRONMENT"]:
        # One of them is documented; there is one for each environment.
        (_, operation), *others = groups[group]
        each = [(f"{group}.{name}", operation) for name in ENVIRONMENTS]
        groups[group] = [*each, *others]
    return {
        name.removeprefix("launchbook "): {
            "--" + flag.name.rstrip("_").replace("_", "-")
            for flag in operation.flags
            if not flag.is_argument
        }
        for operations in groups.values()
        for name, operation in operations
    }


@cache
def make_targets() -> set[str]:
    """Every target that `make` lists."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z-]+):.*##", makefile, re.MULTILINE))


def page(name: str) -> str:
    """One page below docs."""
    return (ROOT / "docs" / name).read_text(encoding="utf-8")
