"""SCRAM-SHA-256 from the client's side (RFC 5802, RFC 7677)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Final

MECHANISM: Final = "SCRAM-SHA-256"
HEADER: Final = "n,,"
"""No channel binding: the server listens on a socket without TLS."""


class ScramClient:
    """One login. Call ``first``, then ``final`` with the server's answer."""

    def __init__(self, password: str) -> None:
        self._password = password.encode()
        self._first = "n=,r=" + secrets.token_urlsafe(18)

    def first(self) -> bytes:
        """Return the client's first message."""
        return (HEADER + self._first).encode()

    def final(self, challenge: bytes) -> bytes:
        """Return the client's final message: the proof."""
        text = challenge.decode()
        parts = dict(part.split("=", 1) for part in text.split(","))
        salt, rounds = base64.b64decode(parts["s"]), int(parts["i"])
        binding = base64.b64encode(HEADER.encode()).decode()
        unproven = f"c={binding},r={parts['r']}"
        signed = f"{self._first},{text},{unproven}".encode()
        salted = hashlib.pbkdf2_hmac("sha256", self._password, salt, rounds)
        key = hmac.digest(salted, b"Client Key", "sha256")
        signature = hmac.digest(hashlib.sha256(key).digest(), signed, "sha256")
        proof = bytes(a ^ b for a, b in zip(key, signature, strict=True))
        return f"{unproven},p={base64.b64encode(proof).decode()}".encode()
