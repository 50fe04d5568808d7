"""Runs one sandbox: builds the emulators, listens, and takes all down again."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import importlib
import json
import logging
import os
from typing import TYPE_CHECKING, Final

from aiohttp import web

from launchbook.sandbox import lock
from launchbook.sandbox.control import control_application
from launchbook.sandbox.dns import server as name_server
from launchbook.sandbox.document import write_private
from launchbook.sandbox.edge import edge_application, good_until, redirect_application
from launchbook.sandbox.ports import LOOPBACK, PortBusy
from launchbook.sandbox.proxy import client_session
from launchbook.sandbox.site import vendor_application
from launchbook.sandbox.snapshot import Snapshots
from launchbook.sandbox.world import World

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence

    from launchbook.sandbox.dns.zone import ServedZone
    from launchbook.sandbox.emulator import Emulator
    from launchbook.sandbox.settings import Settings

    Builder = Callable[[World], Emulator]
    """Makes one vendor's emulator; a vendor's package calls it ``build``."""

VENDORS: Final = ("cloudflare", "supabase", "railway", "vercel")
"""The packages below this one that are run by default."""

_LOG = logging.getLogger(__name__)


def default_builders() -> tuple[Builder, ...]:
    """Return the ``build`` of every vendor's package."""
    return tuple(
        importlib.import_module(f"launchbook.sandbox.{name}").build for name in VENDORS
    )


class StartFailed(Exception):
    """A vendor's emulator did not start; the message names it and says why."""


class Sandbox:
    """One running sandbox; see ``running``.

    Attributes:
        world: What its parts share.
        snapshots: Its snapshots.
        down: Set when somebody asked it to stop.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.down = asyncio.Event()
        self.snapshots = Snapshots(world, self.paused)

    @contextlib.asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """Stop all emulators for the body, then start them from disk again."""
        async with self.world.gate.closed():
            await self.stop_emulators()
            self.world.save_clock()
            try:
                yield
            finally:
                self.world.reload()
                await self.start_emulators()

    async def start_emulators(self) -> None:
        """Start all emulators side by side.

        Raises:
            PortBusy: A port that one of them needs is taken.
            StartFailed: One of them did not start.
        """
        emulators = list(self.world.emulators.values())
        for emulator in emulators:
            self.world.folder(emulator.name)
        results = await asyncio.gather(
            *(emulator.start() for emulator in emulators), return_exceptions=True
        )
        for emulator, result in zip(emulators, results, strict=True):
            if isinstance(result, PortBusy):
                raise result
            if isinstance(result, BaseException):
                raise StartFailed(f"{emulator.name}: {result}") from result

    async def stop_emulators(self) -> None:
        """Stop all emulators; a failure of one does not spare the others."""
        emulators = list(self.world.emulators.values())
        results = await asyncio.gather(
            *(emulator.stop() for emulator in emulators), return_exceptions=True
        )
        for emulator, result in zip(emulators, results, strict=True):
            if isinstance(result, BaseException):
                _LOG.error("%s did not stop cleanly", emulator.name, exc_info=result)

    def served_zones(self) -> list[ServedZone]:
        """Return the DNS zones of all vendors, as they are seen now."""
        emulators = self.world.emulators.values()
        return [zone for emulator in emulators for zone in emulator.zones()]

    async def reset(self) -> None:
        """Empty the world; ports, certificates and tokens stay."""
        self.world.faults.clear()
        await self.snapshots.empty()
        self.world.requests.clear()

    def status(self) -> dict[str, object]:
        """Return what runs now, for the control API."""
        world = self.world
        emulators = world.emulators.values()
        listed = world.requests.listed()
        return {
            "pid": os.getpid(),
            "now": world.clock.iso(),
            "offset_seconds": world.clock.offset_seconds,
            "is_realistic": world.settings.is_realistic,
            "ports": world.ports.numbers(),
            "emulators": {one.name: dict(one.status()) for one in emulators},
            "hosts": sorted(host for one in emulators for host in one.hosts()),
            "requests": {
                "count": len(listed),
                "mutating_count": sum(entry.is_mutating for entry in listed),
                "last_sequence": world.requests.total_count,
            },
            "faults": [fault.as_json() for fault in world.faults.all()],
            "snapshots": self.snapshots.listed(),
        }


@contextlib.asynccontextmanager
async def running(
    settings: Settings, builders: Sequence[Builder] | None = None
) -> AsyncIterator[Sandbox]:
    """Run a sandbox for the body.

    Args:
        settings: Where and how.
        builders: What makes the emulators; the three vendors when not given.

    Raises:
        AlreadyRunning: Another process runs one on the same home.
        PortBusy: A kept or wanted port is taken.
        StartFailed: An emulator did not start.
    """
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    async with contextlib.AsyncExitStack() as stack:
        stack.enter_context(lock.held(settings.home / "lock", os.getpid()))
        world = World(settings)
        stack.callback(world.requests.close)
        sandbox = Sandbox(world)
        await world.processes.reap()
        sandbox.snapshots.recover()
        world.reload()
        world.client = await stack.enter_async_context(client_session())
        for build in default_builders() if builders is None else builders:
            emulator = build(world)
            world.emulators[emulator.name] = emulator
        sockets = _bind_all(world, stack)
        await stack.enter_async_context(
            name_server.serving(
                sockets["dns"], sockets["dns_datagrams"], sandbox.served_zones
            )
        )
        stack.push_async_callback(sandbox.stop_emulators)
        await sandbox.start_emulators()
        await _serve_all(sandbox, sockets, stack)
        _publish(world, stack)
        yield sandbox


def _bind_all(
    world: World, stack: contextlib.AsyncExitStack
) -> dict[str, socket.socket]:
    """Bind every port first, so that a taken one stops us before anything runs."""
    sockets = {}
    for name in ("control", "edge", "edge_http", *world.emulators):
        sockets[name] = world.ports.bind(name)
        stack.callback(sockets[name].close)
    sockets["dns"], sockets["dns_datagrams"] = world.ports.bind_both("dns")
    for name in ("dns", "dns_datagrams"):
        stack.callback(sockets[name].close)
    return sockets


async def _serve_all(
    sandbox: Sandbox,
    sockets: Mapping[str, socket.socket],
    stack: contextlib.AsyncExitStack,
) -> None:
    world = sandbox.world
    address = world.authority.address_context()
    for name, emulator in world.emulators.items():
        application = vendor_application(world, emulator)
        await _serve(application, sockets[name], address, stack)
    edge = world.authority.edge_context(functools.partial(good_until, world))
    await _serve(edge_application(world), sockets["edge"], edge, stack)
    await _serve(redirect_application(world), sockets["edge_http"], None, stack)
    await _serve(control_application(sandbox), sockets["control"], None, stack)


async def _serve(
    application: web.Application,
    listener: socket.socket,
    context: ssl.SSLContext | None,
    stack: contextlib.AsyncExitStack,
) -> None:
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.SockSite(runner, listener, ssl_context=context).start()


def endpoints(world: World) -> dict[str, object]:
    """Return the content of ``endpoints.json``."""
    found: dict[str, object] = {
        "pid": os.getpid(),
        "started_at": world.clock.iso(),
        "control": f"http://127.0.0.1:{world.ports.number('control')}",
        "control_token": world.token("control"),
        "edge_port": world.edge_port,
        "edge_http_port": world.ports.number("edge_http"),
        "dns": _name_server(world),
        "ca_file": str(world.authority.ca_file),
    }
    sections: dict[str, dict[str, object]] = {}
    for name, emulator in world.emulators.items():
        api = f"https://127.0.0.1:{world.ports.number(name)}"
        sections.setdefault(name, {}).update(api=api, token=world.token(name))
        for section, values in emulator.endpoints().items():
            sections.setdefault(section, {}).update(values)
    return found | sections


def _name_server(world: World) -> dict[str, object]:
    """Where the DNS server answers, also in the form of a resolver's settings."""
    port = world.ports.number("dns")
    return {
        "address": LOOPBACK,
        "port": port,
        "nameservers": [f"{LOOPBACK}:{port}"],
    }


def _publish(world: World, stack: contextlib.AsyncExitStack) -> None:
    """Tell the product where everything is, now that everything listens."""
    path = world.home / "endpoints.json"
    write_private(path, json.dumps(endpoints(world), indent=1).encode())
    stack.callback(path.unlink, missing_ok=True)
