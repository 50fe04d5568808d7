"""Tasks that an emulator runs beside its requests, all ended together."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Coroutine

_LOG = logging.getLogger(__name__)


class Background:
    """A set of tasks. A failure is logged, never lost.

    Args:
        name: Whose tasks they are, for the log.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._tasks: set[asyncio.Task[object]] = set()

    def start(self, work: Coroutine[object, object, object], *, name: str) -> None:
        """Start a task that only ``stop`` ends early."""
        self._keep(self._task(work, name))

    def run(
        self, work: Coroutine[object, object, object], *, name: str
    ) -> asyncio.Task[object]:
        """Start a task; the caller may cancel or await it alone."""
        task = self._task(work, name)
        self._keep(task)
        return task

    async def stop(self) -> None:
        """Cancel all tasks and wait for their end."""
        tasks = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _task(
        self, work: Coroutine[object, object, object], name: str
    ) -> asyncio.Task[object]:
        return asyncio.create_task(work, name=f"{self._name}:{name}")

    def _keep(self, task: asyncio.Task[object]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _LOG.error("task %s failed", task.get_name(), exc_info=error)
