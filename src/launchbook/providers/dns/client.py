"""What steps do with DNS, whoever the provider is: octoDNS does it.

A zone also holds what is not ours (mail, other sites). So the desired zone is the one
that is there, with only our record sets replaced; octoDNS weighs the change and
refuses one that touches too much.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import octodns.provider.plan
import octodns.record
import octodns.zone

from launchbook.errors import (
    LaunchbookError,
    NotFound,
    ProviderError,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
    UnsafePlan,
)
from launchbook.model.dns import Zone
from launchbook.providers.dns.provider import PLATFORM, provider_maker
from launchbook.providers.dns.wire import key_of, read_record, write_record

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from launchbook.clock import Clock
    from launchbook.model.dns import RecordSet
    from launchbook.providers.dns.provider import DnsSettings
    from launchbook.redact import Redactor

EVERYTHING: Final = 1.0
"""As octoDNS's threshold: as much as there is may change."""


@dataclass(frozen=True)
class DnsClient:
    """Reads and replaces record sets of a zone.

    Attributes:
        make: Makes a provider of octoDNS: one for each act, as it caches.
    """

    make: Callable[[], Any]

    @classmethod
    def open(
        cls, settings: DnsSettings, clock: Clock, redactor: Redactor | None = None
    ) -> DnsClient:
        """Return a client of the provider that a set of platforms names.

        Raises:
            InventoryError: It cannot be used.
        """
        return cls(provider_maker(settings, clock, redactor))

    def find_zone(self, name: str) -> Zone | None:
        """Return a zone, or None.

        A provider that cannot be asked about zones has it when it has its records.

        Raises:
            ProviderError: It cannot be asked.
        """
        provider = self.make()
        if hasattr(provider, "find_zone"):
            zone: Zone | None = _guarded(lambda: provider.find_zone(name))
            return zone
        if hasattr(provider, "list_zones"):
            names = _guarded(provider.list_zones)
            return Zone(name) if f"{name}." in names else None
        found = octodns.zone.Zone(f"{name}.", [])
        exists = _guarded(lambda: provider.populate(found, lenient=True))
        return Zone(name) if exists or found.records else None

    def create_zone(self, name: str) -> Zone:
        """Add a zone to the account.

        Raises:
            Rejected: The provider cannot be told to, or refuses.
        """
        provider = self.make()
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
        found = self._populated(self.make(), zone)
        records = (read_record(each) for each in found.records)
        return tuple(sorted(records, key=lambda each: (each.host, each.kind)))

    def replace_records(
        self,
        zone: str,
        wanted: Sequence[RecordSet],
        removed: Collection[tuple[str, str]] = (),
        *,
        is_meant: bool = False,
    ) -> None:
        """Write record sets and remove others; the rest of the zone stays.

        Args:
            zone: Its name.
            wanted: What shall stand; whatever is there of the same host and kind
                makes room.
            removed: What shall be gone, by host and kind.
            is_meant: A person lets a large part of the zone change.

        Raises:
            UnsafePlan: octoDNS finds that too much of the zone would change.
            ProviderError: The provider refuses, or cannot be asked.
        """
        provider = self.make()
        present = self._populated(provider, zone)
        if is_meant or (
            not removed and all(_is_of_ttl(each, present) for each in wanted)
        ):
            provider.update_pcent_threshold = EVERYTHING
            provider.delete_pcent_threshold = EVERYTHING
        desired = _replaced(present, wanted, removed)
        if not provider.SUPPORTS_ROOT_NS and desired.root_ns is not None:
            # What a provider does not let anybody write must not be asked for.
            desired.remove_record(desired.root_ns)
        _guarded(lambda: _carry_out(provider, desired))

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


def _replaced(
    present: Any, wanted: Sequence[RecordSet], removed: Collection[tuple[str, str]]
) -> Any:
    """The zone that is there, with ours in it."""
    desired = present.copy()
    by_key = {key_of(record): record for record in present.records}
    for key in {*removed, *((each.host, each.kind) for each in wanted)}:
        if key in by_key:
            desired.remove_record(by_key[key])
    for each in wanted:
        before = by_key.get((each.host, each.kind))
        desired.add_record(write_record(desired, each, before), lenient=True)
    return desired


def _is_of_ttl(wanted: RecordSet, present: Any) -> bool:
    """Whether nothing but the TTL would change, which leads nobody elsewhere."""
    for record in present.records:
        if key_of(record) == (wanted.host, wanted.kind):
            found = read_record(record)
            return (found.values, found.is_proxied) == (
                wanted.values,
                wanted.is_proxied,
            )
    return False


def _carry_out(provider: Any, desired: Any) -> None:
    """Plan, weigh, apply; octoDNS weighs only when it is asked to."""
    plan = provider.plan(desired)
    if plan is not None:
        plan.raise_if_unsafe()
        provider.apply(plan)


def _guarded(act: Callable[[], Any]) -> Any:
    """Let errors of octoDNS and of its providers become ours."""
    try:
        return act()
    except LaunchbookError:
        raise
    except octodns.provider.plan.UnsafePlan as error:
        raise UnsafePlan(
            f"octoDNS refuses the change of the zone: {error}",
            hint="Look at the zone at the provider; if it is meant, run the same "
            'command with --override large-change --reason "...".',
        ) from error
    except Exception as error:
        raise _refused(error) from error


_KINDS: Final[tuple[tuple[str, type[ProviderError], str], ...]] = (
    ("Auth", Unauthorized, "Check the options under dns of the set of platforms."),
    ("RateLimit", RateLimited, "Wait a minute, then run the same command again."),
    ("Throttl", RateLimited, "Wait a minute, then run the same command again."),
    ("Timeout", Unavailable, "Run the same command again in a while."),
    ("Connection", Unavailable, "Run the same command again in a while."),
    ("5xx", Unavailable, "Run the same command again in a while."),
)
"""Providers have no errors in common: parts of their names, and what they mean."""


def _refused(error: Exception) -> Exception:
    """An error of another provider's own, by its name; a bug of ours stays one."""
    name = type(error).__name__
    for part, kind, hint in _KINDS:
        if part in name:
            return kind(
                f"the DNS provider fails: {error}", hint=hint, platform=PLATFORM
            )
    if isinstance(error, AttributeError | KeyError | TypeError | AssertionError):
        return error
    return Rejected(
        f"the DNS provider refuses: {error}",
        hint="Look at the zone at the provider, then run the same command again.",
        platform=PLATFORM,
    )
