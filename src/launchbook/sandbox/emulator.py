"""What a vendor's emulator is to the frame."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from aiohttp import web

if TYPE_CHECKING:
    from launchbook.sandbox.dns.zone import ServedZone

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
"""Answers one request that the edge received for a host name."""

READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Operation:
    """What a request to a vendor's API asks for.

    Attributes:
        name: A REST route as ``POST /v1/projects/{ref}/restart``, or the name
            of a GraphQL field as ``projectCreate``.
        is_mutating: Whether the request is meant to change something.
    """

    name: str
    is_mutating: bool


def rest_operation(request: web.Request) -> Operation:
    """Return the operation of a REST request: method and route pattern."""
    resource = request.match_info.route.resource
    path = request.path if resource is None else resource.canonical
    return Operation(
        name=f"{request.method} {path}",
        is_mutating=request.method not in READING_METHODS,
    )


class Emulator(Protocol):
    """One vendor. Inherit from this to get the defaults.

    The frame calls ``start`` before the application serves, and ``stop`` and
    ``start`` again around a snapshot, a restore and a reset. Between the two all
    files below ``home/<name>/`` may be copied or replaced, so ``stop`` ends
    every process and task and leaves nothing unwritten, and ``start`` reads all
    state again from disk (``World.document`` objects are reloaded by the frame).

    Attributes:
        name: ``railway``, ``vercel`` or ``supabase``; the log's vendor, the name
            of the port and of the folder.
    """

    name: str

    def application(self) -> web.Application:
        """Return the vendor's API; called once a process.

        The frame adds its middlewares (log, faults, unexpected errors) and
        answers unknown routes with ``error_response(501, "not_emulated", ...)``.
        """
        ...

    async def start(self) -> None:
        """Read the state and start the real parts again."""
        ...

    async def stop(self) -> None:
        """Stop the real parts; everything is on disk afterwards."""
        ...

    def error_response(self, status: int, code: str, message: str) -> web.Response:
        """Return an error in the vendor's own shape (also for faults)."""
        ...

    async def operation(self, request: web.Request) -> Operation:
        """Say what a request asks for, before it is handled.

        The body may be read (``await request.read()`` keeps it for the handler).
        """
        return rest_operation(request)

    def serves(self, host: str) -> Handler | None:
        """Return who answers a host name (lower case, no port) at the edge."""
        del host
        return None

    def hosts(self) -> Iterable[str]:
        """Return the host names that ``serves`` knows now."""
        return ()

    def certified_until(self, host: str) -> float | None:
        """Return until when a custom host's certificate is good.

        Sandbox seconds since 1970; None for a host that is no custom one of this
        vendor, and for one whose certificate was not issued.
        """
        del host
        return None

    def zones(self) -> Iterable[ServedZone]:
        """Return the DNS zones that the sandbox's name server serves for it."""
        return ()

    def status(self) -> Mapping[str, object]:
        """Return JSON facts for the control API; no secrets."""
        return {}

    def endpoints(self) -> Mapping[str, Mapping[str, object]]:
        """Return additions to ``endpoints.json`` by top-level key.

        The frame itself writes ``{name: {"api": ..., "token": ...}}``; an
        emulator adds for example ``{"supabase": {"organization": slug},
        "pooler": {"session_port": 1, "transaction_port": 2}}``.
        """
        return {}
