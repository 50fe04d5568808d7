"""Options arrive as text; here they become values, or clear errors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from launchbook.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

UNIT_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
MOST_WORKERS: Final = 64
HIGHEST_PORT: Final = 65535


def read_text(options: Mapping[str, object], name: str, default: str = "") -> str:
    """Return an option as text; the default when it is not given."""
    value = options.get(name)
    return default if value is None else str(value)


def read_switch(options: Mapping[str, object], name: str) -> bool:
    """Return whether a switch is on."""
    return bool(options.get(name))


def read_names(options: Mapping[str, object], name: str) -> tuple[str, ...]:
    """Return the names of an option that lists them, as ``database,domain``."""
    parts = (part.strip() for part in read_text(options, name).split(","))
    return tuple(dict.fromkeys(part for part in parts if part))


def read_count(
    options: Mapping[str, object], name: str, *, least: int, most: int
) -> int:
    """Return a whole number.

    Raises:
        InputError: It is not one, or it is out of range.
    """
    text = read_text(options, name)
    if re.fullmatch(r"[0-9]{1,9}", text) and least <= int(text) <= most:
        return int(text)
    flag = "--" + name.replace("_", "-")
    raise InputError(
        f"{flag} takes a whole number from {least} to {most}, not {text!r}",
        hint=f"Give the number after the flag, as {flag} {max(least, min(8, most))}.",
    )


def read_duration_seconds(text: str) -> int:
    """Return the seconds of ``90s``, ``15m``, ``36h`` or ``7d``.

    Raises:
        InputError: It is written differently.
    """
    found = re.fullmatch(r"([0-9]{1,6})([smhd])", text)
    if found is None:
        raise InputError(
            f"a duration is a whole number and a unit, not {text!r}",
            hint="Write seconds, minutes, hours or days as 90s, 15m, 36h or 7d.",
        )
    return int(found[1]) * UNIT_SECONDS[found[2]]
