"""What the DNS server serves of the zones: a change shows after it has spread."""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Final

from launchbook.sandbox.cloudflare.state import Version
from launchbook.sandbox.delays import delay_seconds
from launchbook.sandbox.dns.zone import ServedRecord, ServedZone

if TYPE_CHECKING:
    from launchbook.sandbox.cloudflare.state import Record, State, Zone
    from launchbook.sandbox.world import World

AUTOMATIC_SECONDS: Final = 300
"""What an automatic TTL comes to."""
PROXY_ADDRESS: Final = "127.0.0.2"
"""Stands for the vendor's own network, before a proxied record: nobody listens."""
_STRINGS: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_LONGEST_STRING: Final = 255


class Publication:
    """The zones as the world sees them.

    Args:
        world: Its clock and faults.
        state: The zones as the API has them.
    """

    def __init__(self, world: World, state: State) -> None:
        self._world = world
        self._state = state

    def publish(self, zone: Zone) -> None:
        """Let what the API has now be served a moment later."""
        clock = self._world.clock
        now = clock.timestamp()
        seconds = delay_seconds(
            "dns.propagate", is_realistic=self._world.settings.is_realistic
        )
        serial = (zone.versions[-1].serial if zone.versions else 0) + 1
        records = [copy.deepcopy(each) for each in zone.records.values()]
        # What was served before the version of now is of no use any more.
        current = [each for each in zone.versions if each.served_at <= now][-1:]
        coming = [each for each in zone.versions if each.served_at > now]
        zone.versions = [*current, *coming, Version(now + seconds, serial, records)]

    def zones(self) -> tuple[ServedZone, ...]:
        """Return what is served at this moment."""
        return tuple(self._served(zone) for zone in self._state.zones.values())

    def is_delegated(self, zone: Zone) -> bool:
        """Whether the registry leads to this vendor's name servers."""
        return not self._world.faults.take(
            "cloudflare", f"zone {zone.name}", "not_delegated"
        )

    def _served(self, zone: Zone) -> ServedZone:
        now = self._world.clock.timestamp()
        due = [each for each in zone.versions if each.served_at <= now]
        version = due[-1] if due else Version(0.0, 0)
        records = [
            _served_record(record)
            for record in version.records
            if not self._world.faults.take(
                "cloudflare", f"record {record.name} {record.kind}", "hidden"
            )
        ]
        return ServedZone(
            zone.name,
            tuple(zone.name_servers),
            tuple(records),
            version.serial,
            is_delegated=self.is_delegated(zone),
        )


def _served_record(record: Record) -> ServedRecord:
    """A record in the form of zone files."""
    if record.is_proxied:
        return ServedRecord(record.name, "A", PROXY_ADDRESS, AUTOMATIC_SECONDS)
    ttl = AUTOMATIC_SECONDS if record.ttl == 1 else record.ttl
    return ServedRecord(record.name, record.kind, _value(record), ttl)


def _value(record: Record) -> str:
    if record.kind == "TXT":
        return _quoted(record.content)
    if record.kind in {"CNAME", "NS"}:
        return f"{record.content}."
    if record.kind == "MX":
        return f"{record.priority} {record.content}."
    return record.content


def _quoted(content: str) -> str:
    """A TXT as strings of at most 255 characters; what is quoted already stays."""
    if _STRINGS.sub("", content).strip() == "" and content.startswith('"'):
        return content
    escaped = content.replace("\\", "\\\\").replace('"', '\\"')
    size = _LONGEST_STRING
    chunks = [escaped[at : at + size] for at in range(0, len(escaped), size)]
    return " ".join(f'"{chunk}"' for chunk in chunks)
