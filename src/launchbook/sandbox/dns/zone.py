"""What the DNS server serves: zones and their records, as they are seen now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class ServedRecord:
    """One record. Host names are lower case, without the dot at the end.

    Attributes:
        kind: As ``CNAME``.
        value: In the presentation form of zone files (a TXT is quoted).
    """

    host: str
    kind: str
    value: str
    ttl: int


@dataclass(frozen=True, slots=True)
class ServedZone:
    """One zone.

    Attributes:
        name: As ``vocilia.com``.
        serial: Grows with every change.
        is_delegated: Whether the registry leads here; it is refused otherwise.
    """

    name: str
    name_servers: tuple[str, ...]
    records: tuple[ServedRecord, ...]
    serial: int
    is_delegated: bool = True

    def at(self, host: str, kind: str = "") -> tuple[ServedRecord, ...]:
        """Return the records of a host, of one kind when it is given."""
        return tuple(
            record
            for record in self.records
            if record.host == host and kind in {"", record.kind}
        )

    def has_below(self, host: str) -> bool:
        """Whether names below a host exist, so that the host does too."""
        return any(record.host.endswith(f".{host}") for record in self.records)


def zone_of(zones: Iterable[ServedZone], host: str) -> ServedZone | None:
    """Return the zone that is nearest to a host."""
    found = [z for z in zones if host == z.name or host.endswith(f".{z.name}")]
    return max(found, key=lambda zone: len(zone.name), default=None)
