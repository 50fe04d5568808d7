"""Rules for the text of one environment variable.

A rule answers None, or what is wrong as the end of a sentence that starts with
the variable's name. A rule never repeats the value: it may be a secret.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

Rule = Callable[[str], "str | None"]

_DURATION = re.compile(r"(\d+)(ms|s|m|h|d)?")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def seconds(text: str, *, bare_unit: str) -> float:
    """Return a duration such as `15m`, `900s` or a bare number in `bare_unit`.

    Raises:
        ValueError: The text is no duration.
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise ValueError("no duration")
    return int(match[1]) * _UNITS[match[2] or bare_unit]


def is_duration(text: str) -> str | None:
    """Accept a number with or without one of the units ms, s, m, h, d."""
    if _DURATION.fullmatch(text.strip()):
        return None
    return "must be a duration such as 15m, 7d or a plain number"


def is_any(_text: str) -> str | None:
    """Accept every text."""
    return None


def is_flag(text: str) -> str | None:
    """Accept true or false."""
    return None if text in ("true", "false") else "must be true or false"


def is_choice(*choices: str) -> Rule:
    """Accept one of the choices."""
    message = f"must be one of {', '.join(choices)}"
    return lambda text: None if text in choices else message


def is_whole(low: int, high: int) -> Rule:
    """Accept a whole number from `low` to `high`."""
    message = f"must be a whole number from {low} to {high}"

    def check(text: str) -> str | None:
        return None if text.isdecimal() and low <= int(text) <= high else message

    return check


def is_long(length: int) -> Rule:
    """Accept at least `length` characters."""
    message = f"must have at least {length} characters"
    return lambda text: None if len(text) >= length else message


def is_url(*schemes: str) -> Rule:
    """Accept an absolute URL with one of the schemes."""
    message = f"must be an absolute URL starting with {' or '.join(s + '://' for s in schemes)}"

    def check(text: str) -> str | None:
        try:
            parts = urlsplit(text)
        except ValueError:
            return message
        return None if parts.scheme in schemes and parts.hostname else message

    return check


def is_origins(text: str) -> str | None:
    """Accept a comma-separated list of web origins; a star is refused."""
    is_web = is_url("http", "https")
    origins = [part.strip() for part in text.split(",")]
    if any(is_web(origin) or urlsplit(origin).path.strip("/") for origin in origins):
        return (
            "must be a comma-separated list of origins such as https://app.example.com"
        )
    return None
