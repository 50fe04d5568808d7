"""``ledger.*``: what was done, when, and by whom."""

from __future__ import annotations

from typing import Final

from launchbook.cli.catalogue.flags import AS_JSON, ENVIRONMENT, PLATFORMS
from launchbook.cli.operation import Flag, Operation

LEDGER: Final = (
    Operation(
        "show",
        "Show runs and what they did",
        "launchbook.cli.ledger:show",
        (
            ENVIRONMENT,
            Flag("run", "only this run, record by record"),
            Flag("limit", "how many runs (default: 20)", "20"),
            PLATFORMS,
            AS_JSON,
        ),
        ("invoke ledger.show", "invoke ledger.show --run RUN"),
    ),
    Operation(
        "verify",
        "Check the chain of records: edits, drops, reordering, truncation",
        "launchbook.cli.ledger:verify",
        (Flag("head", "a head noted earlier, to prove nothing was cut off"), PLATFORMS,
         AS_JSON),
        ("invoke ledger.verify",),
    ),
    Operation(
        "export",
        "Write every record as one JSON object a line",
        "launchbook.cli.ledger:export",
        (Flag("out", "the file to write (default: standard output)"), PLATFORMS),
        ("invoke ledger.export --out ledger.jsonl",),
    ),
    Operation(
        "unlock",
        "Take an environment's lock from a run that cannot give it back",
        "launchbook.cli.ledger:unlock",
        (ENVIRONMENT, Flag("reason", "why, recorded in the ledger"), PLATFORMS, AS_JSON),
        ('invoke ledger.unlock --environment staging --reason "laptop died"',),
    ),
    Operation(
        "queue",
        "Show who holds an environment's lock, and who waits for it",
        "launchbook.cli.ledger:queue",
        (ENVIRONMENT, PLATFORMS, AS_JSON),
        ("invoke ledger.queue", "invoke ledger.queue --environment production"),
    ),
    Operation(
        "move",
        "Move the ledger of a set of platforms to the database that its file names",
        "launchbook.cli.ledger_move:run",
        (PLATFORMS, AS_JSON),
        ("invoke ledger.move --platforms live",),
    ),
)  # fmt: skip
