"""Ctrl-C as a flag that everything looks at, instead of an exception anywhere."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from types import FrameType

    from launchbook.clock import Clock

SLICE_SECONDS: Final = 0.25
"""How long a sleeping step takes to notice."""


class Interruption:
    """Set once, by the first Ctrl-C; the second one is not held back."""

    def __init__(self) -> None:
        self._event = threading.Event()

    @property
    def is_set(self) -> bool:
        """Whether the person asked to stop."""
        return self._event.is_set()

    def set(self) -> None:
        """Ask everything to stop."""
        self._event.set()

    def check(self) -> None:
        """Stop here when asked to.

        Raises:
            KeyboardInterrupt: The person asked to stop.
        """
        if self.is_set:
            raise KeyboardInterrupt

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Turn SIGINT into the flag while the block runs (main thread only)."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGINT, self._note)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def _note(self, number: int, frame: FrameType | None) -> None:
        """Receive SIGINT; a person who insists gets the usual exception."""
        if self.is_set:
            signal.default_int_handler(number, frame)
        self.set()


class InterruptibleClock:
    """A clock whose ``sleep`` ends with KeyboardInterrupt when asked to stop."""

    def __init__(self, clock: Clock, interruption: Interruption) -> None:
        self._clock = clock
        self._interruption = interruption

    def now(self) -> datetime:
        """Return the current time, in UTC."""
        return self._clock.now()

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start that never run backwards."""
        return self._clock.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait, and look at the flag several times a second."""
        remaining = seconds
        self._interruption.check()
        while remaining > 0:
            self._clock.sleep(min(remaining, SLICE_SECONDS))
            self._interruption.check()
            remaining -= SLICE_SECONDS
