"""Cutting an SQL script into its statements.

It knows quotes, dollar quotes, comments (nested ones too), parentheses and the
bodies of SQL-standard functions (``BEGIN ATOMIC ... END``), as psql does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_TOKEN: Final = re.compile(
    r"""
      (?P<line_comment>--[^\n]*)
    | (?P<block_comment>/\*)
    | (?P<escape_string>\b[eE]'(?:[^'\\]|\\.|'')*')
    | (?P<string>'(?:[^']|'')*')
    | (?P<identifier>"(?:[^"]|"")*")
    | (?P<dollar>\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$)
    | (?P<word>[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)
    | (?P<parenthesis>[()])
    | (?P<end>;)
    """,
    re.VERBOSE | re.DOTALL,
)
_WORD: Final = re.compile(r"[A-Za-z_]+")
_OPENING: Final = 80
"""So many characters hold the first two words of a statement."""
_CONTROL: Final = frozenset({"BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT"})
_BLOCK_EDGE: Final = re.compile(r"/\*|\*/")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a script.

    Attributes:
        text: Without its semicolon; comments stay where they are.
        start: Where the text begins in the script, in characters from 0.
        line: Where its first word stands, counted from 1.
        words: Its first two words, upper case.
    """

    text: str
    start: int
    line: int
    words: tuple[str, ...]

    @property
    def is_transaction_control(self) -> bool:
        """Whether it would begin or end a transaction."""
        first, second = (*self.words, "", "")[:2]
        return first in _CONTROL and (first, second) != ("ROLLBACK", "TO")


def split(script: str) -> tuple[Statement, ...]:
    """Return the statements of a script; what is only comments is left out."""
    statements: list[Statement] = []
    start = 0
    for end in (*_ends(script), len(script)):
        head = _code_start(script, start, end)
        if head < end:
            statements.append(_statement(script, start, head, end))
        start = end + 1
    return tuple(statements)


def line_comments(script: str) -> tuple[tuple[int, str], ...]:
    """Return each ``--`` comment with where it begins, in characters from 0."""
    comments: list[tuple[int, str]] = []
    position = 0
    while found := _TOKEN.search(script, position):
        position = _after(script, found)
        if found.lastgroup == "line_comment":
            comments.append((found.start(), found.group()))
    return tuple(comments)


def _statement(script: str, start: int, head: int, end: int) -> Statement:
    opening = _WORD.findall(script[head : min(end, head + _OPENING)])
    text = script[start:end].lstrip()
    return Statement(
        text=text.rstrip(),
        start=end - len(text),
        line=script.count("\n", 0, head) + 1,
        words=tuple(word.upper() for word in opening[:2]),
    )


def _ends(script: str) -> list[int]:
    """Return where the semicolons are that end a statement."""
    ends: list[int] = []
    nesting = _Nesting()
    position = 0
    while found := _TOKEN.search(script, position):
        position = _after(script, found)
        if found.lastgroup in {"word", "parenthesis"}:
            nesting.see(found.group().upper())
        elif found.lastgroup == "end" and not nesting.is_open:
            ends.append(found.start())
            nesting = _Nesting()
    return ends


def _code_start(script: str, start: int, end: int) -> int:
    """Return where the first token is that is no comment; ``end`` for none."""
    position = start
    while position < end:
        if script[position].isspace():
            position += 1
            continue
        found = _TOKEN.match(script, position)
        if found is None or not str(found.lastgroup).endswith("comment"):
            return position
        position = _after(script, found)
    return end


def _after(script: str, found: re.Match[str]) -> int:
    """Return where to read on after a token that may hold anything."""
    if found.lastgroup == "block_comment":
        return _end_of_comment(script, found.end())
    if found.lastgroup == "dollar":
        closing = script.find(found.group(), found.end())
        return len(script) if closing < 0 else closing + len(found.group())
    return found.end()


def _end_of_comment(script: str, position: int) -> int:
    depth = 1
    while depth and (edge := _BLOCK_EDGE.search(script, position)):
        depth += 1 if edge.group() == "/*" else -1
        position = edge.end()
    return len(script) if depth else position


class _Nesting:
    """Parentheses, and ``BEGIN ATOMIC`` and ``CASE`` against ``END``."""

    def __init__(self) -> None:
        self._blocks = 0
        self._parentheses = 0
        self._previous = ""

    @property
    def is_open(self) -> bool:
        """Whether a semicolon here is inside something."""
        return self._blocks > 0 or self._parentheses > 0

    def see(self, word: str) -> None:
        """Take note of one word (upper case) or parenthesis."""
        if word in "()":
            self._parentheses += 1 if word == "(" else -1
        elif (word == "ATOMIC" and self._previous == "BEGIN") or (
            self._blocks and word == "CASE"
        ):
            self._blocks += 1
        elif self._blocks and word == "END":
            self._blocks -= 1
        self._previous = word
