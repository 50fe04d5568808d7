"""What a process writes: line by line to a file and to whoever listens."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LINE_LIMIT_BYTES: Final = 1 << 20
"""A longer line comes in pieces."""
_GRACE_SECONDS: Final = 1.0


class Output:
    """The standard output and error of one child, through a pipe of our own.

    asyncio's own pipe would make ``wait`` wait for every process that inherited
    it, not only for the child.

    Args:
        log_path: Where every line is appended.
        on_line: Receives every line, without its end.
    """

    def __init__(self, log_path: Path, on_line: Callable[[str], None]) -> None:
        self._log_path = log_path
        self._on_line = on_line
        self._transport: asyncio.ReadTransport | None = None
        self._reading: asyncio.Task[None] | None = None

    async def open(self) -> int:
        """Begin to read; return the descriptor that the child writes to.

        Give it to the child and close it here.
        """
        read, write = os.pipe()
        stream = asyncio.StreamReader(limit=LINE_LIMIT_BYTES)
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(stream),
            os.fdopen(read, "rb", buffering=0),
        )
        self._reading = asyncio.create_task(self._copy(stream))
        return write

    async def close(self) -> None:
        """Read the rest, which ends with the last process that writes."""
        if self._reading:
            # Somebody who left the child's group may keep it open for ever.
            await asyncio.wait({self._reading}, timeout=_GRACE_SECONDS)
            self._reading.cancel()
        if self._transport:
            self._transport.close()

    async def _copy(self, stream: asyncio.StreamReader) -> None:
        with self._log_path.open("a", encoding="utf-8", buffering=1) as log:
            while content := await _next_line(stream):
                line = content.decode(errors="replace").rstrip("\r\n")
                log.write(line + "\n")
                self._on_line(line)


async def _next_line(stream: asyncio.StreamReader) -> bytes:
    """Return the next line, or nothing at the end."""
    try:
        return await stream.readuntil(b"\n")
    except asyncio.IncompleteReadError as error:
        return error.partial
    except asyncio.LimitOverrunError as error:
        return await stream.readexactly(error.consumed or 1)
