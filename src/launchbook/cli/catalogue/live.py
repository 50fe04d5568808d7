"""``live.*``: what is done to platforms that somebody pays for, to learn about them."""

from __future__ import annotations

from typing import Final

from launchbook.cli.catalogue.flags import AS_JSON, ENVIRONMENT, VERBOSE
from launchbook.cli.operation import Flag, Operation

LIVE: Final[tuple[Operation, ...]] = (
    Operation(
        "smoke",
        "Make one throwaway thing of each kind, look again, destroy it",
        "launchbook.cli.live:smoke",
        (
            Flag("platforms", "which set of platforms (default: live)", "live"),
            ENVIRONMENT,
            Flag("only", "these platforms only: railway,vercel,supabase"),
            Flag("sweep", "destroy what killed smoke runs left behind, and make nothing",
                 default=False),
            Flag("write_docs", "take what passed off docs/never-exercised-live.md",
                 default=False),
            Flag("yes", "do not ask for confirmation", default=False),
            AS_JSON,
            VERBOSE,
        ),
        ("invoke live.smoke --platforms sandbox", "invoke live.smoke --only vercel",
         "invoke live.smoke --sweep"),
        fixed=(("workers", "8"),),
    ),
)  # fmt: skip
