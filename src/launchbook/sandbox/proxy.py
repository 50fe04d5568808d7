"""Hands a request of the edge on to a real process, streaming both ways."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from multidict import CIMultiDictProxy

CLIENT: Final = web.AppKey("client", aiohttp.ClientSession)
"""Where the edge keeps the one client session of the sandbox."""

# "expect" is answered at the edge already: the body is on its way.
_HOP_BY_HOP: Final = frozenset(
    {
        "connection",
        "expect",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)


class UpstreamUnavailable(Exception):
    """No process answers behind a host name (502 unless a handler catches it)."""


def client_session() -> aiohttp.ClientSession:
    """Return a session that adds nothing of its own to what it passes on."""
    return aiohttp.ClientSession(
        auto_decompress=False,
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=2.0),
        cookie_jar=aiohttp.DummyCookieJar(),
        skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=5.0),
    )


async def proxy(
    request: web.Request,
    upstream_host: str,
    upstream_port: int,
    *,
    headers: Mapping[str, str] | None = None,
) -> web.StreamResponse:
    """Pass a request on to a process and its answer back, without buffering.

    The process sees the original host and ``x-forwarded-for``, ``-host``,
    ``-port`` and ``-proto``.

    Args:
        request: A request that the edge received.
        upstream_host: Where the process listens, as ``127.0.0.1``.
        upstream_port: Its port.
        headers: Added to the answer, replacing the process's own.

    Raises:
        UpstreamUnavailable: No answer began.
    """
    session = request.config_dict[CLIENT]
    # The path goes on as it came, not normalized.
    url = f"http://{upstream_host}:{upstream_port}{request.raw_path}"
    try:
        upstream = await session.request(
            request.method,
            URL(url, encoded=True),
            headers=_request_headers(request),
            data=request.content if request.can_read_body else None,
            allow_redirects=False,
        )
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise UpstreamUnavailable(f"{upstream_host}:{upstream_port}") from error
    async with upstream:
        return await _pass_back(request, upstream, headers or {})


async def _pass_back(
    request: web.Request,
    upstream: aiohttp.ClientResponse,
    headers: Mapping[str, str],
) -> web.StreamResponse:
    response = web.StreamResponse(status=upstream.status, reason=upstream.reason)
    response.headers.extend(_end_to_end(upstream.headers))
    response.headers.update(headers)
    await response.prepare(request)
    try:
        async for chunk in upstream.content.iter_any():
            await response.write(chunk)
    except (aiohttp.ClientError, ConnectionError):
        # The answer had begun: only cutting it off tells the client the truth.
        abort(request)
        return response
    await response.write_eof()
    return response


def abort(request: web.Request) -> None:
    """Cut the client's connection."""
    if isinstance(request.transport, asyncio.Transport):
        request.transport.abort()


def _request_headers(request: web.Request) -> CIMultiDict[str]:
    headers = _end_to_end(request.headers)
    host, _, port = request.host.partition(":")
    forwarded = {
        "X-Forwarded-For": request.remote or "",
        "X-Forwarded-Host": host,
        "X-Forwarded-Port": port or "443",
        "X-Forwarded-Proto": "https",
        "X-Real-IP": request.remote or "",
    }
    headers.update(forwarded)
    return headers


def _end_to_end(headers: CIMultiDictProxy[str]) -> CIMultiDict[str]:
    """Return the headers that go further than one connection."""
    named = {
        word.strip().lower()
        for value in headers.getall("Connection", [])
        for word in value.split(",")
    }
    kept = CIMultiDict[str]()
    for name, value in headers.items():
        if name.lower() not in _HOP_BY_HOP | named:
            kept.add(name, value)
    return kept
