"""``domains.*``: host names, their records, their certificates."""

from __future__ import annotations

from typing import Final

from launchbook.cli.catalogue.flags import AS_JSON, ENVIRONMENT, PLATFORMS, VERBOSE
from launchbook.cli.operation import Flag, Operation

DOMAINS: Final = (
    Operation(
        "status",
        "Show every host name: DNS, ownership, certificate, TLS, and what is missing",
        "launchbook.cli.domains:status",
        (
            ENVIRONMENT,
            Flag("host", "only this one, as staging-api.vocilia.com"),
            PLATFORMS,
            AS_JSON,
            VERBOSE,
        ),
        (
            "invoke domains.status",
            "invoke domains.status --environment production --platforms live",
            "invoke domains.status --host staging-api.vocilia.com --json",
        ),
        fixed=(("workers", "8"),),
    ),
    Operation(
        "revert",
        "Let a host name lead again to where it led before a playbook moved it",
        "launchbook.cli.cutover:revert",
        (
            Flag("host", "as api.vocilia.com", is_argument=True),
            Flag("check", "show what would be put back and write nothing; exit 3 when "
                 "there is something", default=False),
            Flag("yes", "do not ask for confirmation on live platforms", default=False),
            ENVIRONMENT,
            PLATFORMS,
            AS_JSON,
        ),
        (
            "invoke domains.revert api.vocilia.com --environment production --check",
            "invoke domains.revert staging-api.vocilia.com --platforms live --yes",
        ),
        fixed=(("workers", "8"),),
    ),
)  # fmt: skip
