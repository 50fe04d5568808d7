"""``sandbox.*``: the embedded platforms."""

from __future__ import annotations

from typing import Final

from launchbook.cli.catalogue.flags import AS_JSON
from launchbook.cli.operation import Flag, Operation

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
    Operation(
        "browse",
        "Open a host name of the sandbox, in a browser that knows them",
        "launchbook.cli.browse:browse",
        (
            Flag("host", "which host (default: the customer app's)"),
            AS_JSON,
        ),
        ("invoke sandbox.browse", "invoke sandbox.browse --host staging-admin.vocilia.com"),
    ),
    Operation("trust", "Let this user's browsers trust the sandbox's certificates",
              "launchbook.cli.trust:trust", (AS_JSON,), ("invoke sandbox.trust",)),
    Operation("untrust", "Take the trust in the sandbox's certificates back",
              "launchbook.cli.trust:untrust", (AS_JSON,), ("invoke sandbox.untrust",)),
)  # fmt: skip
