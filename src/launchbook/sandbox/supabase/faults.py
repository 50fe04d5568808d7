"""How this vendor says no."""

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
