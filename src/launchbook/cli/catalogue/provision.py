"""``provision.*``: one operation a playbook."""

from __future__ import annotations

from typing import Final

from launchbook.cli.catalogue.flags import AS_JSON, PLATFORMS, VERBOSE
from launchbook.cli.operation import Flag, Operation

RUN_FLAGS: Final = (
    Flag("check", "print the plan, write nothing anywhere; exit 3 when changes are "
         "pending", default=False),
    Flag("out", "with --check: save the plan to this file"),
    Flag("plan", "apply exactly the plan saved in this file"),
    AS_JSON,
    Flag("workers", "how many independent steps run side by side (default: 8)", "8"),
    PLATFORMS,
    Flag("override", "let one named guard pass, as large-change; needs --reason"),
    Flag("reason", "why, recorded in the ledger; with --override"),
    Flag("yes", "do not ask for confirmation on live platforms", default=False),
    VERBOSE,
)  # fmt: skip


def playbook_operation(name: str, summary: str) -> Operation:
    """The operation that runs one playbook."""
    command = f"invoke provision.{name}"
    return Operation(
        name,
        summary,
        "launchbook.cli.provision:run",
        RUN_FLAGS,
        examples=(
            f"{command}",
            f"{command} --check",
            f"{command} --check --out plan.json",
            f"{command} --plan plan.json",
        ),
        fixed=(("playbook", name),),
    )
