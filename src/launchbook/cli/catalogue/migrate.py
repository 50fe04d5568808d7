"""``migrate.*``: SQL files, judged before a database sees them."""

from __future__ import annotations

from typing import Final

from launchbook.cli.catalogue.flags import AS_JSON, ENVIRONMENT, PLATFORMS
from launchbook.cli.operation import Flag, Operation

MIGRATE: Final = (
    Operation(
        "lint",
        "Say what pending migrations would do to a product in use, and what is safer",
        "launchbook.cli.migrate:lint_files",
        (
            Flag(
                "all",
                "every file, not only those that the database lacks; asks no database",
                default=False,
            ),
            Flag("folder", "judge the SQL files of this folder instead, all of them"),
            ENVIRONMENT,
            PLATFORMS,
            AS_JSON,
        ),
        (
            "invoke migrate.lint",
            "invoke migrate.lint --all --json",
            "invoke migrate.lint --folder examples/vocilia/supabase/migrations",
        ),
    ),
)
