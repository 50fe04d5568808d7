"""DNS for the product's code, out of a table."""

from __future__ import annotations

from launchbook.errors import Unavailable


class DnsTable:
    """Answers questions from a table; what is not there is empty.

    Args:
        records: ``KIND host`` to the values.
        is_silent: No server answers at all.
    """

    def __init__(
        self, records: dict[str, list[str]] | None = None, *, is_silent: bool = False
    ) -> None:
        self.records = records or {}
        self.asked: list[str] = []
        self._is_silent = is_silent

    def lookup(self, host: str, kind: str) -> tuple[str, ...]:
        self.asked.append(f"{kind} {host}")
        if self._is_silent:
            raise Unavailable("127.0.0.1:53 gave no answer", hint="Look at it.")
        return tuple(self.records.get(f"{kind} {host}", ()))
