"""Public addresses of the product's surfaces."""

from __future__ import annotations

from typing import Final

HTTPS_PORT: Final = 443


def public_url(host: str, port: int) -> str:
    """Return the https URL of a host; the port only where it is not 443."""
    return f"https://{host}" if port == HTTPS_PORT else f"https://{host}:{port}"
