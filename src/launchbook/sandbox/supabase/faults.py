"""How this vendor says no, and what can be ordered to go wrong here.

Beside the frame's effects (status, delay, drop_before, drop_after, malformed) these
are ordered through the control API, by operation:

- ``init_failed`` (POST /v1/projects): the project ends as INIT_FAILED.
- ``unhealthy`` (GET .../health): the service in ``service`` (default db) is UNHEALTHY.
- ``pooler_missing`` (GET .../config/database/pooler): 404, longer than usual.
- ``not_applied`` (PUT .../ssl-enforcement): answered, but not in force.
- ``pool_full``, ``server_full``, ``standby`` (CONNECT session): a client of the pooler
  in session mode is turned away (EMAXCONNSESSION, or 53300 of the server itself), or
  is connected to a server that takes no writes, as after a failover.
- ``plan`` (``organization``, ``plan`` as ``free``, ``times`` 0): another plan.
- ``throttled_at_edge`` (any): 429 as an HTML page, from before the API.
"""

from __future__ import annotations

from aiohttp import web


class ApiError(Exception):
    """An error of the API.

    Attributes:
        status: The HTTP status.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def error_response(status: int, message: str, code: str = "") -> web.Response:
    """Return an error in the shape of API v1: ``{"message": text}``."""
    body = {"message": message, **({"code": code} if code else {})}
    return web.json_response(body, status=status)


def throttled_response() -> web.Response:
    """Return what the API says when a budget is spent."""
    response = error_response(429, "ThrottlerException: Too Many Requests")
    response.headers["Retry-After"] = "60"
    return response


def edge_page() -> web.Response:
    """Return what the vendor's edge says when it is too much: a page, no JSON."""
    page = "<!DOCTYPE html><title>Rate limited</title><h1>Error 1015</h1>"
    return web.Response(status=429, text=page, content_type="text/html")


def not_found() -> ApiError:
    """No such project (or not one of this token's)."""
    return ApiError(404, "Project not found")


def name_taken(name: str) -> ApiError:
    """A duplicate name, in the vendor's own words."""
    return ApiError(
        409, f"Project with name {name} already exists in your organization."
    )


def paused() -> ApiError:
    """What a paused project answers."""
    return ApiError(540, "Project is paused")
