"""Wait for a platform: read, look, sleep, until it is so or time is up."""

from __future__ import annotations

from itertools import accumulate, repeat
from typing import TYPE_CHECKING, Final, TypeVar

from launchbook.errors import NotReady

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from launchbook.clock import Clock

T = TypeVar("T")

FIRST_DELAY_SECONDS: Final = 0.1
GROWTH: Final = 1.4
LONGEST_DELAY_SECONDS: Final = 3.0
"""Rests between looks grow to this: quick on a quick platform, mild on a slow one."""
_GROWING: Final = 12
"""0.1 s grown by 1.4 twelve times is past three seconds."""

DELAYS: Final = tuple(
    min(LONGEST_DELAY_SECONDS, delay)
    for delay in accumulate(
        repeat(GROWTH, _GROWING),
        lambda rest, by: rest * by,
        initial=FIRST_DELAY_SECONDS,
    )
)


def until(
    read: Callable[[], T],
    is_done: Callable[[T], bool],
    *,
    clock: Clock,
    deadline_seconds: float,
    what: str,
    delays: Iterable[float] = DELAYS,
) -> T:
    """Read until ``is_done``; the first look is at once, the last at the deadline.

    Args:
        read: Reads the thing; its errors are the caller's.
        is_done: Whether waiting is over, well or badly.
        clock: Time, and the way in which waiting can be interrupted.
        deadline_seconds: How long to go on.
        what: The thing's name, for the error.
        delays: Seconds to rest after each look; the last one repeats.

    Returns:
        What was read when it was done.

    Raises:
        NotReady: It was not done in time.
    """
    value = last_of(
        read, is_done, clock=clock, deadline_seconds=deadline_seconds, delays=delays
    )
    if not is_done(value):
        raise NotReady(
            f"{what} was not ready within {deadline_seconds:g} s",
            hint="Run the same command again to go on waiting.",
        )
    return value


def last_of(
    read: Callable[[], T],
    is_done: Callable[[T], bool],
    *,
    clock: Clock,
    deadline_seconds: float,
    delays: Iterable[float] = DELAYS,
) -> T:
    """Read as ``until`` does, and return the last look, done or not."""
    end = clock.monotonic() + deadline_seconds
    rest = LONGEST_DELAY_SECONDS
    rests = iter(delays)
    while True:
        value = read()
        remaining = end - clock.monotonic()
        if is_done(value) or remaining <= 0:
            return value
        rest = next(rests, rest)
        clock.sleep(min(rest, remaining))
