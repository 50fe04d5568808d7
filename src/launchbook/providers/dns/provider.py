"""Which octoDNS provider, from the set of platforms; Cloudflare by default."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from octodns_cloudflare import CloudflareProvider

from launchbook.errors import InventoryError
from launchbook.model.dns import Zone
from launchbook.redact import reveal
from launchbook.transport.answer import malformed
from launchbook.transport.http import HttpTransport, Origin, bearer
from launchbook.transport.rate import Rate
from launchbook.transport.request import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from launchbook.clock import Clock
    from launchbook.redact import Redactor
    from launchbook.transport.http import Access
    from launchbook.transport.request import Sender

PLATFORM: Final = "dns"
CLOUDFLARE: Final = "cloudflare"
LEAST_TTL_SECONDS: Final = 60
"""What Cloudflare takes on every plan (its docs, 2026); octoDNS would say 120."""
RATES: Final[Mapping[str, Rate]] = {"default": Rate(requests=1200, within_seconds=300)}
"""Per user, all requests together (Cloudflare docs, API rate limits, 2026)."""
_REPEATABLE: Final = frozenset({"GET", "PUT", "PATCH"})
"""A record that is put twice is the same; one that is deleted twice is missed."""


@dataclass(frozen=True, slots=True)
class DnsSettings:
    """How the provider is reached.

    Attributes:
        provider: ``cloudflare``, or the path of any octoDNS provider's class, as
            ``octodns_route53.Route53Provider``.
        access: Where Cloudflare is; None for another provider.
        account: Its account's id; empty where the token has only one.
        options: Arguments of another provider's class; secrets among them.
    """

    provider: str
    access: Access | None = None
    account: str = ""
    options: Mapping[str, object] = field(default_factory=dict)


def provider_maker(
    settings: DnsSettings, clock: Clock, redactor: Redactor | None = None
) -> Callable[[], Any]:
    """Return what makes a provider of octoDNS: one for each act, as it caches.

    Raises:
        InventoryError: Its class cannot be found, or something is missing.
    """
    if settings.provider != CLOUDFLARE:
        return partial(_make_other, settings)
    if settings.access is None:
        raise InventoryError(
            "the DNS provider cloudflare has no api or no token",
            hint="Write dns.api and dns.token into the file of the set of platforms.",
        )
    access = settings.access
    origin = Origin(CLOUDFLARE, access.base_url, bearer(access.token), access.ca_file)
    sender = HttpTransport(origin, clock=clock, rates=RATES, redactor=redactor)
    return partial(Cloudflare, sender, settings.account)


def _make_other(settings: DnsSettings) -> Any:
    module, _, name = settings.provider.rpartition(".")
    _quieten(name)
    try:
        made = getattr(import_module(module), name)
        return made(PLATFORM, **_revealed(settings.options))
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise InventoryError(
            f"the DNS provider {settings.provider} cannot be used: {error}",
            hint="Install its package, and give its class and options under dns of "
            "the set of platforms.",
        ) from error


def _revealed(options: Mapping[str, object]) -> dict[str, Any]:
    """The options as the class takes them, which knows nothing of our secrets."""
    return {name: reveal(value) for name, value in options.items()}


class Cloudflare(CloudflareProvider):  # type: ignore[misc] # octoDNS has no types
    """octoDNS's own, with requests that go through our transport.

    So they have our time-outs, retries, limits, errors and redaction, and the token
    never reaches a library's session.

    Args:
        sender: The transport.
        account: The account's id; empty where the token has only one.
    """

    def __init__(self, sender: Sender, account: str = "") -> None:
        _quieten("CloudflareProvider")
        super().__init__(
            PLATFORM,
            account_id=account or None,
            pagerules=False,
            min_ttl=LEAST_TTL_SECONDS,
            retry_count=0,
            retry_period=0,
        )
        self._sender = sender

    def find_zone(self, name: str) -> Zone | None:
        """Return the account's zone of a name, with what octoDNS does not tell."""
        query: dict[str, Any] = {"name": name}
        if self.account_id:
            query["account.id"] = self.account_id
        found = self._request("GET", "/zones", params=query)["result"]
        return _zone(found[0]) if found else None

    def add_zone(self, name: str) -> Zone:
        """Add a zone; it is pending until the registrar names its servers."""
        body: dict[str, object] = {"name": name, "jump_start": False}
        if self.account_id:
            body["account"] = {"id": self.account_id}
        return _zone(self._request("POST", "/zones", data=body)["result"])

    def _request(
        self,
        method: str,
        path: str,
        params: Mapping[str, Any] | None = None,
        data: object = None,
    ) -> Any:
        """Send one request; octoDNS calls this for everything that it does."""
        request = Request(
            method,
            path,
            query=params or {},
            json=data,
            is_safe_to_retry=method in _REPEATABLE,
        )
        answer = self._sender.send(request).json()
        if not _is_whole(answer):
            raise malformed(f"{CLOUDFLARE} answer", "a page or a thing", answer)
        return answer


def _is_whole(answer: object) -> bool:
    """Whether an answer has its result, and a list says how long it is."""
    if not isinstance(answer, dict) or "result" not in answer:
        return False
    info = answer.get("result_info")
    is_list = isinstance(answer["result"], list)
    return not is_list or (isinstance(info, dict) and {"count", "per_page"} <= {*info})


def _zone(node: Mapping[str, Any]) -> Zone:
    return Zone(
        name=str(node["name"]),
        id=str(node["id"]),
        name_servers=tuple(map(str, node.get("name_servers") or ())),
        is_active=node.get("status") == "active",
    )


def _quieten(name: str) -> None:
    """Let octoDNS tell of errors only: our own plan lines tell the rest."""
    for logger in (f"{name}[{PLATFORM}]", "Record", "Plan", "Zone"):
        logging.getLogger(logger).setLevel(logging.ERROR)
