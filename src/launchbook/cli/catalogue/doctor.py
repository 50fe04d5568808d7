"""``doctor``: whether everything is there for a first run."""

from __future__ import annotations

from typing import Final

from launchbook.cli.catalogue.flags import AS_JSON, ENVIRONMENT, PLATFORMS
from launchbook.cli.operation import Flag, Operation

DOCTOR: Final = Operation(
    "doctor",
    "Look at tools, keys, tokens, plans and platforms; write nothing",
    "launchbook.cli.doctor:run",
    (
        ENVIRONMENT,
        PLATFORMS,
        Flag(
            "fix",
            "mend one thing after asking: git-deploy takes away what a platform "
            "deploys by itself",
        ),
        Flag("yes", "do not ask for confirmation", default=False),
        AS_JSON,
    ),
    ("invoke doctor", "invoke doctor --platforms live --environment production",
     "invoke doctor --fix git-deploy"),
)  # fmt: skip
