"""Vercel in the sandbox: its API, real builds, and an edge that serves them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from launchbook.sandbox.vercel.vendor import VercelEmulator

if TYPE_CHECKING:
    from launchbook.sandbox.emulator import Emulator
    from launchbook.sandbox.world import World


def build(world: World) -> Emulator:
    """Return the emulator for a sandbox."""
    return VercelEmulator(world)
