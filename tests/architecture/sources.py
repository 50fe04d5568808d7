"""The project's sources, parsed once."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "launchbook"


@dataclass(frozen=True)
class Source:
    """One module of the package."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """Its path below the package, as ``engine/runner.py``."""
        return self.path.relative_to(PACKAGE).as_posix()

    @property
    def lines(self) -> int:
        """How many lines it has."""
        return self.text.count("\n")


Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def sources() -> tuple[Source, ...]:
    """Every module of the package."""
    return tuple(
        Source(path, text, ast.parse(text))
        for path in sorted(PACKAGE.rglob("*.py"))
        for text in [path.read_text(encoding="utf-8")]
    )


def functions() -> list[tuple[Source, Function]]:
    """Every function and method of the package."""
    return [
        (source, node)
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def classes() -> list[tuple[Source, ast.ClassDef]]:
    """Every class of the package."""
    return [
        (source, node)
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ClassDef)
    ]


def code_lines(source: Source, node: Function) -> int:
    """Lines of a function that hold code: no docstring, comment or blank line."""
    body = node.body
    first = body[0]
    is_documented = isinstance(first, ast.Expr) and isinstance(
        first.value, ast.Constant
    )
    start = (first.end_lineno or first.lineno) if is_documented else first.lineno - 1
    text = source.text.splitlines()[start : node.end_lineno]
    return sum(1 for line in text if line.strip() and not line.strip().startswith("#"))
