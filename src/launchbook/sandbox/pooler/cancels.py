"""Cancel requests: they come by a connection of their own and name another."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from typing import TYPE_CHECKING

from launchbook.sandbox.pooler.protocol import CANCEL_REQUEST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Target = Callable[[], tuple[Path, bytes] | None]
    """The server and the key of the connection that works for a client now."""


class Cancels:
    """Who works for which client, by the key that the client was told at login."""

    def __init__(self) -> None:
        self._targets: dict[bytes, Target] = {}

    @contextlib.contextmanager
    def known(self, key: bytes, target: Target) -> Iterator[None]:
        """Know a client for the body."""
        self._targets[key] = target
        try:
            yield
        finally:
            self._targets.pop(key, None)

    async def forward(self, key: bytes) -> None:
        """Pass a request on; an unknown key is ignored, as a server does."""
        target = self._targets.get(key, lambda: None)()
        if target is None:
            return
        path, server_key = target
        reader, writer = await asyncio.open_unix_connection(str(path))
        try:
            content = struct.pack("!I", CANCEL_REQUEST) + server_key
            writer.write(struct.pack("!I", len(content) + 4) + content)
            # The server answers nothing and closes when the signal is sent.
            await reader.read()
        finally:
            writer.close()
