"""Bearer tokens: JSON web tokens signed with HMAC-SHA256, and nothing else."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

_HEADER = {"alg": "HS256", "typ": "JWT"}


class InvalidToken(Exception):
    """The token is malformed, signed by another key, for another use, or expired."""


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _signature(signed: str, key: str) -> bytes:
    return hmac.new(key.encode(), signed.encode(), hashlib.sha256).digest()


def issue(
    claims: Mapping[str, Any], *, audience: str, lifetime_seconds: float, key: str
) -> str:
    """Return a token with the claims, for one audience, valid from now on."""
    now = int(time.time())
    body = {**claims, "aud": audience, "iat": now, "exp": now + int(lifetime_seconds)}
    signed = ".".join(
        _encode(json.dumps(part, separators=(",", ":")).encode())
        for part in (_HEADER, body)
    )
    return f"{signed}.{_encode(_signature(signed, key))}"


def read(token: str, *, audience: str, keys: Sequence[str]) -> dict[str, Any]:
    """Return the claims of a valid token.

    Args:
        token: As the caller sent it.
        audience: The use that it must be for.
        keys: Any of these may have signed it: the current one first, then the one
            before it while the key is exchanged.

    Raises:
        InvalidToken: It is not one; the reason is not told to the caller.
    """
    try:
        header, body, signature = token.split(".")
        given, signed = _decode(signature), f"{header}.{body}"
        is_ours = [hmac.compare_digest(given, _signature(signed, key)) for key in keys]
        algorithm = json.loads(_decode(header)).get("alg")
        claims: dict[str, Any] = json.loads(_decode(body))
        is_current = time.time() < claims["exp"] and claims["aud"] == audience
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
        raise InvalidToken from None
    if not (any(is_ours) and algorithm == "HS256" and is_current):
        raise InvalidToken
    return claims
