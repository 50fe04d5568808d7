"""``env.*``: the variable contract."""

from __future__ import annotations

from typing import Final

from launchbook.cli.catalogue.flags import AS_JSON, ENVIRONMENT, PLATFORMS, VERBOSE
from launchbook.cli.operation import Flag, Operation

WORKERS: Final = Flag(
    "workers", "how many independent steps run side by side (default: 8)", "8"
)

ENV: Final = (
    Operation(
        "check",
        "Check variables without a platform: contract, values, code, environments",
        "launchbook.cli.env:check",
        (ENVIRONMENT, PLATFORMS, AS_JSON, VERBOSE),
        ("invoke env.check", "invoke env.check --environment production --verbose"),
    ),
    Operation(
        "diff",
        "Compare what the platforms have with the contract; exit 3 when they differ",
        "launchbook.cli.env:diff",
        (ENVIRONMENT, PLATFORMS, AS_JSON, VERBOSE, WORKERS),
        ("invoke env.diff", "invoke env.diff --environment production --verbose"),
    ),
    Operation(
        "sync",
        "Write the variables that differ, and what they depend on; deploys nothing",
        "launchbook.cli.env:sync",
        (
            ENVIRONMENT,
            PLATFORMS,
            Flag("check", "print the plan, write nothing; exit 3 when changes are "
                 "pending", default=False),
            Flag("assert_", "write also what cannot be read back, and record it",
                 default=False),
            Flag("override", "let one named guard pass, as large-change; needs --reason"),
            Flag("reason", "why, recorded in the ledger; with --override"),
            Flag("yes", "do not ask for confirmation on live platforms", default=False),
            AS_JSON,
            VERBOSE,
            WORKERS,
        ),
        ("invoke env.sync --check", "invoke env.sync",
         "invoke env.sync --assert --environment production"),
    ),
    Operation(
        "types",
        "Write TypeScript types of the contract beside each app (env.d.ts)",
        "launchbook.cli.env_files:types",
        (Flag("check", "write nothing; exit 3 when a file is not up to date",
              default=False), AS_JSON),
        ("invoke env.types", "invoke env.types --check"),
    ),
    Operation(
        "pull",
        "Write an environment's values to a git-ignored .env beside each app",
        "launchbook.cli.env_files:pull",
        (
            Flag("environment", "whose values, as development", is_argument=True),
            PLATFORMS,
            Flag("yes", "do not ask before another environment's secrets are written",
                 default=False),
            AS_JSON,
            WORKERS,
        ),
        ("invoke env.pull development", "invoke env.pull staging --yes"),
    ),
    Operation(
        "checklist",
        "List the variables that a person looks at, and who signed which",
        "launchbook.cli.env_checklist:run",
        (
            ENVIRONMENT,
            PLATFORMS,
            Flag("sign", "items to sign, separated by commas, as \"backend JWT_SECRET\", "
                 "or all of an app, as backend"),
            Flag("note", "what was looked at, recorded in the ledger; with --sign"),
            AS_JSON,
        ),
        ("invoke env.checklist --environment production",
         'invoke env.checklist --sign "backend JWT_SECRET" --note "made today"'),
    ),
)  # fmt: skip
