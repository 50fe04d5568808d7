"""Reading answers: JSON objects whose fields are checked as they are used."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from launchbook.errors import MalformedAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping


class Fields:
    """One JSON object of an answer.

    Unknown fields are ignored. A field that is missing or of another type than
    the vendor's contract promises raises MalformedAnswer with its path.

    Args:
        value: What the answer holds at this place.
        where: The place, as ``vercel project``.
    """

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, dict):
            raise malformed(where, "a JSON object", value)
        self._value: Mapping[str, object] = value
        self._where = where

    def text(self, name: str) -> str:
        """Return a string that must be there."""
        value = self._value.get(name)
        if not isinstance(value, str):
            raise malformed(f"{self._where}.{name}", "a string", value)
        return value

    def optional_text(self, name: str) -> str | None:
        """Return a string, or None where it is null or absent."""
        return None if self._value.get(name) is None else self.text(name)

    def text_or_empty(self, name: str) -> str:
        """Return a string, empty where it is null or absent."""
        return self.optional_text(name) or ""

    def whole(self, name: str) -> int:
        """Return a whole number that must be there."""
        value = self.optional_whole(name)
        if value is None:
            raise malformed(f"{self._where}.{name}", "a whole number", value)
        return value

    def optional_whole(self, name: str) -> int | None:
        """Return a whole number, or None where it is null or absent."""
        value = self._value.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise malformed(f"{self._where}.{name}", "a whole number", value)
        return int(value)

    def optional_number(self, name: str) -> float | None:
        """Return a number, or None when it is absent or null."""
        value = self._value.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise malformed(f"{self._where}.{name}", "a number", value)
        return float(value)

    def is_truthy(self, name: str) -> bool:
        """Whether a field holds true, a number other than 0, or any content."""
        return bool(self._value.get(name))

    def optional_flag(self, name: str) -> bool | None:
        """Return a boolean, or None where it is null or absent."""
        value = self._value.get(name)
        if value is None or isinstance(value, bool):
            return value
        raise malformed(f"{self._where}.{name}", "true or false", value)

    def child(self, name: str) -> Fields:
        """Return an object that must be there."""
        return Fields(self._value.get(name), f"{self._where}.{name}")

    def optional_child(self, name: str) -> Fields | None:
        """Return an object, or None where it is null or absent."""
        return None if self._value.get(name) is None else self.child(name)

    def children(self, name: str) -> tuple[Fields, ...]:
        """Return a list of objects that must be there."""
        return fields_of(self._value.get(name), f"{self._where}.{name}")

    def optional_children(self, name: str) -> tuple[Fields, ...]:
        """Return a list of objects; none where it is null or absent."""
        return () if self._value.get(name) is None else self.children(name)

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of strings; none where it is null or absent.

        A single string counts as a list of one: some vendors say it so.
        """
        value = self._value.get(name)
        if value is None:
            return ()
        items = [value] if isinstance(value, str) else value
        if isinstance(items, list) and all(isinstance(item, str) for item in items):
            return tuple(str(item) for item in items)
        raise malformed(f"{self._where}.{name}", "a list of strings", value)

    def mapping(self, name: str) -> dict[str, object]:
        """Return an object as it stands; empty where it is null or absent."""
        value = self._value.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise malformed(f"{self._where}.{name}", "a JSON object", value)
        return dict(value)

    def moment(self, name: str) -> datetime | None:
        """Return a time from ISO 8601 text or Unix milliseconds, in UTC."""
        value = self._value.get(name)
        try:
            if isinstance(value, str):
                return datetime.fromisoformat(value).astimezone(UTC)
            if isinstance(value, int | float):
                return datetime.fromtimestamp(value / 1000.0, UTC)
        except (ValueError, OverflowError):
            raise malformed(f"{self._where}.{name}", "a time", value) from None
        return None


def fields_of(value: object, where: str) -> tuple[Fields, ...]:
    """Return every object of a list.

    Raises:
        MalformedAnswer: It is not a list of objects.
    """
    if not isinstance(value, list):
        raise malformed(where, "a list", value)
    return tuple(Fields(item, f"{where}[{index}]") for index, item in enumerate(value))


def malformed(where: str, wanted: str, value: object) -> MalformedAnswer:
    """Return the error; it names the type that came, never the value."""
    came = "nothing" if value is None else f"a {type(value).__name__}"
    return MalformedAnswer(
        f"the answer's {where} should be {wanted} and is {came}",
        hint="Run the same command again; if it stays so, the platform has changed its API: report it.",
        platform=where.partition(" ")[0],
    )
