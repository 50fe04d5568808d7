"""GraphQL over HTTP: errors come with status 200, and the text tells them apart."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from launchbook.errors import (
    Conflict,
    MalformedAnswer,
    NotEmulated,
    NotFound,
    ProviderError,
    RateLimited,
    Rejected,
    Unauthorized,
)
from launchbook.redact import Redactor
from launchbook.transport.fault import NOT_EMULATED_CODES, hint_for
from launchbook.transport.request import Request
from launchbook.transport.retry import RetryPolicy, TransientError, persistently

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.clock import Clock
    from launchbook.transport.request import Response, Sender

SOFT_THROTTLE: Final = RetryPolicy(
    attempts=4, first_wait_seconds=1.0, longest_wait_seconds=30.0
)
"""Railway lets about one project be created every 30 s (seen, not documented)."""

_MEANINGS: Final[tuple[tuple[str, type[ProviderError]], ...]] = (
    (r"too quickly|rate limit|too many requests", RateLimited),
    (r"already exists|cannot redeploy yet|in progress", Conflict),
    (r"not authorized|unauthorized|unauthenticated|two factor", Unauthorized),
    (r"not found|does not exist", NotFound),
)
_OPERATION = re.compile(r"^\s*(query|mutation)\s+(\w+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Document:
    """One GraphQL document with one named operation."""

    text: str
    operation: str
    is_mutation: bool

    @classmethod
    def parse(cls, text: str) -> Document:
        """Read the kind and the name of the operation from the text.

        Raises:
            ValueError: The text does not open with a named operation.
        """
        found = _OPERATION.search(text)
        if found is None:
            msg = "a document needs a named query or mutation"
            raise ValueError(msg)
        return cls(text, found.group(2), found.group(1) == "mutation")


@dataclass(frozen=True, slots=True)
class GraphqlPath:
    """Where documents are posted to.

    Attributes:
        query: Railway shares a small limit among all requests without any
            query string, so there is always one.
    """

    path: str = "/graphql/v2"
    query: Mapping[str, str] = field(default_factory=lambda: {"source": "launchbook"})


class GraphqlTransport:
    """Runs documents. A soft throttle did nothing, so it is waited out.

    Args:
        sender: The HTTP transport of the platform.
        clock: For the waits.
        platform: Its name, for errors.
        redactor: Cleans vendor messages of secret values.
        policy: For soft throttles only; HTTP has its own.
    """

    def __init__(
        self,
        sender: Sender,
        clock: Clock,
        *,
        platform: str,
        redactor: Redactor | None = None,
        policy: RetryPolicy = SOFT_THROTTLE,
    ) -> None:
        self._sender = sender
        self._clock = clock
        self._platform = platform
        self._redactor = redactor or Redactor()
        self._policy = policy
        self._target = GraphqlPath()

    def run(
        self, document: Document, variables: Mapping[str, object]
    ) -> dict[str, object]:
        """Run a document and return its ``data``.

        Raises:
            Unavailable: No answer. Whether a mutation took effect is not known.
            Rejected, NotFound, Unauthorized, Conflict, RateLimited, NotEmulated:
                The platform refused.
            MalformedAnswer: The answer is not a GraphQL answer.
        """
        request = self.request(document, variables)
        return persistently(
            self._policy, self._clock, lambda: self._attempt(document, request)
        )

    def request(self, document: Document, variables: Mapping[str, object]) -> Request:
        """Return the HTTP request of a document; a query may be repeated."""
        return Request(
            method="POST",
            path=self._target.path,
            query=self._target.query,
            json={
                "query": document.text,
                "operationName": document.operation,
                "variables": dict(variables),
            },
            is_safe_to_retry=not document.is_mutation,
            endpoint_class="mutation" if document.is_mutation else "query",
        )

    def _attempt(self, document: Document, request: Request) -> dict[str, object]:
        response = self._sender.send(request)
        body = response.json()
        if not isinstance(body, dict):
            raise self._malformed(document, response, "no JSON object")
        if errors := body.get("errors"):
            error = self._error(document, response, errors)
            if isinstance(error, RateLimited):
                raise TransientError(error)
            raise error
        data = body.get("data")
        if not isinstance(data, dict):
            raise self._malformed(document, response, "no data")
        return data

    def _error(
        self, document: Document, response: Response, errors: object
    ) -> ProviderError:
        first = errors[0] if isinstance(errors, list) and errors else {}
        facts = first if isinstance(first, dict) else {}
        message = str(facts.get("message") or "no reason was given")
        extensions = facts.get("extensions")
        extra = extensions if isinstance(extensions, dict) else {}
        code = str(extra.get("code") or "")
        kind = meaning(message, code)
        return kind(
            f"{self._platform} refused {document.operation}: {self._redactor.clean(message)}",
            hint=hint_for(kind),
            platform=self._platform,
            status=response.status,
            vendor_code=code,
            request_id=str(extra.get("traceId") or response.request_id),
        )

    def _malformed(
        self, document: Document, response: Response, what: str
    ) -> MalformedAnswer:
        return MalformedAnswer(
            f"{self._platform} answered {document.operation} with {what}",
            hint="Run the same command again; if it stays so, see the platform's status page.",
            platform=self._platform,
            status=response.status,
            request_id=response.request_id,
        )


def meaning(message: str, code: str = "") -> type[ProviderError]:
    """Return the class of error that a message means.

    The vendor's code is nearly always INTERNAL_SERVER_ERROR, so the words decide
    (observed messages, railway 2026).
    """
    if code in NOT_EMULATED_CODES:
        return NotEmulated
    lowered = message.lower()
    for pattern, kind in _MEANINGS:
        if re.search(pattern, lowered):
            return kind
    return Rejected
