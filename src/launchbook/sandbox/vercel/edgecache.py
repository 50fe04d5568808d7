"""The edge's cache of static files, as honest as its header ``x-vercel-cache``."""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CAPACITY_BYTES: Final = 64 * 1024 * 1024
_FOR_EDGE_ONLY: Final = ("vercel-cdn-cache-control", "cdn-cache-control")
_DIRECTIVE: Final = re.compile(r"([a-z-]+)(?:=(\d+))?")

Key = tuple[str, str]
"""A deployment's id and the name of a file in its output."""


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long the edge may answer by itself.

    Attributes:
        fresh_seconds: None: as long as the deployment lives.
        stale_seconds: Time after that in which the old answer is given while a
            new one is fetched.
    """

    fresh_seconds: float | None = None
    stale_seconds: float = 0.0


def lifetime_of(headers: Mapping[str, str]) -> Lifetime:
    """Return what an answer's headers say to the edge.

    A static file stays without being told; ``s-maxage`` shortens that, and
    ``no-store`` and ``private`` forbid it.
    """
    for name in (*_FOR_EDGE_ONLY, "cache-control"):
        if name not in headers:
            continue
        said = dict(_DIRECTIVE.findall(headers[name].lower()))
        age = said.get("s-maxage") or (
            said.get("max-age") if name in _FOR_EDGE_ONLY else None
        )
        if "no-store" in said or "private" in said:
            return Lifetime(fresh_seconds=0.0)
        if age:
            stale = float(said.get("stale-while-revalidate") or 0)
            return Lifetime(float(age), stale)
    return Lifetime()


def browser_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers without what is meant for the edge alone."""
    kept = {
        name: value
        for name, value in headers.items()
        if name != "vercel-cdn-cache-control"
    }
    said = [part.strip() for part in kept.get("cache-control", "").split(",")]
    for_browser = [
        part
        for part in said
        if not part.startswith(("s-maxage", "stale-while-revalidate"))
    ]
    if for_browser != said:
        kept["cache-control"] = ", ".join(for_browser) or "public"
    return kept


@dataclass(slots=True)
class Entry:
    """A file at the edge.

    Attributes:
        etag: With its quotation marks.
        stored_at: Seconds since 1970.
    """

    body: bytes
    etag: str
    stored_at: float


class EdgeCache:
    """Files that were asked for, the least recently used ones dropped.

    Args:
        now: Sandbox time in seconds since 1970.
        capacity_bytes: How much is kept at most.
    """

    def __init__(
        self, now: Callable[[], float], capacity_bytes: int = CAPACITY_BYTES
    ) -> None:
        self._now = now
        self._capacity_bytes = capacity_bytes
        self._size_bytes = 0
        self._entries: OrderedDict[Key, Entry] = OrderedDict()

    def fetch(
        self, key: Key, lifetime: Lifetime, read: Callable[[], bytes]
    ) -> tuple[str, Entry]:
        """Return MISS, HIT or STALE, and the file.

        Args:
            key: Which file.
            lifetime: How long what is kept may be used.
            read: Gets the file where it comes from.
        """
        entry = self._entries.get(key)
        if entry is None:
            return "MISS", self._keep(key, read())
        self._entries.move_to_end(key)
        age = self._now() - entry.stored_at
        if lifetime.fresh_seconds is None or age < lifetime.fresh_seconds:
            return "HIT", entry
        is_stale = age < lifetime.fresh_seconds + lifetime.stale_seconds
        return "STALE" if is_stale else "MISS", self._keep(key, read())

    def age_seconds(self, entry: Entry) -> int:
        """Return for how long a file has been here."""
        return max(0, int(self._now() - entry.stored_at))

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
        self._size_bytes = 0

    def _keep(self, key: Key, body: bytes) -> Entry:
        if old := self._entries.pop(key, None):
            self._size_bytes -= len(old.body)
        digest = hashlib.sha256(body).hexdigest()[:32]
        entry = Entry(body, f'"{digest}"', self._now())
        self._entries[key] = entry
        self._size_bytes += len(body)
        while self._size_bytes > self._capacity_bytes:
            _, dropped = self._entries.popitem(last=False)
            self._size_bytes -= len(dropped.body)
        return entry
