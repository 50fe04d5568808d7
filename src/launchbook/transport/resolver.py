"""Connection pools that know where ``*.localhost`` is.

The system's resolver does not know ``shop.localhost``; RFC 6761 says that it is
loopback. The connection goes to 127.0.0.1 while SNI, certificate check and Host
header keep the name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from requests.adapters import HTTPAdapter

if TYPE_CHECKING:
    from requests import PreparedRequest

LOOPBACK: Final = "127.0.0.1"


def is_loopback_name(host: str) -> bool:
    """Whether a host name is ``localhost`` or below it."""
    name = host.rstrip(".").lower()
    return name == "localhost" or name.endswith(".localhost")


class ResolvingAdapter(HTTPAdapter):
    """An adapter of requests that sends ``*.localhost`` to loopback."""

    def build_connection_pool_key_attributes(
        self,
        request: PreparedRequest,
        verify: bool | str,  # noqa: FBT001 - the signature of requests
        cert: Any = None,
    ) -> tuple[Any, Any]:
        """Return the pool's address and its TLS settings."""
        address, settings = super().build_connection_pool_key_attributes(
            request, verify, cert
        )
        host = str(address["host"])
        if not is_loopback_name(host):
            return address, settings
        pool: dict[str, Any] = {**settings}
        if address["scheme"] == "https":
            pool |= {"server_hostname": host, "assert_hostname": host}
        return {**address, "host": LOOPBACK}, pool

    def add_headers(self, request: PreparedRequest, **_: object) -> None:
        """Keep the name in the Host header, which else would be the address."""
        parts = urlsplit(request.url or "")
        if is_loopback_name(str(parts.hostname or "")):
            request.headers["Host"] = str(parts.netloc.rpartition("@")[2])
