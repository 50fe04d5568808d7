"""Work that comes back: cron expressions on the sandbox's clock."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from cronsim import CronSim, CronSimError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from launchbook.sandbox.clock import SandboxClock

_LOG = logging.getLogger(__name__)


class InvalidSchedule(ValueError):
    """Not a cron expression of five fields."""


def next_moment(expression: str, after: datetime) -> datetime:
    """Return the first moment after ``after`` (UTC) that an expression names.

    Raises:
        InvalidSchedule: The expression is none, or never comes true.
    """
    try:
        moment: datetime = next(CronSim(expression, after))
    except (CronSimError, StopIteration) as error:
        raise InvalidSchedule(f"{expression!r}: {error}") from error
    return moment


async def every_cron(
    clock: SandboxClock,
    expression: str,
    callback: Callable[[datetime], Awaitable[None]],
) -> None:
    """Await ``callback(moment)`` at every moment of a cron expression, for ever.

    Run it as a task (``Background.run``) and cancel it. A moment that passes
    while the callback still runs is left out, as the vendors do; an ``advance``
    of the clock stops at each moment and waits for the callback. A failing
    callback is logged and the schedule goes on.

    Raises:
        InvalidSchedule: The expression is none.
    """
    while True:
        moment = next_moment(expression, clock.now())
        await clock.sleep_until(moment)
        async with clock.working():
            try:
                await callback(moment)
            except Exception:  # noqa: BLE001 - one failed run does not end a schedule
                _LOG.exception("scheduled work failed (%s)", expression)
