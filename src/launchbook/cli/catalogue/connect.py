"""``connect``: the platforms' tokens, verified and kept encrypted."""

from __future__ import annotations

from typing import Final

from launchbook.cli.catalogue.flags import AS_JSON
from launchbook.cli.operation import Flag, Operation

CONNECT: Final = Operation(
    "connect",
    "Ask for the platforms' tokens, verify them, keep them encrypted",
    "launchbook.cli.connect:run",
    (
        Flag("platforms", "which set of platforms (default: live)", "live"),
        Flag("only", "these platforms only: railway,vercel,supabase,dns"),
        Flag("environment", "keep them for these environments (default: staging and "
             "production), with commas between"),
        Flag("use", "which workspace, team or organization, when a token has several: "
             "its id or its name"),
        Flag("show", "say which tokens are needed, where they are made and with which "
             "rights; ask for nothing", default=False),
        AS_JSON,
    ),
    ("invoke connect --show", "invoke connect",
     "invoke connect --only vercel --use vocilia"),
)  # fmt: skip
