"""Supabase in the sandbox: its Management API over real PostgreSQL clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from launchbook.sandbox.supabase.vendor import SupabaseEmulator

if TYPE_CHECKING:
    from launchbook.sandbox.emulator import Emulator
    from launchbook.sandbox.world import World


def build(world: World) -> Emulator:
    """Return the emulator for a sandbox."""
    return SupabaseEmulator(world)
