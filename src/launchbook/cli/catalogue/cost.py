"""``cost.ENVIRONMENT``: what an environment costs in a month."""

from __future__ import annotations

from launchbook.cli.catalogue.flags import AS_JSON
from launchbook.cli.operation import Flag, Operation


def cost_operation(environment: str) -> Operation:
    """The operation that estimates what one environment costs."""
    command = f"invoke cost.{environment}"
    return Operation(
        environment,
        f"Estimate what {environment} costs in a month on live platforms; reads only "
        "the inventory",
        "launchbook.cli.cost:run",
        (
            Flag("verbose", "show the name, source and date of every price too",
                 default=False),
            AS_JSON,
        ),
        (command, f"{command} --verbose", f"{command} --json"),
        fixed=(("environment", environment),),
    )  # fmt: skip
