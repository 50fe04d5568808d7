"""Requests and answers as values: built below, sent in one place."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final, Protocol

from launchbook.errors import MalformedAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from launchbook.redact import Secret

Scalar = str | int | float | bool
READ_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
REQUEST_ID_HEADERS: Final = (
    "x-request-id",
    "x-railway-request-id",
    "x-vercel-id",
    "sb-request-id",
    "cf-ray",
)


@dataclass(frozen=True, slots=True)
class Request:
    """One request to a platform, as data.

    Attributes:
        method: Upper case.
        path: Below the platform's base URL, with a leading slash.
        query: Sequences become repeated parameters; None values are left out.
        json: A JSON value; it may hold Secrets, which are revealed on the wire.
        body: Raw bytes, or a file that is streamed; not together with ``json``.
        headers: Beside those of the platform.
        is_safe_to_retry: Whether sending it twice does no harm. None: reads
            are, everything else is not.
        endpoint_class: Which rate limit applies; a scope may follow a colon
            (``health:abcdef``), each scope has its own budget.
        timeout_seconds: For the answer; None is the transport's default.
    """

    method: str
    path: str
    query: Mapping[str, Scalar | tuple[str, ...] | None] = field(default_factory=dict)
    json: object = None
    body: bytes | Path | None = None
    headers: Mapping[str, str | Secret] = field(default_factory=dict)
    is_safe_to_retry: bool | None = None
    endpoint_class: str = "default"
    timeout_seconds: float | None = None

    @property
    def may_be_repeated(self) -> bool:
        """Whether it may be sent again after a transport error."""
        if self.is_safe_to_retry is None:
            return self.method in READ_METHODS
        return self.is_safe_to_retry

    def parameters(self) -> list[tuple[str, str]]:
        """Return the query as pairs in the order given."""
        pairs: list[tuple[str, str]] = []
        for name, value in self.query.items():
            values = value if isinstance(value, tuple) else (value,)
            pairs += [(name, _word(item)) for item in values if item is not None]
        return pairs

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Response:
    """What came back, read to its end.

    Attributes:
        headers: Names in lower case.
        elapsed_seconds: From the first byte sent to the last byte read.
    """

    platform: str
    status: int
    headers: Mapping[str, str]
    content: bytes
    elapsed_seconds: float = 0.0

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        """The content as UTF-8; broken bytes are replaced."""
        return self.content.decode("utf-8", errors="replace")

    @property
    def answered_at(self) -> datetime | None:
        """When the platform answered, by its own clock; None when it does not say."""
        try:
            return parsedate_to_datetime(self.headers.get("date", ""))
        except ValueError:
            return None

    @property
    def request_id(self) -> str:
        """The vendor's name for this request, for a support ticket."""
        for name in REQUEST_ID_HEADERS:
            if value := self.headers.get(name):
                return value
        return ""

    def json(self) -> object:
        """Return the content as a JSON value.

        Raises:
            MalformedAnswer: It is not JSON.
        """
        try:
            parsed: object = json.loads(self.content)
        except ValueError:
            raise MalformedAnswer(
                f"{self.platform} answered {self.status} with text that is not JSON",
                hint="Run the same command again; if it stays so, see the platform's status page.",
                platform=self.platform,
                status=self.status,
                request_id=self.request_id,
            ) from None
        return parsed


class Sender(Protocol):
    """What providers need of a transport; tests pass a fake."""

    def send(self, request: Request) -> Response:
        """Send a request and return the answer when it is 2xx.

        Raises:
            Unavailable: No answer, or 5xx. Whether a write took effect is not
                known: look before repeating it.
            Rejected, NotFound, Unauthorized, Conflict, RateLimited, NotEmulated:
                The platform refused, and did nothing.
        """
        ...


def _word(value: object) -> str:
    """Spell a scalar as query parameters do: true and false in lower case."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
