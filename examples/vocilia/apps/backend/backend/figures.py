"""Figures measured in this process: counts over a window, memory, processor."""

from __future__ import annotations

import os
import resource
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Monotonic = Callable[[], float]


@dataclass
class Bucket:
    """What happened in one second of the window."""

    second: int
    count: int = 0
    marked: int = 0
    total_seconds: float = 0.0


class Window:
    """Count, mean duration and share of marked events over the last seconds.

    Buckets of one second: memory is bounded whatever the load.
    """

    def __init__(
        self, length_seconds: int, monotonic: Monotonic = time.monotonic
    ) -> None:
        self.length_seconds = length_seconds
        self._monotonic = monotonic
        self._buckets: deque[Bucket] = deque()

    def add(self, duration_seconds: float, *, is_marked: bool = False) -> None:
        """Count one event; `is_marked` says that it failed, or was slow."""
        second = int(self._monotonic())
        if not self._buckets or self._buckets[-1].second != second:
            self._forget()
            self._buckets.append(Bucket(second))
        bucket = self._buckets[-1]
        bucket.count += 1
        bucket.marked += is_marked
        bucket.total_seconds += duration_seconds

    def _forget(self) -> None:
        oldest = int(self._monotonic()) - self.length_seconds
        while self._buckets and self._buckets[0].second <= oldest:
            self._buckets.popleft()

    @property
    def count(self) -> int:
        """Events in the window."""
        self._forget()
        return sum(bucket.count for bucket in self._buckets)

    @property
    def marked(self) -> int:
        """Marked events in the window."""
        self._forget()
        return sum(bucket.marked for bucket in self._buckets)

    @property
    def marked_percent(self) -> float:
        """Share of marked events, 0 to 100; 0 without events."""
        return round(100 * self.marked / self.count, 2) if self.count else 0.0

    @property
    def mean_ms(self) -> float:
        """Mean duration in milliseconds; 0 without events."""
        total = sum(bucket.total_seconds for bucket in self._buckets)
        return round(1000 * total / self.count, 2) if self.count else 0.0


class Processor:
    """Share of the usable processor cores that this process used lately."""

    def __init__(self, monotonic: Monotonic = time.monotonic) -> None:
        self._monotonic = monotonic
        self._cores = (
            len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
        )
        self._samples: deque[tuple[float, float]] = deque(maxlen=12)
        self.sample()

    def sample(self) -> None:
        """Take a sample; called every few seconds."""
        self._samples.append((self._monotonic(), time.process_time()))

    @property
    def usage_percent(self) -> float:
        """Use since the oldest kept sample, 0 to 100."""
        wall, used = self._samples[0]
        elapsed = self._monotonic() - wall
        if elapsed <= 0:
            return 0.0
        share = (time.process_time() - used) / elapsed / self._cores
        return round(min(100.0, 100 * share), 2)


def memory() -> dict[str, float]:
    """Return resident, peak and limit in bytes, and the used share in percent."""
    scale = 1 if sys.platform == "darwin" else 1024  # ru_maxrss is KiB on Linux
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale
    resident = _resident_bytes() or peak
    limit = _limit_bytes()
    return {
        "rss_bytes": resident,
        "peak_rss_bytes": max(peak, resident),
        "limit_bytes": limit,
        "usage_percent": round(100 * resident / limit, 2),
    }


def _resident_bytes() -> int | None:
    statm = Path("/proc/self/statm")
    if not statm.exists():
        return None
    return int(statm.read_text(encoding="ascii").split()[1]) * resource.getpagesize()


def _limit_bytes() -> int:
    """The container's memory limit, or what the machine has."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = Path("/sys/fs/cgroup/memory.max")
    text = limit.read_text(encoding="ascii").strip() if limit.exists() else "max"
    return min(physical, int(text)) if text.isdecimal() else physical
