"""The cookie by which a browser is known again: of one host, and of nobody else.

Its name begins with `__Host-`: a browser takes such a cookie only over HTTPS, without
a domain and for the whole host, so neither another subdomain nor another environment
can set or read it.
"""

from __future__ import annotations

from aiohttp import web

from backend.config import Config

PREFIX = "__Host-"
NAME = "vocilia-claim"


def cookie_name(config: Config) -> str:
    """Return the cookie's name; plain HTTP, as on a developer's machine, has no prefix."""
    return PREFIX + NAME if config.is_https_forced else NAME


def remember(
    response: web.Response, config: Config, claim: str, lifetime_seconds: int
) -> None:
    """Let the browser send the claim again by itself."""
    response.set_cookie(
        cookie_name(config),
        claim,
        max_age=lifetime_seconds,
        path="/",
        secure=config.is_https_forced,
        httponly=True,
        samesite="Lax",
    )


def remembered(request: web.Request, config: Config) -> str:
    """Return the claim that the browser sent; empty for none."""
    return request.cookies.get(cookie_name(config), "")
