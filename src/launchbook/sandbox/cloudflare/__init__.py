"""An emulator of Cloudflare's API for zones and DNS records (API v4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from launchbook.sandbox.cloudflare.vendor import CloudflareEmulator

if TYPE_CHECKING:
    from launchbook.sandbox.world import World


def build(world: World) -> CloudflareEmulator:
    """Return the emulator."""
    return CloudflareEmulator(world)
