"""``scale.ENVIRONMENT``: how many replicas, and how many there should be."""

from __future__ import annotations

from launchbook.cli.catalogue.flags import AS_JSON, PLATFORMS, VERBOSE
from launchbook.cli.operation import Flag, Operation


def scale_operation(environment: str) -> Operation:
    """The operation that scales a service of one environment."""
    command = f"invoke scale.{environment}"
    return Operation(
        environment,
        f"Recommend a number of replicas in {environment}, or set it",
        "launchbook.cli.scale:run",
        (
            Flag("replicas", "how many; without it, only a recommendation is made"),
            Flag("service", "which service (default: backend)", "backend"),
            Flag("since", "how far back the load is looked at (default: 1d)", "1d"),
            Flag("check", "print the plan and write nothing; exit 3 when changes are "
                 "pending", default=False),
            Flag("yes", "do not ask for confirmation on live platforms", default=False),
            PLATFORMS,
            AS_JSON,
            VERBOSE,
        ),
        (command, f"{command} --replicas 3", f"{command} --replicas 3 --check"),
        fixed=(("environment", environment), ("playbook", environment),
               ("workers", "8")),
    )  # fmt: skip
