"""DNS as the provider has it: zones and sets of records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone at the DNS provider.

    Attributes:
        name: As ``vocilia.com``.
        name_servers: What the registrar must name.
        is_active: Whether the registrar does; a provider that does not say is
            taken at its word.
    """

    name: str
    id: str = ""
    name_servers: tuple[str, ...] = ()
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class RecordSet:
    """All records of one host and kind; no trailing dots.

    Attributes:
        kind: As ``CNAME``; also where a provider has an alias at a zone's top.
        values: Sorted. A CAA reads as ``0 issue letsencrypt.org``.
        ttl_seconds: How long others may remember it.
        is_proxied: Whether the provider answers in its own name instead.
    """

    host: str
    kind: str
    values: tuple[str, ...]
    ttl_seconds: int
    is_proxied: bool = False

    @property
    def label(self) -> str:
        """Host and kind, which no other set of the zone has."""
        return f"{self.host} {self.kind}"

    def as_json(self) -> dict[str, object]:
        """Return it as evidence keeps it."""
        return {
            "host": self.host,
            "type": self.kind,
            "values": list(self.values),
            "ttl_seconds": self.ttl_seconds,
            "is_proxied": self.is_proxied,
        }


def record_set_of(node: Mapping[str, Any]) -> RecordSet:
    """Read back what ``as_json`` wrote."""
    return RecordSet(
        host=str(node["host"]),
        kind=str(node["type"]),
        values=tuple(map(str, node["values"])),
        ttl_seconds=int(node["ttl_seconds"]),
        is_proxied=node.get("is_proxied") is True,
    )
