"""Secrets have a type, and every output goes through a redactor.

A secret prints as ``[redacted]`` wherever it is formatted. What slips through
as plain text (a vendor's error message, a process's log) is caught **by value**:
the redactor knows every value in use and replaces it, also where it appears
base64-encoded or URL-encoded.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from threading import Lock
from typing import Final, NoReturn
from urllib.parse import quote, quote_plus

REDACTED: Final = "[redacted]"
SHORTEST_REDACTED: Final = 6
"""Values shorter than this are not searched for: they would hide plain words."""
SHORTEST_LINE: Final = 16
"""The same for one line of a value of several lines."""
PERCENT: Final = re.compile(r"%[0-9A-F]{2}")


class Secret:
    """A string that does not print itself. ``reveal()`` is the only way out."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the value itself, for the wire and nowhere else."""
        return self._value

    def __repr__(self) -> str:
        return REDACTED

    def __str__(self) -> str:
        return REDACTED

    def __format__(self, spec: str) -> str:
        return REDACTED

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash(self._value)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __reduce__(self) -> NoReturn:
        msg = "a secret is never pickled"
        raise TypeError(msg)


def reveal(value: object) -> object:
    """Replace every Secret inside a JSON-like value by its plain text."""
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, dict):
        return {key: reveal(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [reveal(item) for item in value]
    return value


def fingerprint(key: bytes, value: Secret | str) -> str:
    """Return a keyed fingerprint (HMAC-SHA-256, 32 hex digits) of a value.

    Two equal values have equal fingerprints under one key; without the key a
    fingerprint says nothing about a short or guessable value.
    """
    text = value.reveal() if isinstance(value, Secret) else value
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:32]


def sealed(key: bytes, value: object) -> object:
    """Replace every Secret in a JSON-like value by ``{"$fingerprint": ...}``."""
    if isinstance(value, Secret):
        return {"$fingerprint": fingerprint(key, value)}
    if isinstance(value, dict):
        return {name: sealed(key, item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [sealed(key, item) for item in value]
    return value


class Redactor:
    """Replaces known secret values in text. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._needles: tuple[str, ...] = ()

    def learn(self, secret: Secret) -> Secret:
        """Remember a value, and return it so that calls can be chained."""
        value = secret.reveal()
        if len(value) >= SHORTEST_REDACTED:
            with self._lock:
                needles = set(self._needles) | _spellings(value)
                self._needles = tuple(sorted(needles, key=len, reverse=True))
        return secret

    def clean(self, text: str) -> str:
        """Return ``text`` with every known value replaced."""
        for needle in self._needles:
            if needle in text:
                text = text.replace(needle, REDACTED)
        return text

    def clean_value(self, value: object) -> object:
        """Clean every string inside a JSON-like value; Secrets become text."""
        if isinstance(value, str):
            return self.clean(value)
        if isinstance(value, Secret):
            return REDACTED
        if isinstance(value, dict):
            return {self.clean(str(k)): self.clean_value(v) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return [self.clean_value(item) for item in value]
        return value


def _spellings(value: str) -> set[str]:
    """The ways in which a value may appear in an output.

    A key of several lines is also found line by line, since a log shows lines, and
    with its white space run together, as a message shows it.
    """
    lines = [line.strip() for line in value.splitlines()]
    pieces = {value, " ".join(value.split())}
    pieces |= {line for line in lines if _is_telling(line)}
    return {
        text
        for piece in pieces
        for text in (*_written(piece), *_in_base64(piece.encode()))
        if len(text) >= SHORTEST_REDACTED
    }


def _is_telling(line: str) -> bool:
    """Whether a line of a longer value says something of it; PEM's own lines do not."""
    return len(line) >= SHORTEST_LINE and not line.startswith("-----")


def _written(value: str) -> set[str]:
    """As it is, URL-encoded in each of the usual ways, and inside JSON or a literal."""
    found = {value, repr(value)[1:-1]}
    found |= {json.dumps(value, ensure_ascii=each)[1:-1] for each in (True, False)}
    encoded = {quote(value, safe=""), quote(value), quote_plus(value)}
    small = {PERCENT.sub(lambda found: found[0].lower(), text) for text in encoded}
    return found | encoded | small


def _in_base64(raw: bytes) -> set[str]:
    """By itself, and inside a longer base64 text.

    There it starts at one of three offsets; the characters that depend on its
    neighbours are cut off.
    """
    found = set()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        found.add(encode(raw).decode())
        found.add(encode(raw).decode().rstrip("="))
        for offset in range(3):
            text = encode(b"\0" * offset + raw).decode().rstrip("=")
            head = 0 if offset == 0 else offset + 1
            tail = len(text) - (0 if (offset + len(raw)) % 3 == 0 else 1)
            found.add(text[head:tail])
    return found
