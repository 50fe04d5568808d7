"""What a person decides about one sandbox."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one sandbox.

    Attributes:
        home: Folder of the sandbox's whole state, as ``.launchbook/emulator``.
        is_realistic: Use the vendors' own delays instead of the short ones.
        ports: Ports that must be used, by name (``edge``, ``control``,
            ``railway``, ``vercel``, ``supabase``, ``pooler_session``,
            ``pooler_transaction``); the others are chosen once and kept.
    """

    home: Path
    is_realistic: bool = False
    ports: Mapping[str, int] = field(default_factory=dict)
