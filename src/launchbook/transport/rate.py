"""Token buckets: we keep to a platform's limits before it has to tell us."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.clock import Clock


@dataclass(frozen=True, slots=True)
class Rate:
    """At most so many requests within any so many seconds.

    Half of them may come at once; the other half is spread over the window, so
    that no window whatever, as the vendors count them, sees more.
    """

    requests: int
    within_seconds: float

    @property
    def burst(self) -> int:
        """How many may come at once."""
        return (self.requests + 1) // 2

    @property
    def per_second(self) -> float:
        """How many may follow each second."""
        return max(1, self.requests - self.burst) / self.within_seconds


UNLIMITED: Final = Rate(requests=10_000, within_seconds=1.0)


class TokenBucket:
    """One budget. Threads that find it empty wait in the order of arrival."""

    def __init__(self, rate: Rate, clock: Clock) -> None:
        self._clock = clock
        self._capacity = float(rate.burst)
        self._per_second = rate.per_second
        self._tokens = self._capacity
        self._filled_at = clock.monotonic()
        self._lock = Lock()

    def take(self) -> float:
        """Use one token; waits until there is one.

        Returns:
            The seconds that were waited.
        """
        with self._lock:
            now = self._clock.monotonic()
            gained = (now - self._filled_at) * self._per_second
            self._tokens = min(self._capacity, self._tokens + gained) - 1.0
            self._filled_at = now
            wait_seconds = max(0.0, -self._tokens / self._per_second)
        if wait_seconds > 0.0:
            self._clock.sleep(wait_seconds)
        return wait_seconds


class RateBook:
    """The budgets of one platform, by endpoint class and scope.

    Args:
        rates: By endpoint class; ``default`` is for all others.
        clock: The source of time.
    """

    def __init__(self, rates: Mapping[str, Rate], clock: Clock) -> None:
        self._rates = dict(rates)
        self._clock = clock
        self._buckets: dict[str, TokenBucket] = {}
        self._lock = Lock()

    def take(self, endpoint_class: str) -> float:
        """Use one token of a class; waits until there is one.

        Args:
            endpoint_class: As ``env_write``, or with a scope ``health:abcdef``.

        Returns:
            The seconds that were waited.
        """
        return self._bucket(endpoint_class).take()

    def _bucket(self, endpoint_class: str) -> TokenBucket:
        with self._lock:
            bucket = self._buckets.get(endpoint_class)
            if bucket is None:
                name = endpoint_class.partition(":")[0]
                rate = self._rates.get(name, self._rates.get("default", UNLIMITED))
                bucket = self._buckets[endpoint_class] = TokenBucket(rate, self._clock)
            return bucket
