"""What steps do with DNS, whoever the provider is: octoDNS does it.

A zone also holds what is not ours (mail, other sites). So the desired zone is the one
that is there, with only our record sets replaced; octoDNS weighs the change and
refuses one that touches too much.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import octodns.provider.plan
import octodns.record
import octodns.zone
import requests

from launchbook.errors import (
    NotFound,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
    UnsafePlan,
)
from launchbook.model.dns import Zone
from launchbook.providers.dns.provider import make_provider
from launchbook.providers.dns.wire import read_record, write_record

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from launchbook.model.dns import RecordSet
    from launchbook.providers.dns.provider import DnsSettings

PLATFORM: Final = "dns"
for _name in ("CloudflareProvider[dns]", "Record", "Plan", "Zone"):
    # They tell what is told by our own plan lines, and warn about their defaults.
    logging.getLogger(_name).setLevel(logging.ERROR)


@dataclass(frozen=True)
class DnsClient:
    """Reads and replaces record sets of a zone.

    Attributes:
        settings: Which provider, and how it is reached.
    """

    settings: DnsSettings

    def find_zone(self, name: str) -> Zone | None:
        """Return a zone, or None.

        A provider that cannot be asked about zones has it when it has its records.

        Raises:
            ProviderError: It cannot be asked.
        """
        provider = self._provider()
        if hasattr(provider, "find_zone"):
            zone: Zone | None = _guarded(lambda: provider.find_zone(name))
            return zone
        found = octodns.zone.Zone(f"{name}.", [])
        exists = _guarded(lambda: provider.populate(found, lenient=True))
        return Zone(name) if exists or found.records else None

    def create_zone(self, name: str) -> Zone:
        """Add a zone to the account.

        Raises:
            Rejected: The provider cannot be told to, or refuses.
        """
        provider = self._provider()
        if not hasattr(provider, "add_zone"):
            raise Rejected(
                f"the DNS provider cannot be told to make the zone {name}",
                hint="Create the zone at the provider, then run the same command again.",
                platform=PLATFORM,
            )
        zone: Zone = _guarded(lambda: provider.add_zone(name))
        return zone

    def read_records(self, zone: str) -> tuple[RecordSet, ...]:
        """Return every record set of a zone that octoDNS knows the kind of.

        Raises:
            NotFound: The provider has no such zone.
            ProviderError: It cannot be asked.
        """
        found = self._populated(self._provider(), zone)
        records = (read_record(each) for each in found.records)
        return tuple(sorted(records, key=lambda each: (each.host, each.kind)))

    def replace_records(
        self,
        zone: str,
        wanted: Sequence[RecordSet],
        removed: Collection[tuple[str, str]] = (),
    ) -> None:
        """Write record sets, remove others by host and kind; the rest stays.

        Raises:
            UnsafePlan: octoDNS finds that too much of the zone would change.
            ProviderError: The provider refuses, or cannot be asked.
        """
        provider = self._provider()
        desired = self._populated(provider, zone).copy()
        gone = {*removed, *((each.host, each.kind) for each in wanted)}
        for record in [r for r in desired.records if _key(r) in gone]:
            desired.remove_record(record)
        for each in wanted:
            desired.add_record(write_record(desired, each), lenient=True)

        def act() -> None:
            plan = provider.plan(desired)
            if plan is not None:
                plan.raise_if_unsafe()
                provider.apply(plan)

        _guarded(act)

    def _provider(self) -> Any:
        """A provider of its own for each act: octoDNS remembers what it read."""
        return make_provider(self.settings)

    def _populated(self, provider: Any, zone: str) -> Any:
        found = octodns.zone.Zone(f"{zone}.", [])
        exists = _guarded(lambda: provider.populate(found, lenient=True))
        # octoDNS says of a zone without any records that it does not exist.
        if not exists and not found.records and self.find_zone(zone) is None:
            raise NotFound(
                f"the DNS provider has no zone {zone}",
                hint="Create the zone there, or correct dns.zone in "
                "inventory/product.yml, then run the same command again.",
                platform=PLATFORM,
            )
        return found


def _key(record: Any) -> tuple[str, str]:
    return record.fqdn.rstrip(".").lower(), str(record._type)  # noqa: SLF001 - octoDNS has no other name for it


def _guarded(act: Callable[[], Any]) -> Any:
    """Let errors of octoDNS and of its providers become ours."""
    try:
        return act()
    except octodns.provider.plan.UnsafePlan as error:
        raise UnsafePlan(
            f"octoDNS refuses the change of the zone: {error}",
            hint="Look at the zone at the provider; a name that is missing there may "
            "have been removed by hand.",
        ) from error
    except requests.RequestException as error:
        raise _unavailable(error) from error
    except Exception as error:
        raise _refused(error) from error


def _unavailable(error: requests.RequestException) -> Unavailable:
    response = error.response
    told = f"status {response.status_code}" if response is not None else "no answer"
    return Unavailable(
        f"the DNS provider cannot be asked: {told}",
        hint="Run the same command again; it looks first and writes nothing twice.",
        platform=PLATFORM,
    )


def _refused(error: Exception) -> Exception:
    """An error of a provider's own, by its name: octoDNS has no common ones."""
    kind = type(error).__name__
    if "Authentication" in kind:
        return Unauthorized(
            f"the DNS provider refuses our token: {error}",
            hint="Check dns.token of the set of platforms and the token's rights "
            "(edit DNS records, read zones).",
            platform=PLATFORM,
        )
    if "RateLimit" in kind:
        return RateLimited(
            f"the DNS provider is asked too often: {error}",
            hint="Wait a minute, then run the same command again.",
            platform=PLATFORM,
        )
    if "5xx" in kind:
        return Unavailable(
            f"the DNS provider fails: {error}",
            hint="Run the same command again in a while.",
            platform=PLATFORM,
        )
    if isinstance(error, octodns.record.RecordException) or "Error" in kind:
        return Rejected(
            f"the DNS provider refuses the change: {error}",
            hint="Look at the record at the provider, then run the same command again.",
            platform=PLATFORM,
        )
    return error
