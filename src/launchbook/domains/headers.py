"""Which headers keep a visitor's browser safe, and what is wrong with an answer's.

Sources: OWASP Secure Headers Project (2025) and the platforms' defaults. A web app and
an API are held to the same: a JSON answer that is framed or sniffed is no better.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HSTS: Final = "strict-transport-security"
SHORTEST_HSTS_SECONDS: Final = 31_536_000
"""One year: what browsers' preload lists ask for (hstspreload.org)."""
SAFE_FRAMES: Final = frozenset({"deny", "sameorigin"})
SAFE_REFERRERS: Final = frozenset(
    {
        "no-referrer",
        "origin",
        "origin-when-cross-origin",
        "same-origin",
        "strict-origin",
        "strict-origin-when-cross-origin",
    }
)
_AGE: Final = re.compile(r"max-age\s*=\s*\"?(\d+)", re.IGNORECASE)
_VERSION: Final = re.compile(r"\d")


def header_problems(headers: Mapping[str, str]) -> tuple[str, ...]:
    """Return what is wrong, in words; none when everything is right.

    Args:
        headers: Of an answer over TLS; names in lower case.
    """
    return (
        *_transport(headers.get(HSTS, "")),
        *_content(headers),
        *_framing(headers),
        *_referrer(headers.get("referrer-policy", "")),
        *_disclosure(headers),
    )


def _transport(value: str) -> Iterator[str]:
    found = _AGE.search(value)
    if not found:
        yield "Strict-Transport-Security is missing"
    elif int(found[1]) < SHORTEST_HSTS_SECONDS:
        yield f"Strict-Transport-Security lasts {found[1]} s, less than a year"


def _content(headers: Mapping[str, str]) -> Iterator[str]:
    if headers.get("x-content-type-options", "").strip().lower() != "nosniff":
        yield "X-Content-Type-Options is not nosniff"
    if not headers.get("content-security-policy", "").strip():
        yield "Content-Security-Policy is missing"


def _framing(headers: Mapping[str, str]) -> Iterator[str]:
    """Either header does; browsers prefer frame-ancestors."""
    frames = headers.get("x-frame-options", "").strip().lower()
    policy = headers.get("content-security-policy", "").lower()
    if frames not in SAFE_FRAMES and "frame-ancestors" not in policy:
        yield "neither X-Frame-Options nor frame-ancestors says who may frame it"


def _referrer(value: str) -> Iterator[str]:
    """The last policy that a browser knows counts."""
    last = value.rpartition(",")[2].strip().lower()
    if last not in SAFE_REFERRERS:
        yield f"Referrer-Policy is {last or 'missing'}"


def _disclosure(headers: Mapping[str, str]) -> Iterator[str]:
    if "x-powered-by" in headers:
        yield "X-Powered-By says what the product is built with"
    if _VERSION.search(headers.get("server", "")):
        yield f"Server tells a version: {headers['server']}"
