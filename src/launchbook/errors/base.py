"""What every error has: a code, an exit status, a hint, facts, a place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping


class LaunchbookError(Exception):
    """The root: a permanent code, an exit status, a hint, and facts.

    Args:
        message: What happened and to which thing; no secret values.
        hint: One full sentence with the next command to type.
        details: Further facts for ``--json``; only JSON values.

    The exit status is that of the class until the engine raises it: what failed
    after something was written ends with 6, whatever the cause.
    """

    code: ClassVar[str] = "internal-error"
    exit_status: int = 1
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        hint: str,
        details: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details: dict[str, object] = dict(details or {})

    def as_event(self) -> dict[str, object]:
        """Return the error as one JSON object, the shape of ``--json``."""
        return {
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
            "exit_status": self.exit_status,
            "retryable": self.retryable,
            **({"details": self.details} if self.details else {}),
        }


@dataclass(frozen=True)
class Location:
    """Where in a file something stands: line and column count from 1."""

    file: str
    line: int
    column: int = 1
    pointer: str = ""

    def __str__(self) -> str:
        pointer = f" ({self.pointer})" if self.pointer else ""
        return f"{self.file}:{self.line}:{self.column}{pointer}"


class LocatedError(LaunchbookError):
    """An error that points at a place in a file."""

    def __init__(
        self,
        message: str,
        *,
        hint: str,
        location: Location | None = None,
        details: Mapping[str, object] | None = None,
    ) -> None:
        facts = dict(details or {})
        if location is not None:
            message = f"{location}: {message}"
            facts |= {
                "file": location.file,
                "line": location.line,
                "column": location.column,
                "pointer": location.pointer,
            }
        super().__init__(message, hint=hint, details=facts)
        self.location = location
