"""What a migration says of itself: ``-- launchbook: phase=contract``.

``phase``, ``transaction`` and ``batch`` stand above the first statement and hold for
the file; ``allow=RULE reason`` stands before or within the statement it is about.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from launchbook.migration.statement import line_comments

if TYPE_CHECKING:
    from collections.abc import Mapping

_MARK: Final = re.compile(r"--\s*launchbook:\s*(?P<told>.*)")
_ALLOW: Final = re.compile(r"allow=(?P<rule>\S*)\s*(?P<reason>.*)")
_WORD: Final = re.compile(r"(?P<key>[a-z]+)=(?P<value>\S+)")
LARGEST_BATCH: Final = 100_000
"""Rows a transaction; more would hold locks for as long as the whole would."""


class Phase(StrEnum):
    """When a migration may be applied."""

    EXPAND = "expand"
    """Adds; what serves now works before and after it."""
    MIGRATE = "migrate"
    """Moves data; what serves now works before and after it."""
    CONTRACT = "contract"
    """Takes away; only the release that carries it, and later ones, do without."""


class HeaderError(ValueError):
    """A header cannot be read.

    Args:
        what: In words, to follow the file's name.
        line: Of the file, from 1.
    """

    def __init__(self, what: str, line: int) -> None:
        super().__init__(what)
        self.what = what
        self.line = line


@dataclass(frozen=True, slots=True)
class Allowance:
    """A finding that somebody accepts.

    Attributes:
        rule: Its code.
        reason: Empty where somebody forgot it.
        start: Where it stands, in characters from 0.
        line: The same in lines, from 1.
    """

    rule: str
    reason: str
    start: int
    line: int


@dataclass(frozen=True, slots=True)
class Header:
    """What the comments of one file say.

    Attributes:
        phase: Expand, unless it says otherwise.
        has_transaction: As the file demands; None leaves it to the parser.
        batch: Rows a transaction; 0 for a file that runs once.
    """

    phase: Phase = Phase.EXPAND
    has_transaction: bool | None = None
    batch: int = 0
    allowances: tuple[Allowance, ...] = ()


def read_header(sql: str, first_statement: int) -> Header:
    """Read the comments of a file.

    Args:
        sql: The whole text.
        first_statement: The line of its first statement.

    Raises:
        HeaderError: A word is unknown, wrong, or stands below the first statement.
    """
    words: dict[str, tuple[str, int]] = {}
    allowances: list[Allowance] = []
    for start, comment in line_comments(sql):
        if (marked := _MARK.match(comment)) is None:
            continue
        line = sql.count("\n", 0, start) + 1
        if allow := _ALLOW.fullmatch(marked["told"].strip()):
            allowances.append(Allowance(allow["rule"], allow["reason"], start, line))
        elif line > first_statement:
            raise HeaderError("has a header below its first statement", line)
        else:
            words.update(_words(marked["told"], line))
    return _header(words, tuple(allowances))


def _words(told: str, line: int) -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    for word in told.split():
        matched = _WORD.fullmatch(word)
        if matched is None or matched["key"] not in {"phase", "transaction", "batch"}:
            raise HeaderError(f"has a header that nobody knows: {word}", line)
        found[matched["key"]] = (matched["value"], line)
    return found


def _header(
    words: Mapping[str, tuple[str, int]], allowances: tuple[Allowance, ...]
) -> Header:
    phase, phase_line = words.get("phase", ("expand", 1))
    if phase not in set(Phase):
        raise HeaderError(f"has no phase of ours: {phase}", phase_line)
    transaction, line = words.get("transaction", ("", 1))
    if transaction not in {"", "yes", "no"}:
        raise HeaderError("says neither transaction=yes nor transaction=no", line)
    batch = _batch(*words["batch"]) if "batch" in words else 0
    if batch and phase != Phase.MIGRATE:
        raise HeaderError("has a batch, but not phase=migrate", words["batch"][1])
    has_transaction = {"yes": True, "no": False}.get(transaction)
    return Header(Phase(phase), has_transaction, batch, allowances)


def _batch(told: str, line: int) -> int:
    if not told.isdecimal() or not 1 <= int(told) <= LARGEST_BATCH:
        raise HeaderError(f"has no batch of 1 to {LARGEST_BATCH}: {told}", line)
    return int(told)
