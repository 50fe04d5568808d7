"""Identifiers that sort by the time at which they were made."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: no i, l, o, u, so that ids can be read aloud."""
RANDOM_BITS: Final = 80
LENGTH: Final = 26
"""48 bits of milliseconds and 80 random bits, five bits a character."""


def new_id(at: datetime) -> str:
    """Return a new identifier: 26 characters, the first ten tell the time."""
    milliseconds = int(at.timestamp() * 1000)
    number = milliseconds << RANDOM_BITS | secrets.randbits(RANDOM_BITS)
    shifts = range(5 * (LENGTH - 1), -1, -5)
    return "".join(ALPHABET[number >> shift & 31] for shift in shifts)
