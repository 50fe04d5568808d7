"""From a refused request to a typed error: status, vendor code, message, wait.

Four shapes are known: Vercel's ``{"error": {"code", "message", "limit"}}``,
Supabase's ``{"message"}``, GraphQL's ``{"errors": [{"message", "extensions":
{"code"}}]}`` and Cloudflare's ``{"errors": [{"code", "message"}]}``. Anything else
(an HTML page of an edge) is cut short.
"""

from __future__ import annotations

import email.utils
import json
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Final

from launchbook.errors import (
    Conflict,
    NotEmulated,
    NotFound,
    ProviderError,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from launchbook.transport.request import Request, Response

LONGEST_MESSAGE: Final = 500
NOT_EMULATED_CODES: Final = frozenset({"not_emulated", "NOT_EMULATED"})
TRANSIENT_STATUSES: Final = frozenset({408, 425, 429, 502, 503, 504})
_HINTS: Final[dict[type[ProviderError], str]] = {
    Unavailable: "Run the same command again; it looks first and makes nothing twice.",
    Unauthorized: "Check the token and its rights in the platform's settings, then run `invoke provision.staging --check`.",
    NotFound: "Run the same command with `--check` to see what is there.",
    Conflict: "Wait until the platform has finished, then run the same command again.",
    RateLimited: "Wait a minute, then run the same command again.",
    NotEmulated: "Run with `--platforms live`, or leave this operation out on the sandbox.",
    Rejected: "Correct the input that the message names, then run the same command again.",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What a refusal says, whatever its shape.

    Attributes:
        code: The vendor's own code, or empty.
        message: The vendor's text, whole: what is cut off it before it is redacted
            could be the half of a secret.
        retry_after_seconds: How long to wait, where the vendor says so.
        missing: Digests of files that must be uploaded first (Vercel).
    """

    code: str
    message: str
    retry_after_seconds: float | None = None
    missing: tuple[str, ...] = ()


def read_fault(response: Response, now: datetime) -> Fault:
    """Read a refusal. Never raises: a refusal may be anything."""
    body = _parsed(response.content)
    code, message = _code_and_message(body)
    if not message and body is None:
        message = response.text
    return Fault(
        code=code,
        message=message,
        retry_after_seconds=_retry_after(response, body, now),
        missing=_missing(body),
    )


def error_for(
    request: Request, response: Response, fault: Fault, clean: Callable[[str], str]
) -> ProviderError:
    """Return the error of a refusal, with a redacted message."""
    kind = error_class(response.status, fault.code)
    told = _one_line(clean(fault.message)) or "no reason was given"
    return kind(
        f"{response.platform} answered {response.status} to {request}: {told}",
        hint=_HINTS[kind],
        platform=response.platform,
        status=response.status,
        vendor_code=clean(fault.code),
        request_id=response.request_id,
        details={"missing": list(fault.missing)} if fault.missing else None,
    )


def error_class(status: int, code: str) -> type[ProviderError]:
    """Return the class of error for a status and a vendor code."""
    if status == 501 and code in NOT_EMULATED_CODES:
        return NotEmulated
    by_status: dict[int, type[ProviderError]] = {
        401: Unauthorized,
        403: Unauthorized,
        404: NotFound,
        408: Unavailable,
        409: Conflict,
        425: Unavailable,
        429: RateLimited,
    }
    if status >= 500:
        return Unavailable
    return by_status.get(status, Rejected)


def hint_for(kind: type[ProviderError]) -> str:
    """Return the sentence that goes with a class of error."""
    return _HINTS[kind]


def _parsed(content: bytes) -> object:
    try:
        parsed: object = json.loads(content)
    except ValueError:
        return None
    return parsed


def _code_and_message(body: object) -> tuple[str, str]:
    if not isinstance(body, dict):
        return "", ""
    if isinstance(errors := body.get("errors"), list) and errors:
        return _first_parts(errors[0])
    inner = body.get("error")
    source = inner if isinstance(inner, dict) else body
    message = source.get("message") or (inner if isinstance(inner, str) else "")
    return _text(source.get("code")), _text(message)


def _first_parts(error: object) -> tuple[str, str]:
    if not isinstance(error, dict):
        return "", _text(error)
    extensions = error.get("extensions")
    source = extensions if isinstance(extensions, dict) else error
    return _text(source.get("code")), _text(error.get("message"))


def _retry_after(response: Response, body: object, now: datetime) -> float | None:
    if header := response.headers.get("retry-after"):
        return _seconds_or_date(header, now)
    reset = _limit_reset(body)
    if reset is not None:
        return max(0.0, reset - now.timestamp())
    return None


def _seconds_or_date(header: str, now: datetime) -> float | None:
    """Read Retry-After: a number of seconds, or an HTTP date."""
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        moment = email.utils.parsedate_to_datetime(header)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())


def _limit_reset(body: object) -> float | None:
    """Read Vercel's ``error.limit``: ``resetMs``, or ``reset`` in seconds."""
    error = body.get("error") if isinstance(body, dict) else None
    limit = error.get("limit") if isinstance(error, dict) else None
    if not isinstance(limit, dict):
        return None
    milliseconds, seconds = limit.get("resetMs"), limit.get("reset")
    if isinstance(milliseconds, int | float):
        return float(milliseconds) / 1000.0
    return float(seconds) if isinstance(seconds, int | float) else None


def _missing(body: object) -> tuple[str, ...]:
    """Read Vercel's ``error.missing``."""
    error = body.get("error") if isinstance(body, dict) else None
    missing = error.get("missing") if isinstance(error, dict) else None
    return tuple(map(str, missing)) if isinstance(missing, list) else ()


def _one_line(text: str) -> str:
    return " ".join(text.split())[:LONGEST_MESSAGE]


def _text(value: object) -> str:
    return "" if value is None else str(value)
