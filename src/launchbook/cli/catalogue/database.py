"""``database.*``: is an environment's database safe, and are there connections?"""

from __future__ import annotations

from typing import Final

from launchbook.cli.catalogue.flags import AS_JSON, ENVIRONMENT, PLATFORMS, VERBOSE
from launchbook.cli.operation import Operation

DATABASE: Final = (
    Operation(
        "advise",
        "Judge the database's catalogue: row security, views, functions, indexes",
        "launchbook.cli.database:show_advice",
        (ENVIRONMENT, PLATFORMS, AS_JSON),
        (
            "invoke database.advise",
            "invoke database.advise --environment production --platforms live",
        ),
    ),
    Operation(
        "prove",
        "Try row level security as anybody, users and the service; nothing stays",
        "launchbook.cli.database:show_proof",
        (ENVIRONMENT, PLATFORMS, AS_JSON, VERBOSE),
        ("invoke database.prove", "invoke database.prove --verbose"),
    ),
    Operation(
        "pool",
        "Say how many connections there are and how many each process may keep",
        "launchbook.cli.database:show_pool",
        (ENVIRONMENT, PLATFORMS, AS_JSON),
        ("invoke database.pool --environment production",),
    ),
)
