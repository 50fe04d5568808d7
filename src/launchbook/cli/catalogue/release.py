"""``release.*`` and ``rollback.*``: new versions, and the way back."""

from __future__ import annotations

from typing import Final

from launchbook.cli.catalogue.flags import AS_JSON, ENVIRONMENT, PLATFORMS, VERBOSE
from launchbook.cli.catalogue.provision import RUN_FLAGS
from launchbook.cli.operation import Flag, Operation

RELEASE: Final = (
    Operation(
        "list",
        "List the releases of an environment, newest first",
        "launchbook.cli.shelf:list_releases",
        (
            ENVIRONMENT,
            Flag("limit", "how many at most (default: 20)", "20"),
            PLATFORMS,
            AS_JSON,
        ),
        (
            "invoke release.list",
            "invoke release.list --environment production --limit 5",
        ),
    ),
    Operation(
        "show",
        "Show everything that is known of a release",
        "launchbook.cli.shelf:show",
        (
            Flag("release", "its id or number, as production-12 or 12 (default: the "
                 "newest)"),
            Flag("html", "write a report of one file to this path"),
            ENVIRONMENT,
            PLATFORMS,
            AS_JSON,
        ),
        (
            "invoke release.show",
            "invoke release.show --release 12 --environment production --html release.html",
        ),
    ),
    Operation(
        "diff",
        "Show what differs between two releases",
        "launchbook.cli.shelf:diff",
        (
            Flag("before", "id or number of the one", is_argument=True),
            Flag("after", "id or number of the other", is_argument=True),
            ENVIRONMENT,
            PLATFORMS,
            AS_JSON,
        ),
        ("invoke release.diff 11 12 --environment production",),
    ),
)  # fmt: skip


ROLLBACK: Final = (
    Operation(
        "readiness",
        "Say whether the way back is open; reads only, exit 4 when one is closed",
        "launchbook.cli.readiness:show",
        (
            Flag("environment", "of which environment (default: all of them)"),
            Flag("to", "id or number of the release to go back to (default: what serves, "
                 "should the next release fail, and the release before it)"),
            PLATFORMS,
            AS_JSON,
        ),
        (
            "invoke rollback.readiness",
            "invoke rollback.readiness --environment production --to 12",
        ),
    ),
)  # fmt: skip


def release_operation(environment: str) -> Operation:
    """The operation that releases a commit in one environment."""
    command = f"invoke release.{environment}"
    return Operation(
        environment,
        f"Release the commit that is checked out to {environment}; what is bad is "
        "taken back by itself",
        "launchbook.cli.release:run",
        RUN_FLAGS,
        (
            command,
            f"{command} --check --out plan.json",
            f"{command} --plan plan.json",
        ),
        fixed=(("environment", environment),),
    )


def rollback_operation(environment: str) -> Operation:
    """The operation that serves a release of the past again."""
    command = f"invoke rollback.{environment}"
    return Operation(
        environment,
        f"Serve a release of the past again in {environment}",
        "launchbook.cli.rollback:run",
        (
            Flag("to", "id or number of the release (default: the one before)"),
            Flag("app", "return one app alone, as customer (default: everything)"),
            Flag("reason", "why, recorded in the ledger"),
            Flag("override", "reasons against the way back to let pass, by name, as "
                 "rollback-schema-newer"),
            Flag("wait", "when another run changes the environment, wait until it is done, "
                 "before all who wait", default=False),
            Flag("check", "print the plan, write nothing anywhere; exit 3 when changes "
                 "are pending", default=False),
            Flag("workers", "how many independent steps run side by side (default: 8)",
                 "8"),
            Flag("yes", "do not ask for confirmation on live platforms", default=False),
            PLATFORMS,
            AS_JSON,
            VERBOSE,
        ),
        (
            f'{command} --reason "the basket is empty"',
            f'{command} --to 12 --reason "the basket is empty"',
            f'{command} --app customer --reason "the page stays white"',
            f'{command} --override rollback-schema-newer --reason "tried by hand"',
        ),
        fixed=(("environment", environment),),
    )  # fmt: skip
