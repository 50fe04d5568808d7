"""What goes wrong: the vendor's errors, and those that somebody ordered.

Effects that can be ordered beside the frame's own (``FaultBook``; the operation is
a GraphQL field, ``POST /project/{project}/environment/{environment}/up``, or the
one in brackets):

- ``rate_limited``: HTTP 429 with ``X-RateLimit-*`` and ``Retry-After``
  (``retry_after_seconds``, 1 when not given): the limit of the plan.
- ``edge_limited``: HTTP 429 with code 1015 and no such headers, for requests
  without a query string only: the limit of the edge.
- ``throttled``: HTTP 200 with a GraphQL error, as "creating projects too quickly".
- ``two_factor``: HTTP 200 with "Two Factor Authentication Required".
- ``redeploy_refused``: a write of variables is stored, then its redeploy fails.
- ``build_failed`` (``build <service name>``, ``message``): the build breaks.
- ``stuck`` (``deploy <service name>``): INITIALIZING with deploymentStopped.
- ``domain_taken`` (``customDomainCreate``, ``customDomainAvailable``): somebody
  else's project has the domain.
- ``certificate_stuck`` (``certificate <host>``, ``times`` 0 for ever): no
  certificate comes, and no error either.
- ``certificate_failed`` (``certificate <host>``, ``error_type`` as ``RATE_LIMIT``,
  ``message``, ``retryable``): the authority refuses the order.
- ``plan`` (``workspace``, ``plan`` as ``HOBBY``, ``times`` 0): another plan.
- ``spent`` (``workspace``, ``dollars``, ``times`` 0): so much was used this month.
- ``load`` (``metrics <service name>``, ``cpu`` in vCPUs, ``memory_gb``, ``times``
  0): each replica is measured at that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aiohttp import web

from launchbook.sandbox.railway.rate import (
    HOURLY,
    Budget,
    edge_response,
    spent_response,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from launchbook.sandbox.faults import Fault, FaultBook

DEFAULT_CODE: Final = "INTERNAL_SERVER_ERROR"
"""Of nearly every error; only the words of the message tell them apart."""


class ApiError(Exception):
    """A GraphQL error: HTTP 200, ``errors[]`` with a message and a code.

    Args:
        message: As the vendor words it.
        code: ``extensions.code``.
    """

    def __init__(self, message: str, code: str = DEFAULT_CODE) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class UploadRefused(Exception):
    """An upload that is answered with a status of its own and ``{"message"}``."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message

    def response(self) -> web.Response:
        """Return the answer."""
        return web.json_response({"message": self.message}, status=self.status)


def not_authorized() -> ApiError:
    """A token that may not, and an id that does not exist: one message for both."""
    return ApiError("Not Authorized")


def unprocessable() -> ApiError:
    """A malformed id or value."""
    return ApiError("Problem processing request")


def not_emulated(what: str) -> ApiError:
    """Something that the vendor has and this sandbox has not."""
    return ApiError(f"not emulated: {what}", "NOT_EMULATED")


class OrderedFaults:
    """The vendor's own effects, taken from the frame's book.

    Args:
        book: Where they are ordered.
        now: Sandbox time in seconds since 1970.
    """

    def __init__(self, book: FaultBook, now: Callable[[], float]) -> None:
        self._book = book
        self._now = now

    def take(self, operation: str, effect: str) -> Fault | None:
        """Return the fault that hits this occasion; ask once an occasion."""
        return self._book.take("railway", operation, effect)

    def limit(self, operation: str, *, has_query_string: bool) -> web.Response | None:
        """Return the 429 that was ordered for this request, if any."""
        if not has_query_string and self.take(operation, "edge_limited"):
            return edge_response()
        fault = self.take(operation, "rate_limited")
        if fault is None:
            return None
        seconds = int(fault.details.get("retry_after_seconds", 1))
        budget = Budget(HOURLY["PRO"], -1, self._now() + seconds, seconds)
        return spent_response(budget.headers)

    @property
    def lasting_plan(self) -> str | None:
        """The plan that was ordered for good, without counting an occasion."""
        ordered = (
            str(fault.details.get("plan"))
            for fault in self._book.all()
            if (fault.effect, fault.times) == ("plan", 0)
            and fault.matches("railway", ("workspace",))
        )
        return next(ordered, None)

    def check(self, operation: str) -> None:
        """Raise the GraphQL error that was ordered for this operation, if any."""
        if self.take(operation, "throttled"):
            thing = "volumes" if operation.startswith("volume") else "projects"
            raise ApiError(f"You are creating {thing} too quickly, please wait")
        if self.take(operation, "two_factor"):
            raise ApiError("Two Factor Authentication Required")
