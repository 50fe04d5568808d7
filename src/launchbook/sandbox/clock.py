"""The sandbox's own time: the machine's plus what somebody advanced it by."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from launchbook.sandbox.delays import delay_seconds

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

MAX_MOVES: Final = 2000
"""Moves of the clock that are remembered."""
MAX_STOPS: Final = 200
"""Appointments at which one ``advance`` stops before it jumps the rest."""
BUSY_LIMIT_SECONDS: Final = 120.0
"""Real seconds that ``advance`` waits at one stop for work to end."""


class SandboxClock:
    """Sandbox time. Everything timed in an emulator goes through it.

    Args:
        offset_seconds: How far sandbox time is ahead of real time.
        is_realistic: Which column of the table of delays counts.
        real_seconds: Real time as seconds since 1970.

    Attributes:
        moves: How it was advanced: from which sandbox time, and by how much.
    """

    def __init__(
        self,
        *,
        offset_seconds: float = 0.0,
        is_realistic: bool = False,
        real_seconds: Callable[[], float] | None = None,
    ) -> None:
        self.offset_seconds = offset_seconds
        self.moves: list[tuple[float, float]] = []
        self._is_realistic = is_realistic
        self._real_seconds = real_seconds or time.time  # noqa: TID251 - the sandbox's one home of time
        self._moved = asyncio.Event()
        self._appointments: list[float] = []
        self._idle = asyncio.Event()
        self._idle.set()
        self._busy_count = 0

    def timestamp(self) -> float:
        """Return sandbox time as seconds since 1970."""
        return self._real_seconds() + self.offset_seconds

    def milliseconds(self) -> int:
        """Return sandbox time as whole milliseconds since 1970."""
        return int(self.timestamp() * 1000)

    def now(self) -> datetime:
        """Return sandbox time, in UTC."""
        return datetime.fromtimestamp(self.timestamp(), UTC)

    def iso(self) -> str:
        """Return sandbox time as ``2026-11-22T20:46:00.123Z``."""
        return self.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def real_seconds_at(self, timestamp: float) -> float:
        """Return the real time of a sandbox time of the past.

        A moment that an advance passed over was when the clock was advanced.
        """
        offset = self.offset_seconds
        for moved_at, seconds in reversed(self.moves):
            if timestamp >= moved_at + seconds:
                break
            offset -= seconds
            if timestamp >= moved_at:
                return moved_at - offset
        return timestamp - offset

    async def delay(self, name: str) -> None:
        """Wait for a vendor's delay of the table in ``delays``."""
        await self.sleep(self.length(name))

    def length(self, name: str) -> float:
        """Return the sandbox seconds of a vendor's delay of the table.

        Raises:
            KeyError: No delay has this name.
        """
        return delay_seconds(name, is_realistic=self._is_realistic)

    async def sleep(self, seconds: float) -> None:
        """Wait for sandbox seconds; ends early when the clock is advanced."""
        await self._wait_for(self.timestamp() + seconds)

    async def sleep_until(self, moment: datetime) -> None:
        """Wait for a moment; a long ``advance`` stops there on its way."""
        deadline = moment.timestamp()
        heapq.heappush(self._appointments, deadline)
        try:
            await self._wait_for(deadline)
        finally:
            self._appointments.remove(deadline)
            heapq.heapify(self._appointments)

    @contextlib.asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Hold ``advance`` at its stop while the body runs."""
        self._busy_count += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._busy_count -= 1
            if not self._busy_count:
                self._idle.set()

    async def advance(self, seconds: float) -> None:
        """Move forward, stopping at each appointment so that its work is done.

        Raises:
            ValueError: ``seconds`` is negative; the clock never runs backwards.
        """
        if seconds < 0:
            raise ValueError("the clock cannot go back")
        final_offset = self.offset_seconds + seconds
        for _ in range(MAX_STOPS):
            ahead = [
                moment
                for moment in self._appointments
                if self.timestamp() < moment <= self._real_seconds() + final_offset
            ]
            if not ahead:
                break
            await self._move_to(min(ahead) - self._real_seconds())
        await self._move_to(final_offset)

    async def _move_to(self, offset_seconds: float) -> None:
        seconds = offset_seconds - self.offset_seconds
        if seconds > 0:
            self.moves = [*self.moves, (self.timestamp(), seconds)][-MAX_MOVES:]
            self.offset_seconds = offset_seconds
        self.wake()
        await _let_others_run()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(BUSY_LIMIT_SECONDS):
                await self._idle.wait()
        await _let_others_run()

    def wake(self) -> None:
        """Let every sleeper look at the clock again."""
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    async def _wait_for(self, deadline: float) -> None:
        while (left := deadline - self.timestamp()) > 0:
            with contextlib.suppress(TimeoutError):
                # `wait_for` would lose a cancellation that comes with an advance.
                async with asyncio.timeout(min(left, 3600.0)):
                    await self._moved.wait()


def real_now() -> datetime:
    """Return the machine's own time, for what others check by theirs: certificates."""
    return datetime.now(UTC)  # noqa: TID251 - the sandbox's one home of time


async def _let_others_run() -> None:
    """Give woken tasks the turns that they need to begin their work."""
    for _ in range(10):
        await asyncio.sleep(0)
