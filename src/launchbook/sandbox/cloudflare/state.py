"""What the emulator remembers, on disk."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from launchbook.sandbox.document import Document


@dataclass
class Record:
    """One DNS record as the API has it.

    Attributes:
        name: The full host name, lower case, without a dot at the end.
        content: In the vendor's form: without quotes that nobody wrote.
        ttl: Seconds; 1 is automatic.
        is_proxied: Whether the vendor's network stands before it.
        priority: Of an MX.
        data: The parts of kinds that have parts, as CAA.
    """

    id: str
    name: str
    kind: str
    content: str
    ttl: int
    created_at: str
    modified_at: str
    is_proxied: bool = False
    priority: int | None = None
    data: dict[str, Any] | None = None
    comment: str | None = None
    tags: list[str] = field(default_factory=list)


@dataclass
class Version:
    """What the DNS server serves from a moment on.

    Attributes:
        served_at: Sandbox time, seconds since 1970.
        record_ids: To the record as it was then.
    """

    served_at: float
    serial: int
    records: list[Record] = field(default_factory=list)


@dataclass
class Zone:
    """One zone.

    Attributes:
        active_at: Sandbox time from which it is active.
        records: By id, as the API has them.
        versions: What the DNS server serves and will serve, the oldest first.
    """

    id: str
    name: str
    name_servers: list[str]
    created_at: str
    active_at: float
    records: dict[str, Record] = field(default_factory=dict)
    versions: list[Version] = field(default_factory=list)


class State:
    """All zones of the one account.

    Args:
        document: Where they are kept.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self.zones: dict[str, Zone] = {}

    def load(self) -> None:
        """Read everything again."""
        found = self._document.data.get("zones", {})
        self.zones = {key: _zone(value) for key, value in found.items()}

    def save(self) -> None:
        """Write everything."""
        self._document.data["zones"] = {
            key: asdict(zone) for key, zone in self.zones.items()
        }
        self._document.save()

    def by_name(self, name: str) -> Zone | None:
        """Return the zone of a name, or None."""
        return next((zone for zone in self.zones.values() if zone.name == name), None)


def new_id() -> str:
    """Return an id in the vendor's form: 32 hex digits."""
    return secrets.token_hex(16)


def _zone(value: dict[str, Any]) -> Zone:
    records = {key: Record(**each) for key, each in value["records"].items()}
    versions = [
        Version(**{**each, "records": [Record(**one) for one in each["records"]]})
        for each in value["versions"]
    ]
    return Zone(**{**value, "records": records, "versions": versions})
