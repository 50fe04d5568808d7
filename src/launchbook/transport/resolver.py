"""Connection pools that ask the set of platforms' own name servers.

The system's resolver does not know ``shop.localhost`` (RFC 6761 says that it is
loopback), nor what only the sandbox's name server knows. The connection goes to the
address that was found, while SNI, certificate check and Host header keep the name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from launchbook.errors import Unavailable
from launchbook.transport.dns import DnsResolver, is_address

if TYPE_CHECKING:
    from requests import PreparedRequest

SYSTEM: Final = DnsResolver()
"""Asks the system's name servers; only loopback names are found by ourselves."""


def is_loopback_name(host: str) -> bool:
    """Whether a host name is ``localhost`` or below it."""
    name = host.rstrip(".").lower()
    return name == "localhost" or name.endswith(".localhost")


class ResolvingAdapter(HTTPAdapter):
    """An adapter of requests that finds hosts by a resolver of ours.

    Args:
        resolver: Finds addresses; without servers of its own only loopback names.
    """

    def __init__(self, resolver: DnsResolver = SYSTEM, **settings: Any) -> None:
        self._resolver = resolver
        super().__init__(**settings)

    def build_connection_pool_key_attributes(
        self,
        request: PreparedRequest,
        verify: bool | str,  # noqa: FBT001 - the signature of requests
        cert: Any = None,
    ) -> tuple[Any, Any]:
        """Return the pool's address and its TLS settings.

        Raises:
            requests.ConnectionError: The name leads nowhere.
        """
        address, settings = super().build_connection_pool_key_attributes(
            request, verify, cert
        )
        host = str(address["host"])
        if not self._is_ours(host):
            return address, settings
        pool: dict[str, Any] = {**settings}
        if address["scheme"] == "https":
            pool |= {"server_hostname": host, "assert_hostname": host}
        return {**address, "host": self._address(host)}, pool

    def add_headers(self, request: PreparedRequest, **_: object) -> None:
        """Keep the name in the Host header, which else would be the address."""
        parts = urlsplit(request.url or "")
        if self._is_ours(str(parts.hostname or "")):
            request.headers["Host"] = str(parts.netloc.rpartition("@")[2])

    def _is_ours(self, host: str) -> bool:
        """Whether the name is found by us, and not by the system."""
        if is_loopback_name(host):
            return True
        return self._resolver.is_own and not is_address(host)

    def _address(self, host: str) -> str:
        try:
            found = self._resolver.addresses(host)
        except Unavailable as error:
            raise requests.ConnectionError(error.message) from error
        if not found:
            raise requests.ConnectionError(f"{host} has no address in DNS")
        return found[0]
