"""Ports that are chosen once and stay, so that URLs survive a restart."""

from __future__ import annotations

import contextlib
import random
import socket
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.sandbox.document import Document

LOOPBACK: Final = "127.0.0.1"
_RANGE: Final = range(18_000, 32_000)
"""Below the ports that systems give to outgoing connections (from 32768 on
Linux, 49152 elsewhere), so that a kept port is still free at the next start."""
_ATTEMPTS: Final = 500


class PortBusy(Exception):
    """A port that must be used is taken by another program.

    Attributes:
        name: What the port is for.
        port: Its number.
    """

    def __init__(self, name: str, port: int) -> None:
        super().__init__(f"port {port} ({name}) is taken")
        self.name = name
        self.port = port


class Ports:
    """The ports of one sandbox, all on 127.0.0.1.

    Args:
        kept: Where chosen numbers are remembered, under ``ports``.
        wanted: Numbers that must be used, by name.
    """

    def __init__(self, kept: Document, wanted: Mapping[str, int]) -> None:
        self._kept = kept
        self._wanted = {name: port for name, port in wanted.items() if port}

    def number(self, name: str) -> int:
        """Return the number of a port that was bound before (now or earlier).

        Raises:
            KeyError: It was never bound.
        """
        return int(self._numbers()[name])

    def numbers(self) -> dict[str, int]:
        """Return all numbers by name."""
        return {name: int(port) for name, port in self._numbers().items()}

    def bind(self, name: str) -> socket.socket:
        """Return a listening socket on the port of this name.

        Hand it to ``asyncio.start_server(sock=...)`` or to ``web.SockSite``;
        closing it frees the port, and the next ``bind`` takes the same again.

        Raises:
            PortBusy: Another program listens there.
        """
        port = self._wanted.get(name) or self._numbers().get(name)
        if port:
            listener = listen(int(port))
            if listener is None:
                raise PortBusy(name, int(port))
        else:
            listener = listen_on_free_port()
        self._keep(name, int(listener.getsockname()[1]))
        return listener

    def bind_both(self, name: str) -> tuple[socket.socket, socket.socket]:
        """Return a listening socket, and one for datagrams on the same port.

        Raises:
            PortBusy: The port is taken, by a listener or by datagrams.
        """
        listener = self.bind(name)
        port = int(listener.getsockname()[1])
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        datagrams.settimeout(0)
        try:
            datagrams.bind((LOOPBACK, port))
        except OSError:
            datagrams.close()
            listener.close()
            raise PortBusy(name, port) from None
        return listener, datagrams

    def _numbers(self) -> dict[str, int]:
        numbers: dict[str, int] = self._kept.data.setdefault("ports", {})
        return numbers

    def _keep(self, name: str, port: int) -> None:
        if self._numbers().get(name) != port:
            self._numbers()[name] = port
            self._kept.save()


def listen(port: int) -> socket.socket | None:
    """Return a listening socket, or None when the port is taken."""
    # Named TCP, so that asyncio sends small answers at once (TCP_NODELAY).
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.settimeout(0)
    try:
        listener.bind((LOOPBACK, port))
        # Two sockets may be bound to one port with REUSEADDR; only one listens.
        listener.listen(256)
    except OSError:
        listener.close()
        return None
    return listener


def listen_on_free_port() -> socket.socket:
    """Return a listening socket on some port that nobody uses.

    Raises:
        OSError: There is none.
    """
    for port in random.SystemRandom().sample(_RANGE, _ATTEMPTS):
        listener = listen(port)
        if listener:
            return listener
    raise OSError("no free port")


def free_port() -> int:
    """Return a port that nobody uses now, for a process that binds it itself."""
    with contextlib.closing(listen_on_free_port()) as listener:
        return int(listener.getsockname()[1])
