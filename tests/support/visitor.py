"""A product that answers from a table, for steps that only look."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from launchbook.errors import Unavailable
from launchbook.transport.probe import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass
class Table:
    """Answers by URL; what the table says nothing about does not answer.

    Attributes:
        answers: URL to status, headers and content.
        asked: Every URL that was asked for, with the headers sent.
    """

    answers: dict[str, tuple[int, dict[str, str], str]]
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def probe(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        self.asked.append((url, dict(headers or {})))
        if url not in self.answers:
            raise Unavailable(f"{url} gave no answer", hint="Look.")
        status, shown, text = self.answers[url]
        return Answer(url, status, shown, text.encode(), 0.0, 0.0)
