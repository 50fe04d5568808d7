"""A rule, and what it finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from launchbook.migration.lint.parser import Parsed
    from launchbook.migration.lint.scene import Scene

    Look = Callable[[Parsed, Scene], Iterator[str]]


class Severity(StrEnum):
    """What a finding means for a release."""

    ERROR = "error"
    """It stops the release."""
    WARNING = "warning"
    """It is shown."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of danger.

    Attributes:
        code: Permanent; suppressions name it.
        severity: Whether it stops a release.
        rewrite: What to write instead, one sentence.
        look: Says what is wrong with a statement, naming table and column.
    """

    code: str
    severity: Severity
    rewrite: str
    look: Look


def error(code: str, rewrite: str) -> Callable[[Look], Rule]:
    """Make a rule that stops a release of the function below it."""
    return lambda look: Rule(code, Severity.ERROR, rewrite, look)


def warning(code: str, rewrite: str) -> Callable[[Look], Rule]:
    """Make a rule that only tells of the function below it."""
    return lambda look: Rule(code, Severity.WARNING, rewrite, look)


@dataclass(frozen=True, slots=True)
class Finding:
    """One place that a rule is about.

    Attributes:
        rule: Its code.
        file: Path of the migration.
        line: Of the statement's first word.
        message: What is wrong with which table or column.
        rewrite: What to write instead.
        reason: Why somebody accepts it; empty for an open finding.
    """

    rule: str
    severity: Severity
    file: str
    line: int
    message: str
    rewrite: str
    reason: str = ""

    @property
    def is_blocking(self) -> bool:
        """Whether it stops a release."""
        return self.severity == Severity.ERROR and not self.reason

    def as_json(self) -> dict[str, object]:
        """Return it as one JSON object."""
        return {
            "rule": self.rule,
            "severity": str(self.severity),
            "file": self.file,
            "line": self.line,
            "message": self.message,
            "rewrite": self.rewrite,
            "reason": self.reason,
        }
