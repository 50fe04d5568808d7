"""The front door of all product host names: TLS, then whoever serves the name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aiohttp import web

from launchbook.sandbox.authority import LASTING
from launchbook.sandbox.proxy import CLIENT, UpstreamUnavailable

if TYPE_CHECKING:
    from launchbook.sandbox.emulator import Handler
    from launchbook.sandbox.world import World


def edge_application(world: World) -> web.Application:
    """Return the application behind the edge's port."""
    application = web.Application()
    application[CLIENT] = world.client

    async def answer(request: web.Request) -> web.StreamResponse:
        async with world.gate.passing():
            return await _answer(world, request)

    application.router.add_route("*", "/{path:.*}", answer)
    return application


def redirect_application(world: World) -> web.Application:
    """Return the application behind the plain port: to HTTPS, as the vendors do."""
    application = web.Application()

    async def answer(request: web.Request) -> web.StreamResponse:
        host = host_of(request)
        if find_handler(world, host) is None:
            return _unknown_host(world, host)
        location = f"https://{host}:{world.edge_port}{request.path_qs}"
        return web.Response(status=308, headers={"Location": location})

    application.router.add_route("*", "/{path:.*}", answer)
    return application


def host_of(request: web.Request) -> str:
    """Return the host name that was asked for: lower case, without a port."""
    host = request.host.lower()
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host


async def _answer(world: World, request: web.Request) -> web.StreamResponse:
    host = host_of(request)
    handler = find_handler(world, host)
    if handler is None:
        return _unknown_host(world, host)
    try:
        return await handler(request)
    except UpstreamUnavailable:
        return web.Response(status=502, text=f"502: nothing answers behind {host}\n")


def find_handler(world: World, host: str) -> Handler | None:
    """Return who serves a host name, the emulators asked in turn."""
    for emulator in world.emulators.values():
        handler = emulator.serves(host)
        if handler is not None:
            return handler
    return None


def good_until(world: World, host: str) -> datetime | None:
    """Return the end, in real time, of the certificate that a host is shown.

    Names below ``localhost`` are the platforms' own and always have one; any
    other has what a vendor had issued for it, or None.
    """
    if host == "localhost" or host.endswith(".localhost"):
        return LASTING
    for emulator in world.emulators.values():
        end = emulator.certified_until(host)
        if end is not None:
            # Clients check it by their own clock, which nobody advances.
            return datetime.fromtimestamp(end - world.clock.offset_seconds, UTC)
    return None


def _unknown_host(world: World, host: str) -> web.Response:
    known = sorted(
        name for emulator in world.emulators.values() for name in emulator.hosts()
    )
    lines = [f"404: no deployment answers to {host}", "", "This sandbox serves:"]
    lines += [f"  https://{name}:{world.edge_port}/" for name in known]
    if not known:
        lines.append("  nothing yet")
    return web.Response(status=404, text="\n".join(lines) + "\n")
