"""Which octoDNS provider, from the set of platforms; Cloudflare by default."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from octodns_cloudflare import CloudflareProvider

from launchbook.errors import InventoryError
from launchbook.model.dns import Zone

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from launchbook.redact import Secret

CLOUDFLARE: Final = "cloudflare"
LEAST_TTL_SECONDS: Final = 60
"""What Cloudflare takes on every plan (its docs, 2026); octoDNS would say 120."""
RETRIES: Final = 2
RETRY_SECONDS: Final = 5
"""octoDNS would wait for five minutes."""


@dataclass(frozen=True, slots=True)
class DnsSettings:
    """How the provider is reached.

    Attributes:
        provider: ``cloudflare``, or the path of any octoDNS provider's class, as
            ``octodns_route53.Route53Provider``.
        api: Base address; only Cloudflare's can be another.
        account: The account's id; empty where the token has only one.
        options: Arguments of another provider's class.
        ca_file: The authority to trust; None trusts the usual ones.
    """

    provider: str
    api: str
    token: Secret
    account: str = ""
    options: Mapping[str, object] = field(default_factory=dict)
    ca_file: Path | None = None


def make_provider(settings: DnsSettings) -> Any:
    """Return a provider of octoDNS.

    Raises:
        InventoryError: Its class cannot be found, or refuses its arguments.
    """
    if settings.provider == CLOUDFLARE:
        return _Cloudflare(settings)
    module, _, name = settings.provider.rpartition(".")
    try:
        made = getattr(import_module(module), name)
        return made("dns", **settings.options)
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise InventoryError(
            f"the DNS provider {settings.provider} cannot be used: {error}",
            hint="Install its package, and give its class and options under dns of "
            "the set of platforms.",
        ) from error


class _Cloudflare(CloudflareProvider):  # type: ignore[misc] # octoDNS has no types
    """Cloudflare's, with the authority that the set of platforms names."""

    def __init__(self, settings: DnsSettings) -> None:
        super().__init__(
            "dns",
            token=settings.token.reveal(),
            account_id=settings.account or None,
            pagerules=False,
            min_ttl=LEAST_TTL_SECONDS,
            retry_count=RETRIES,
            retry_period=RETRY_SECONDS,
            api_url=settings.api,
        )
        if settings.ca_file is not None:
            # An own authority means the sandbox on loopback: no proxy either.
            self._sess.verify = str(settings.ca_file)
            self._sess.trust_env = False

    def find_zone(self, name: str) -> Zone | None:
        """Return the account's zone of a name, with what octoDNS does not tell."""
        found = self._try_request("GET", "/zones", params={"name": name})["result"]
        return _zone(found[0]) if found else None

    def add_zone(self, name: str) -> Zone:
        """Add a zone; it is pending until the registrar names its servers."""
        body: dict[str, object] = {"name": name, "jump_start": False}
        if self.account_id:
            body["account"] = {"id": self.account_id}
        return _zone(self._try_request("POST", "/zones", data=body)["result"])


def _zone(node: Mapping[str, Any]) -> Zone:
    return Zone(
        name=str(node["name"]),
        id=str(node["id"]),
        name_servers=tuple(map(str, node.get("name_servers") or ())),
        is_active=node.get("status") == "active",
    )
