"""What happens around every request: figures, errors, HTTPS, origins, headers."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from aiohttp import web

from backend import log, problem
from backend.state import state_of

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "no-store",
    "Server": "vocilia",
}
STRICT_TRANSPORT = "max-age=31536000; includeSubDomains"
PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "authorization, content-type",
    "Access-Control-Max-Age": "600",
}


def status_of(response: web.StreamResponse | None) -> int:
    """The status of an answer; 500 when there was none."""
    return response.status if response is not None else 500


@web.middleware
async def measure(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Count the request and log one line; an answer of 5xx counts as an error."""
    started = time.monotonic()
    response: web.StreamResponse | None = None
    try:
        response = await handler(request)
        return response
    finally:
        elapsed = time.monotonic() - started
        status = status_of(response)
        state_of(request).requests.add(elapsed, is_marked=status >= 500)
        log.event(
            "request",
            method=request.method,
            path=request.path,
            status=status,
            duration_ms=round(1000 * elapsed, 1),
        )


@web.middleware
async def explain(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn problems and bugs into JSON answers; a bug's details stay in the log."""
    try:
        return await handler(request)
    except problem.Problem as refusal:
        return refusal.answer()
    except web.HTTPException as answer:
        code = answer.reason.lower().replace(" ", "_")
        allow = {k: v for k, v in answer.headers.items() if k.lower() == "allow"}
        return problem.answer(answer.status, code, answer.reason, allow)
    except Exception:
        log.logger.exception(
            "a request failed", extra={"fields": {"path": request.path}}
        )
        return problem.answer(500, "internal_error", "something went wrong on our side")


@web.middleware
async def force_https(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Send a caller who came over plain HTTP to HTTPS.

    Only the proxy in front knows how the caller came; a request without its
    header comes from inside the platform (its health check) and is served.
    """
    is_plain = request.headers.get("X-Forwarded-Proto", "").lower() == "http"
    if state_of(request).config.is_https_forced and is_plain:
        location = f"https://{request.host}{request.path_qs}"
        return web.Response(status=308, headers={"Location": location})
    return await handler(request)


@web.middleware
async def share_with_own_origins(
    request: web.Request, handler: Handler
) -> web.StreamResponse:
    """Serve the product's own web apps; refuse pages of any other origin."""
    origin = request.headers.get("Origin")
    if origin is None:
        return await handler(request)
    if origin.lower() not in state_of(request).config.origins:
        return problem.Forbidden("this origin may not call the API").answer()
    request["origin"] = origin
    if (
        request.method == "OPTIONS"
        and "Access-Control-Request-Method" in request.headers
    ):
        return web.Response(status=204, headers=PREFLIGHT_HEADERS)
    return await handler(request)


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Set the security headers, and the sharing headers for an own origin."""
    for name, value in SECURITY_HEADERS.items():
        response.headers[name] = value
    response.headers["Vary"] = "Origin"
    if state_of(request).config.is_https_forced:
        response.headers["Strict-Transport-Security"] = STRICT_TRANSPORT
    if "origin" in request:
        response.headers["Access-Control-Allow-Origin"] = request["origin"]
        response.headers["Access-Control-Allow-Credentials"] = "true"


MIDDLEWARES = (measure, explain, force_https, share_with_own_origins)
