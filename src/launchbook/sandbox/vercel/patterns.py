"""Sources and destinations of ``vercel.json``: ``/blog/:slug``, ``/(.*)``.

The subset of path-to-regexp that such files use: ``:name`` with ``?``, ``*`` or
``+`` or a pattern of its own in brackets, and bracketed patterns without a name,
which a destination calls ``$1``, ``$2``. A source matches a whole path.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_NAME: Final = re.compile(r":([A-Za-z_]\w*)")
_SEGMENT: Final = "[^/]+?"
_USE: Final = re.compile(r":([A-Za-z_]\w*)[*+?]?|\$(\d+)")


class SourceError(ValueError):
    """A source that is no pattern."""


@dataclass(frozen=True, slots=True)
class Source:
    """A compiled source.

    Attributes:
        text: As it was written.
    """

    text: str
    pattern: re.Pattern[str]

    def match(self, path: str) -> dict[str, str] | None:
        """Return what a path's parts are by name (``1``, ``2`` without one).

        None when the path does not match.
        """
        found = self.pattern.fullmatch(path)
        if found is None:
            return None
        return {
            name.removeprefix("p_").removeprefix("n_"): value or ""
            for name, value in found.groupdict().items()
        }


def fill(destination: str, parts: dict[str, str]) -> str:
    """Return a destination with the parts of a match put in.

    A name that the source does not have stays as it is (a port, for one).
    """

    def replace(use: re.Match[str]) -> str:
        name = use.group(1) or use.group(2)
        return parts.get(name, use.group(0))

    return _USE.sub(replace, destination)


def compile_source(text: str) -> Source:
    """Compile a source.

    Raises:
        SourceError: It does not start with ``/``, or a bracket is not closed.
    """
    if not text.startswith("/"):
        raise SourceError(f"`source` {text!r} does not start with /")
    try:
        return Source(text, re.compile(_Compiler(text).pattern()))
    except re.error as error:
        raise SourceError(f"`source` {text!r} is no pattern: {error}") from error


class _Compiler:
    """Walks over one source and writes the expression."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._parts: list[str] = []
        self._unnamed_count = 0

    def pattern(self) -> str:
        while self._at < len(self._text):
            self._step()
        return "".join(self._parts)

    def _step(self) -> None:
        character = self._text[self._at]
        if name := _NAME.match(self._text, self._at):
            self._at = name.end()
            self._group(f"p_{name.group(1)}", self._bracketed() or _SEGMENT)
        elif character == "(":
            self._unnamed_count += 1
            self._group(f"n_{self._unnamed_count}", self._bracketed() or _SEGMENT)
        elif character == "\\":
            self._parts.append(re.escape(self._text[self._at + 1 : self._at + 2]))
            self._at += 2
        else:
            self._parts.append(re.escape(character))
            self._at += 1

    def _bracketed(self) -> str | None:
        """Take a bracketed pattern at the present place; None when there is none."""
        if self._text[self._at : self._at + 1] != "(":
            return None
        depth = 0
        for at in range(self._at, len(self._text)):
            if self._text[at - 1] == "\\":
                continue
            depth += {"(": 1, ")": -1}.get(self._text[at], 0)
            if depth == 0:
                inner = self._text[self._at + 1 : at]
                self._at = at + 1
                return inner
        raise SourceError(f"`source` {self._text!r} has an open bracket")

    def _group(self, name: str, inner: str) -> None:
        """Write a group; with ``?`` or ``*`` the slash before it is optional too."""
        modifier = self._text[self._at : self._at + 1]
        if modifier not in {"?", "*", "+"} or not modifier:
            self._parts.append(f"(?P<{name}>{inner})")
            return
        self._at += 1
        prefix = self._parts.pop() if self._parts and self._parts[-1] == "/" else ""
        many = inner if modifier == "?" else f"{inner}(?:{prefix}{inner})*"
        group = f"{prefix}(?P<{name}>{many})"
        self._parts.append(group if modifier == "+" else f"(?:{group})?")
