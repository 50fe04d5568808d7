"""Every operation that the command line offers, as data.

One look here shows all tasks, their flags and their help texts; the modules that
carry them out are named, not imported.
"""

from __future__ import annotations

from typing import Final

from launchbook.cli.operation import Flag, Operation

PLATFORMS: Final = Flag(
    "platforms", "which set of platforms: sandbox (the default) or live", "sandbox"
)
ENVIRONMENT: Final = Flag(
    "environment", "which environment of the inventory (default: staging)", "staging"
)
AS_JSON: Final = Flag("json", "one JSON object a line instead of text", default=False)
VERBOSE: Final = Flag("verbose", "show every field and every step", default=False)

RUN_FLAGS: Final = (
    Flag("check", "print the plan, write nothing anywhere; exit 3 when changes are "
         "pending", default=False),
    Flag("out", "with --check: save the plan to this file"),
    Flag("plan", "apply exactly the plan saved in this file"),
    AS_JSON,
    Flag("workers", "how many independent steps run side by side (default: 8)", "8"),
    PLATFORMS,
    Flag("override", "let one named guard pass, as large-change; needs --reason"),
    Flag("reason", "why, recorded in the ledger; with --override"),
    Flag("yes", "do not ask for confirmation on live platforms", default=False),
    VERBOSE,
)  # fmt: skip


def playbook_operation(name: str, summary: str) -> Operation:
    """The operation that runs one playbook."""
    command = f"invoke provision.{name}"
    return Operation(
        name,
        summary,
        "launchbook.cli.provision:run",
        RUN_FLAGS,
        examples=(
            f"{command}",
            f"{command} --check",
            f"{command} --check --out plan.json",
            f"{command} --plan plan.json",
        ),
        fixed=(("playbook", name),),
    )


SANDBOX: Final = (
    Operation(
        "up",
        "Start the sandbox and prepare the reference product's repository",
        "launchbook.cli.sandbox:up",
        (
            Flag("realistic", "use the vendors' own delays", default=False),
            Flag("edge_port", "port of the web addresses (default: a free one)"),
            AS_JSON,
        ),
        ("invoke sandbox.up", "invoke sandbox.up --edge-port 8443"),
    ),
    Operation("down", "Stop the sandbox; its state stays",
              "launchbook.cli.sandbox:down", (AS_JSON,), ("invoke sandbox.down",)),
    Operation("status", "Show what the sandbox runs and where",
              "launchbook.cli.sandbox:status", (AS_JSON,),
              ("invoke sandbox.status", "invoke sandbox.status --json")),
    Operation(
        "reset",
        "Empty the sandbox and start a new sandbox ledger",
        "launchbook.cli.sandbox:reset",
        (Flag("yes", "do not ask", default=False), AS_JSON),
        ("invoke sandbox.reset", "invoke sandbox.reset --yes"),
    ),
    Operation(
        "requests",
        "List the requests that reached the emulated platforms",
        "launchbook.cli.sandbox:requests",
        (
            Flag("mutating", "only those that change something", default=False),
            Flag("since", "only those after this sequence number"),
            AS_JSON,
        ),
        ("invoke sandbox.requests --mutating",),
    ),
    Operation(
        "advance",
        "Move the sandbox's clock forward",
        "launchbook.cli.sandbox:advance",
        (Flag("duration", "how far: 90s, 15m, 36h or 7d", is_argument=True), AS_JSON),
        ("invoke sandbox.advance 7d",),
    ),
    Operation(
        "snapshot",
        "Keep the sandbox's whole world under a name",
        "launchbook.cli.sandbox:snapshot",
        (Flag("name", "the snapshot's name", is_argument=True), AS_JSON),
        ("invoke sandbox.snapshot provisioned",),
    ),
    Operation(
        "restore",
        "Bring back a world that was kept with sandbox.snapshot",
        "launchbook.cli.sandbox:restore",
        (Flag("name", "the snapshot's name", is_argument=True), AS_JSON),
        ("invoke sandbox.restore provisioned",),
    ),
    Operation("trust", "Let this user's browsers trust the sandbox's certificates",
              "launchbook.cli.trust:trust", (AS_JSON,), ("invoke sandbox.trust",)),
    Operation("untrust", "Take the trust in the sandbox's certificates back",
              "launchbook.cli.trust:untrust", (AS_JSON,), ("invoke sandbox.untrust",)),
)  # fmt: skip

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
)  # fmt: skip

INVENTORY: Final = (
    Operation(
        "explain",
        "Say where a value of the inventory comes from",
        "launchbook.cli.inventory:explain",
        (
            Flag("key", "as inventory.apps.backend.root", is_argument=True),
            ENVIRONMENT,
            PLATFORMS,
            AS_JSON,
        ),
        (
            "invoke inventory.explain inventory.apps.backend.root",
            "invoke inventory.explain variables.backend.DATABASE_URL",
        ),
    ),
    Operation("check", "Validate every file of the inventory and the playbooks",
              "launchbook.cli.inventory:check", (ENVIRONMENT, PLATFORMS, AS_JSON),
              ("invoke inventory.check",
               "invoke inventory.check --environment production --platforms live")),
)  # fmt: skip

SECRETS: Final = (
    Operation(
        "set",
        "Keep a secret of an environment, encrypted; asks for its value",
        "launchbook.cli.secrets:set_value",
        (
            Flag("name", "as JWT_SECRET, what secret:NAME refers to", is_argument=True),
            ENVIRONMENT,
            PLATFORMS,
            AS_JSON,
        ),
        (
            "invoke secrets.set JWT_SECRET --environment production --platforms live",
            "invoke secrets.set SWISH_CERTIFICATE --platforms live < swish.pem",
        ),
    ),
    Operation("names", "List the secrets that have a value, without the values",
              "launchbook.cli.secrets:show_names", (ENVIRONMENT, PLATFORMS, AS_JSON),
              ("invoke secrets.names --environment production --platforms live",)),
)  # fmt: skip

GROUPS: Final = {
    "sandbox": SANDBOX,
    "ledger": LEDGER,
    "inventory": INVENTORY,
    "secrets": SECRETS,
}
