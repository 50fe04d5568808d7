"""What can be wrong with variables: every kind has a permanent name."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from launchbook.errors import Location


class FaultKind(StrEnum):
    """The kinds, by what they endanger."""

    # Leaks
    EXPOSED = "secret-under-public-prefix"
    EXPOSED_VALUE = "secret-value-made-public"
    WRITTEN_DOWN = "secret-in-the-inventory"
    CREDENTIAL = "credential-not-declared-secret"
    UNSEALED = "secret-without-seal-decision"
    ON_A_PAGE = "secret-read-by-a-page"
    # Types
    TYPE = "wrong-type"
    RANGE = "out-of-range"
    OPTION = "not-an-option"
    LENGTH = "wrong-length"
    PATTERN = "wrong-pattern"
    # The wrong environment
    PLACEHOLDER = "placeholder"
    LOCAL = "local-address"
    OTHER_ENVIRONMENT = "other-environment"
    SHARED = "secret-of-two-environments"
    UNENCRYPTED = "unencrypted-address"
    # Parity
    MISSING = "required-and-missing"
    UNDECLARED = "read-and-not-declared"
    UNREAD = "declared-and-not-read"
    STALE_EXCUSE = "read-after-all"


class Breach(NamedTuple):
    """What is wrong with one text, as the end of a sentence; never the text itself."""

    kind: FaultKind
    text: str


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that breaks the contract; the text never holds a value."""

    app: str
    name: str
    text: str
    location: Location | None
    kind: FaultKind = FaultKind.TYPE

    def __str__(self) -> str:
        place = f"{self.location.file}:{self.location.line}: " if self.location else ""
        return f"{place}{self.app} {self.name} {self.text}"

    def as_json(self) -> dict[str, object]:
        """Return the fault as one JSON object."""
        place = self.location
        return {
            "fault": str(self.kind),
            "app": self.app,
            "name": self.name,
            "text": self.text,
            "file": place.file if place else None,
            "line": place.line if place else None,
        }
