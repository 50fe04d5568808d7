"""Answers that say what went wrong: `error`, `message`, `timestamp`."""

from __future__ import annotations

from datetime import UTC, datetime

from aiohttp import web


def timestamp() -> str:
    """Return the time now as ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Problem(Exception):
    """A request that is not served. `error` is a stable code for programs."""

    status = 500
    error = "internal_error"

    def __init__(self, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.headers = headers or {}

    def answer(self) -> web.Response:
        """Return the answer to send."""
        return answer(self.status, self.error, self.message, self.headers)


def answer(
    status: int, error: str, message: str, headers: dict[str, str] | None = None
) -> web.Response:
    """Return a problem as JSON."""
    body = {"error": error, "message": message, "timestamp": timestamp()}
    return web.json_response(body, status=status, headers=headers)


class BadRequest(Problem):
    """The request itself is wrong."""

    status, error = 400, "bad_request"


class Unauthorized(Problem):
    """There is no valid token or key."""

    status, error = 401, "unauthorized"


class Forbidden(Problem):
    """The caller may not do this."""

    status, error = 403, "forbidden"


class NotFound(Problem):
    """There is no such thing, or the caller may not see it."""

    status, error = 404, "not_found"


class TooManyRequests(Problem):
    """The caller's share of this window is used up."""

    status, error = 429, "too_many_requests"


class DatabaseUnavailable(Problem):
    """The database did not answer, also after trying again."""

    status, error = 503, "database_unavailable"
