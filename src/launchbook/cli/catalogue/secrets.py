"""``secrets.*``: the encrypted values of an environment."""

from __future__ import annotations

from typing import Final

from launchbook.cli.catalogue.flags import AS_JSON, ENVIRONMENT, PLATFORMS
from launchbook.cli.operation import Flag, Operation

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
