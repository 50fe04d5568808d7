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
)
