"""How this vendor says no, and what can be ordered to go wrong here.

Beside the frame's effects these are ordered through the control API:

- ``not_delegated`` (``zone NAME``, with ``times`` 0): the registry does not lead here,
  so the zone stays pending and the DNS server refuses it.
- ``hidden`` (``record HOST KIND``, with ``times`` 0): the record is stored and not
  served, as on a name server that did not get it.
- ``rate_limited`` (any operation): 429 with Retry-After.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Mapping


class ApiError(Exception):
    """An error of the API.

    Attributes:
        status: The HTTP status.
        code: The vendor's number for it.
    """

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def error_response(status: int, code: int | str, message: str) -> web.Response:
    """Return an error in the vendor's envelope."""
    body = {
        "success": False,
        "errors": [{"code": code, "message": message}],
        "messages": [],
        "result": None,
    }
    return web.json_response(body, status=status)


def unauthenticated() -> ApiError:
    """The token is missing or wrong."""
    return ApiError(403, 9109, "Invalid access token")


def throttled_response(headers: Mapping[str, str]) -> web.Response:
    """Return what the API says when its limit is reached."""
    message = "Please wait and consider throttling your request speed"
    response = error_response(429, 971, message)
    response.headers.update(headers)
    return response


def no_zone() -> ApiError:
    """No such zone, or not one of this token's."""
    return ApiError(404, 7003, "Could not route to the zone, perhaps it is not yours?")


def no_record() -> ApiError:
    """No such record in this zone."""
    return ApiError(404, 81044, "Record does not exist.")


def invalid(message: str) -> ApiError:
    """The body breaks a rule."""
    return ApiError(400, 1004, f"DNS Validation Error: {message}")
