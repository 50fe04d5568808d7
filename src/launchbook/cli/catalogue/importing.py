"""``import.ENVIRONMENT``: what is there already is taken over."""

from __future__ import annotations

from launchbook.cli.catalogue.flags import AS_JSON, PLATFORMS, VERBOSE
from launchbook.cli.operation import Flag, Operation


def import_operation(environment: str) -> Operation:
    """The operation that takes over what an environment consists of."""
    command = f"invoke import.{environment}"
    return Operation(
        environment,
        f"Take {environment} over as it is: record what is as desired, list what differs",
        "launchbook.cli.importing:run",
        (
            Flag("check", "only list; write nothing anywhere, also not in the ledger",
                 default=False),
            Flag("adopt", "resources made by hand under other names, as "
                 "database=shop-db,backend=shop; written to the inventory"),
            Flag("baseline", "the newest migration that the database already has, as "
                 "20260101000300; written to the inventory"),
            PLATFORMS,
            AS_JSON,
            VERBOSE,
        ),
        (
            command,
            f"{command} --check",
            f"{command} --adopt database=shop-db --baseline 20260101000300",
        ),
        fixed=(("environment", environment), ("playbook", environment),
               ("workers", "8")),
    )  # fmt: skip
