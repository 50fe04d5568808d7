"""``verify.*``: load, page speed, and all scenarios in one table."""

from __future__ import annotations

from typing import Final

from launchbook.cli.catalogue.flags import AS_JSON, ENVIRONMENT, PLATFORMS
from launchbook.cli.operation import Flag, Operation

_USERS: Final = (
    Flag("users", "how many users at once (default: objectives.load.users)"),
    Flag("seconds", "for how long (default: 300)", "300"),
    Flag("peak_users", "how many in the peak (default: objectives.load.peak_users); "
         "0 leaves it out"),
    Flag("peak_seconds", "for how long (default: 60)", "60"),
)  # fmt: skip
_YES: Final = Flag(
    "yes", "do not ask for confirmation on live platforms", default=False
)

VERIFY: Final = (
    Operation(
        "load",
        "Let many users come at once, and judge what they notice by the objectives",
        "launchbook.cli.verify:load",
        (
            ENVIRONMENT,
            *_USERS,
            Flag("workers", "how many processes make the load (default: 1)", "1"),
            Flag("master", "let --workers N join from other machines, at port 5557",
                 default=False),
            Flag("worker", "work for the master on this host, with the same flags"),
            _YES,
            PLATFORMS,
            AS_JSON,
        ),
        (
            "invoke verify.load",
            "invoke verify.load --users 20 --seconds 30 --peak-users 0",
            "invoke verify.load --environment production --workers 2 --json",
            "invoke verify.load --platforms live --master --workers 4",
            "invoke verify.load --platforms live --worker load-1.example.com",
        ),
    ),
    Operation(
        "pages",
        "Load every page in a browser over a slow line: paints, time, cache",
        "launchbook.cli.verify:pages",
        (
            ENVIRONMENT,
            Flag("runs", "how often each page is loaded anew, at least 3 (default: 3)",
                 "3"),
            Flag("app", "only this web app, as customer"),
            PLATFORMS,
            AS_JSON,
        ),
        (
            "invoke verify.pages",
            "invoke verify.pages --environment production --runs 5",
            "invoke verify.pages --app customer --json",
        ),
        fixed=(("workers", "8"),),
    ),
    Operation(
        "acceptance",
        "Go through the acceptance scenarios and show every figure in one table",
        "launchbook.cli.acceptance:acceptance",
        (
            ENVIRONMENT,
            Flag("full", "scenario 4 with all its users and minutes", default=False),
            _YES,
            PLATFORMS,
            AS_JSON,
        ),
        (
            "invoke verify.acceptance",
            "invoke verify.acceptance --environment production --full",
        ),
        fixed=(("workers", "8"),),
    ),
)  # fmt: skip
