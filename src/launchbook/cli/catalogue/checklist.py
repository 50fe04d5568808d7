"""``checklist.*``: what must be so before production, and who says that it is."""

from __future__ import annotations

from typing import Final

from launchbook.cli.catalogue.flags import AS_JSON, PLATFORMS
from launchbook.cli.operation import Flag, Operation

PRODUCTION: Final = Flag(
    "environment", "whose checklist (default: production)", "production"
)
WORKERS: Final = ("workers", "1")

CHECKLIST: Final = (
    Operation(
        "show",
        "Show how each item of the checklist stands",
        "launchbook.cli.checklist:show",
        (PRODUCTION, PLATFORMS, AS_JSON),
        ("invoke checklist.show", "invoke checklist.show --json"),
        fixed=(WORKERS,),
    ),
    Operation(
        "sign",
        "Sign an item of the checklist, with the evidence that was looked at",
        "launchbook.cli.checklist:sign",
        (
            Flag("item", "its name, as `invoke checklist.show` lists it",
                 is_argument=True),
            Flag("url", "a page that shows it, with https"),
            Flag("file", "a file that shows it; its digest is kept"),
            Flag("reading", "figures that were read, as p95=812,error_rate=0.2"),
            Flag("note", "what else is worth keeping"),
            PRODUCTION,
            PLATFORMS,
            AS_JSON,
        ),
        (
            "invoke checklist.sign contract-tests --url https://ci.example.com/runs/7",
            "invoke checklist.sign load --reading p95=812,error_rate=0.2",
        ),
        fixed=(WORKERS,),
    ),
)  # fmt: skip
