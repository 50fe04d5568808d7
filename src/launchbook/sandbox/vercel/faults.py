"""What goes wrong: the vendor's errors, and those that somebody ordered.

Effects that can be ordered beside the frame's own (``FaultBook``; the operation
in brackets is the pattern to order them with):

- ``env_conflict`` (``POST /v10/projects/{project}/env`` and the other writes of
  variables): 409, another update of the variables is under way.
- ``env_partial`` (``POST /v10/projects/{project}/env``, ``keys``: list of names,
  or the last one when not given): 201 with ``failed[]``.
- ``domain_unverified`` (``POST /v10/projects/{project}/domains``): another
  account has the apex, so ownership needs a TXT record. ``verify_failed``
  (``POST .../verify``): it is not seen, whatever DNS says.
- ``certificate_failed`` (``certificate <host>``, ``code``, ``message``,
  ``times`` 0 for ever): no certificate comes by itself, and none on order.
- ``plan`` (``team``, ``plan`` as ``hobby``, ``times`` 0): another plan, without
  custom environments.
- ``build_failed`` (``build <project name>``, ``message``): the build breaks.
- ``alias_failed`` (``alias <project name>``): READY, but no name leads to it.
- ``promote_failed`` (``promote <project name>``): the job ends as failed.
- ``promote_astray`` (``promote <project name>``): the job succeeds, and the names
  still lead to what they led to.
- ``sso_redirect`` (``edge <host>``): protection answers with a redirect to a
  login page that answers 200, instead of 401.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.sandbox.faults import Fault, FaultBook


class ApiError(Exception):
    """An error that the API answers.

    Args:
        status: HTTP status.
        code: The vendor's word for it.
        message: A sentence for people.
        details: Further fields of the error object.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = dict(details or {})

    def response(self) -> web.Response:
        """Return the answer: ``{"error": {"code", "message", ...}}``."""
        body = {"error": {"code": self.code, "message": self.message, **self.details}}
        return web.json_response(body, status=self.status)


def bad_request(message: str) -> ApiError:
    """The request itself is wrong."""
    return ApiError(400, "bad_request", f"Invalid request: {message}")


def not_found(what: str) -> ApiError:
    """There is no such thing in this account."""
    return ApiError(404, "not_found", f"{what} not found.")


def forbidden(message: str, details: Mapping[str, Any] | None = None) -> ApiError:
    """The token may not do this."""
    return ApiError(403, "forbidden", message, details)


class OrderedFaults:
    """The vendor's own effects, taken from the frame's book.

    Args:
        book: Where they are ordered.
    """

    def __init__(self, book: FaultBook) -> None:
        self._book = book

    def take(self, operation: str, effect: str) -> Fault | None:
        """Return the fault that hits this occasion; ask once an occasion."""
        return self._book.take("vercel", operation, effect)
