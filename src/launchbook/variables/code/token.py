"""JavaScript and TypeScript as tokens: no comments, strings apart from code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator


class TokenKind(StrEnum):
    """What a token is."""

    NAME = "name"
    TEXT = "text"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Token:
    """One token; a text without its quotes."""

    kind: TokenKind
    text: str
    line: int

    def is_mark(self, *marks: str) -> bool:
        """Whether it is one of these marks."""
        return self.kind is TokenKind.MARK and self.text in marks


_PLAIN: Final = re.compile(
    r"(?P<space>\s+|//[^\n]*|/\*.*?\*/)"
    r"|(?P<name>[A-Za-z_$][\w$]*|[0-9][\w.]*)"
    r"""|(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
    r"|(?P<tick>`)"
    r"|(?P<mark>\?\.|\.\.\.|=>|===|!==|==|!=|\?\?=|\?\?|\|\||&&|.)",
    re.DOTALL,
)
_REGULAR: Final = re.compile(
    r"/(?![/*])(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*"
)
_TEMPLATE: Final = re.compile(r"(?:[^`\\$]|\\.|\$(?!\{))*", re.DOTALL)
_BEFORE_VALUE: Final = frozenset(
    {"return", "typeof", "case", "in", "of", "delete", "void", "await", "yield"}
)


def tokens_of(text: str) -> list[Token]:
    """Return the tokens of a program; what is malformed comes out as marks."""
    return list(_Scanner(text).tokens())


class _Scanner:
    """Walks over a text once; templates nest by way of their braces."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1
        self._last: Token | None = None
        # How many braces are open in each template's expression we are inside of.
        self._depths: list[int] = []

    def tokens(self) -> Iterator[Token]:
        """Yield the tokens."""
        while self._at < len(self._text):
            for token in self._next():
                self._last = token
                yield token

    def _next(self) -> Iterator[Token]:
        if self._text[self._at] == "/" and self._is_value_due():
            regular = _REGULAR.match(self._text, self._at)
            if regular:
                yield self._take(TokenKind.TEXT, regular[0], shown="")
                return
        match = _PLAIN.match(self._text, self._at)
        # Every character is a mark at least, so there always is one.
        kind, found = (match.lastgroup, match[0]) if match else ("mark", "")
        if kind == "space":
            self._move(found)
        elif kind == "tick":
            self._move(found)
            yield from self._template()
        elif kind == "text":
            yield self._take(TokenKind.TEXT, found, shown=found[1:-1])
        elif kind == "name":
            yield self._take(TokenKind.NAME, found)
        else:
            yield from self._mark(found)

    def _mark(self, found: str) -> Iterator[Token]:
        token = self._take(TokenKind.MARK, found)
        if self._depths and found == "{":
            self._depths[-1] += 1
        if self._depths and found == "}":
            if self._depths[-1] == 0:
                self._depths.pop()
                yield Token(TokenKind.MARK, ")", token.line)
                yield from self._template()
                return
            self._depths[-1] -= 1
        yield token

    def _template(self) -> Iterator[Token]:
        """The rest of a template up to its end, or to its next expression."""
        piece = _TEMPLATE.match(self._text, self._at)
        shown = piece[0] if piece else ""
        yield self._take(TokenKind.TEXT, shown)
        if self._text.startswith("${", self._at):
            self._move("${")
            self._depths.append(0)
            yield Token(TokenKind.MARK, "(", self._line)
        elif self._at < len(self._text):
            self._move("`")

    def _take(self, kind: TokenKind, found: str, shown: str | None = None) -> Token:
        token = Token(kind, found if shown is None else shown, self._line)
        self._move(found)
        return token

    def _move(self, found: str) -> None:
        self._at += max(1, len(found)) if found else 0
        self._line += found.count("\n")

    def _is_value_due(self) -> bool:
        """Whether a slash begins a regular expression here, and is no division."""
        last = self._last
        if last is None:
            return True
        if last.kind is TokenKind.NAME:
            return last.text in _BEFORE_VALUE
        return last.kind is TokenKind.MARK and last.text not in {")", "]", "}"}
