"""``provision.*``: one operation a playbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from launchbook.cli.catalogue.flags import AS_JSON, PLATFORMS, VERBOSE
from launchbook.cli.operation import Flag, Operation

if TYPE_CHECKING:
    from collections.abc import Sequence

RUN_FLAGS: Final = (
    Flag("check", "print the plan, write nothing anywhere; exit 3 when changes are "
         "pending", default=False),
    Flag("out", "with --check: save the plan to this file"),
    Flag("plan", "apply exactly the plan saved in this file"),
    AS_JSON,
    Flag("workers", "how many independent steps run side by side (default: 8)", "8"),
    PLATFORMS,
    Flag("override", "guards and gate items to let pass, by name, as large-change; needs "
         "--reason"),
    Flag("reason", "why, recorded in the ledger; with --override"),
    Flag("wait", "when another run changes the environment, wait until it is done",
         default=False),
    Flag("yes", "do not ask for confirmation on live platforms", default=False),
    VERBOSE,
)  # fmt: skip


ONLY_ENVIRONMENT: Final = Flag(
    "environment", "for this environment alone (default: each that the playbook is for)"
)


def playbook_operation(
    name: str, summary: str, environments: Sequence[str] = ()
) -> Operation:
    """The operation that runs one playbook.

    Args:
        name: Of the playbook.
        summary: Its description.
        environments: Those that it is for; with a single one there is no choice.
    """
    command = f"invoke provision.{name}"
    has_choice = len(environments) != 1 or not environments[0]
    one = " --environment staging" if has_choice else ""
    return Operation(
        name,
        summary,
        "launchbook.cli.provision:run",
        (*RUN_FLAGS, ONLY_ENVIRONMENT) if has_choice else RUN_FLAGS,
        examples=(
            f"{command}",
            f"{command} --check",
            f"{command}{one} --check --out plan.json",
            f"{command}{one} --plan plan.json",
        ),
        fixed=(("playbook", name),),
    )
