"""``approve`` and ``release.key|approvals|freezes``: what a release waits for."""

from __future__ import annotations

from typing import Final

from launchbook.cli.catalogue.flags import AS_JSON, PLATFORMS
from launchbook.cli.operation import Flag, Operation

APPROVE: Final = Operation(
    "approve",
    "Approve one saved plan, for some time",
    "launchbook.cli.approve:run",
    (
        Flag("plan", "the file that --check --out wrote", is_argument=True),
        Flag("reason", "what you looked at; the ledger keeps it"),
        Flag("as_", "sign as this person of team.approvers"),
        Flag("key", "file of your SSH key (default: ~/.ssh/id_ed25519)"),
        Flag("accept", "reasons that close the way back, by name, to be let pass"),
        AS_JSON,
    ),
    (
        'invoke approve plan.json --reason "tried on staging"',
        'invoke approve plan.json --as ada --reason "read the plan"',
    ),
)  # fmt: skip

RELEASE_GATES: Final = (
    Operation(
        "key",
        "Show the public half of the key that signs capsules here",
        "launchbook.cli.release_gates:key",
        (AS_JSON,),
        ("invoke release.key",),
    ),
    Operation(
        "approvals",
        "Show the approvals that count now",
        "launchbook.cli.approve:show",
        (
            Flag("environment", "of which environment (default: production)",
                 "production"),
            PLATFORMS,
            AS_JSON,
        ),
        ("invoke release.approvals", "invoke release.approvals --json"),
    ),
    Operation(
        "freezes",
        "Show when nothing is released",
        "launchbook.cli.release_gates:freezes",
        (AS_JSON,),
        ("invoke release.freezes", "invoke release.freezes --json"),
    ),
)  # fmt: skip
