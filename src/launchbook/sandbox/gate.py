"""Holds requests back while the world behind them is taken down or replaced."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

DRAIN_SECONDS: Final = 5.0
"""Real seconds that requests under way get before the world stops anyway."""


class Gate:
    """Open at first. Requests pass one by one; closing waits for those inside.

    Args:
        drain_seconds: Real seconds that those inside get before it closes anyway.
    """

    def __init__(self, drain_seconds: float = DRAIN_SECONDS) -> None:
        self._drain_seconds = drain_seconds
        self._is_open = asyncio.Event()
        self._is_open.set()
        self._is_empty = asyncio.Event()
        self._is_empty.set()
        self._inside_count = 0
        self._closing = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def passing(self) -> AsyncIterator[None]:
        """Wait until the gate is open, then hold it open for the body."""
        await self._is_open.wait()
        self._inside_count += 1
        self._is_empty.clear()
        try:
            yield
        finally:
            self._inside_count -= 1
            if not self._inside_count:
                self._is_empty.set()

    @contextlib.asynccontextmanager
    async def closed(self) -> AsyncIterator[None]:
        """Close, let those inside finish, and open again after the body."""
        async with self._closing:
            self._is_open.clear()
            try:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._is_empty.wait(), self._drain_seconds)
                yield
            finally:
                self._is_open.set()
