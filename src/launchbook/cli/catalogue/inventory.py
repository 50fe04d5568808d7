"""``inventory.*``: where values come from, and whether they are valid."""

from __future__ import annotations

from typing import Final

from launchbook.cli.catalogue.flags import AS_JSON, ENVIRONMENT, PLATFORMS
from launchbook.cli.operation import Flag, Operation

INVENTORY: Final = (
    Operation(
        "explain",
        "Say where a value of the inventory comes from",
        "launchbook.cli.inventory:explain",
        (
            Flag("key", "as inventory.apps.backend.root", is_argument=True),
            ENVIRONMENT,
            PLATFORMS,
            AS_JSON,
        ),
        (
            "invoke inventory.explain inventory.apps.backend.root",
            "invoke inventory.explain variables.backend.DATABASE_URL",
        ),
    ),
    Operation("check", "Validate every file of the inventory and the playbooks",
              "launchbook.cli.inventory:check", (ENVIRONMENT, PLATFORMS, AS_JSON),
              ("invoke inventory.check",
               "invoke inventory.check --environment production --platforms live")),
)  # fmt: skip
