"""``destroy.ENVIRONMENT``: an environment is taken down."""

from __future__ import annotations

from launchbook.cli.catalogue.flags import AS_JSON, PLATFORMS, VERBOSE
from launchbook.cli.operation import Flag, Operation


def destroy_operation(environment: str) -> Operation:
    """The operation that destroys one environment."""
    command = f"invoke destroy.{environment}"
    return Operation(
        environment,
        f"Destroy {environment}, and prove that nothing of it is left",
        "launchbook.cli.destroy:run",
        (
            Flag("check", "show what would die and write nothing; exit 3 when there is "
                 "something", default=False),
            Flag("include", "protected kinds that die too, as database,domain"),
            Flag("confirm", "the environment's name, where nobody can be asked"),
            Flag("override", "destroy-production, which only production needs"),
            Flag("reason", "why, recorded in the ledger; with --override"),
            PLATFORMS,
            AS_JSON,
            VERBOSE,
        ),
        (
            f"{command} --check",
            f"{command} --include database,domain --confirm {environment}",
        ),
        fixed=(("environment", environment), ("playbook", environment),
               ("workers", "8")),
    )  # fmt: skip
