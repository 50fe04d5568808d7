"""Flags that several operations take."""

from __future__ import annotations

from typing import Final

from launchbook.cli.operation import Flag

PLATFORMS: Final = Flag(
    "platforms", "which set of platforms: sandbox (the default) or live", "sandbox"
)
ENVIRONMENT: Final = Flag(
    "environment", "which environment of the inventory (default: staging)", "staging"
)
AS_JSON: Final = Flag("json", "one JSON object a line instead of text", default=False)
VERBOSE: Final = Flag("verbose", "show every field and every step", default=False)
