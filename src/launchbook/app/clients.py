"""The clients of one set of platforms, each made when it is first asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from launchbook.redact import Secret
from launchbook.transport.http import Access

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from launchbook.clock import Clock
    from launchbook.providers.dns.client import DnsClient
    from launchbook.providers.railway.client import RailwayClient
    from launchbook.providers.supabase.client import SupabaseClient
    from launchbook.providers.vercel.client import VercelClient
    from launchbook.redact import Redactor
    from launchbook.transport.dns import DnsResolver
    from launchbook.transport.git import Git
    from launchbook.transport.postgres import DatabaseAddress, Session
    from launchbook.transport.probe import Prober
    from launchbook.transport.process import Processes
    from launchbook.transport.tls import TlsInspector


@dataclass(frozen=True)
class Clients:
    """What steps are constructed with, by name.

    Attributes:
        platform: The set of platforms, as its file says it, resolved.
    """

    platform: Mapping[str, Any]
    clock: Clock
    redactor: Redactor

    @property
    def ca_file(self) -> Path | None:
        """The authority of every certificate; None trusts the usual ones.

        A live set of platforms names one for the database alone.
        """
        is_own = self.platform.get("is_local") is True
        return Path(str(self.platform["ca_file"])) if is_own else None

    @cached_property
    def railway(self) -> RailwayClient:
        """Railway's client."""
        from launchbook.providers.railway.client import RailwayClient

        return RailwayClient.open(self._access("railway"), self.clock, self.redactor)

    @cached_property
    def vercel(self) -> VercelClient:
        """Vercel's client, in the team that the set of platforms names."""
        from launchbook.providers.vercel.client import VercelClient

        team = str(self.platform["vercel"]["team"])
        return VercelClient.open(
            self._access("vercel"), team, self.clock, self.redactor
        )

    @cached_property
    def supabase(self) -> SupabaseClient:
        """Supabase's client."""
        from launchbook.providers.supabase.client import SupabaseClient

        return SupabaseClient.open(self._access("supabase"), self.clock, self.redactor)

    @cached_property
    def prober(self) -> Prober:
        """Asks the product's own addresses."""
        from launchbook.transport.probe import Prober

        return Prober(self.clock, self.ca_file, resolver=self.names)

    @cached_property
    def names(self) -> DnsResolver:
        """Looks host names up, at the servers that the set of platforms names."""
        from launchbook.transport.dns import DnsResolver

        return DnsResolver(tuple(self.platform["dns"]["nameservers"]))

    @cached_property
    def tls(self) -> TlsInspector:
        """Looks at certificates."""
        from launchbook.transport.tls import TlsInspector

        return TlsInspector(self.names, self.ca_file)

    @cached_property
    def dns(self) -> DnsClient:
        """Reads and writes the records of the product's zone."""
        from launchbook.providers.dns.client import DnsClient
        from launchbook.providers.dns.provider import DnsSettings

        entry = self.platform["dns"]
        has_access = bool(entry.get("api") and entry.get("token"))
        settings = DnsSettings(
            provider=str(entry["provider"]),
            access=self._access("dns") if has_access else None,
            account=str(entry.get("account", "")),
            options=entry.get("options", {}),
        )
        return DnsClient.open(settings, self.clock, self.redactor)

    @property
    def processes(self) -> Processes:
        """Runs programs of the product."""
        from launchbook.transport.process import Processes

        return Processes()

    @cached_property
    def git(self) -> Git:
        """Reads the product's work tree."""
        from launchbook.transport.git import Git

        return Git(self.processes)

    @property
    def database(self) -> Callable[[DatabaseAddress], AbstractContextManager[Session]]:
        """Opens sessions with the product's database."""
        from launchbook.transport.postgres import Postgres

        return lambda address: Postgres(address, self.clock).connect()

    def _access(self, name: str) -> Access:
        """Where one platform is, and our token."""
        entry = self.platform[name]
        token = entry["token"]
        return Access(
            base_url=str(entry["api"]).rstrip("/"),
            token=token if isinstance(token, Secret) else Secret(str(token)),
            ca_file=self.ca_file,
        )
