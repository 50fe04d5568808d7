"""``secrets.*``: the encrypted values of an environment, and who can read them."""

from __future__ import annotations

from typing import Final

from launchbook.cli.catalogue.flags import AS_JSON, ENVIRONMENT, PLATFORMS
from launchbook.cli.operation import Flag, Operation

SECRET: Final = Flag(
    "name", "as JWT_SECRET, what secret:NAME refers to", is_argument=True
)
AIM: Final = (ENVIRONMENT, PLATFORMS, AS_JSON)
IDENTITY_NAME: Final = Flag(
    "name", "what the identity of this state folder is called (default: operations)"
)
GENERATE: Final = Flag(
    "generate", "make the value up, by the contract's rule", default=False
)

SECRETS: Final = (
    Operation(
        "init",
        "Make the identities that read the secrets; prints the break-glass one, once",
        "launchbook.cli.recipients:init",
        (
            IDENTITY_NAME,
            Flag("new_break_glass", "make another one in place of the present one",
                 default=False),
            PLATFORMS,
            AS_JSON,
        ),
        ("invoke secrets.init --platforms live",),
    ),
    Operation(
        "set",
        "Keep a secret of an environment, encrypted; asks for its value",
        "launchbook.cli.secrets:set_value",
        (SECRET, GENERATE, *AIM),
        (
            "invoke secrets.set JWT_SECRET --environment production --platforms live",
            "invoke secrets.set SWISH_CERTIFICATE --platforms live < swish.pem",
        ),
    ),
    Operation(
        "get",
        "Say what is known of a secret; its value only with --reveal",
        "launchbook.cli.secrets:show_value",
        (
            SECRET,
            Flag("reveal", "write the value itself to standard output, and nothing else",
                 default=False),
            *AIM,
        ),
        (
            "invoke secrets.get JWT_SECRET",
            "invoke secrets.get SWISH_CERTIFICATE --reveal > swish.pem",
        ),
    ),
    Operation(
        "edit",
        "Open all values of an environment in $EDITOR",
        "launchbook.cli.secrets:edit",
        AIM,
        ("invoke secrets.edit --environment production --platforms live",),
    ),
    Operation(
        "list",
        "List the secrets of an environment: who holds them, which are missing",
        "launchbook.cli.secrets:show_list",
        AIM,
        ("invoke secrets.list --environment production --platforms live",),
    ),
    Operation(
        "rotate",
        "Exchange a secret: new value everywhere, overlap, old one dead, each proven",
        "launchbook.cli.rotation:rotate",
        (
            SECRET,
            Flag("overlap", "how long the old value counts beside the new one, as 1h "
                 "(default: what the contract says)"),
            Flag("now", "no overlap: for a value that leaked", default=False),
            GENERATE,
            Flag("statement", "who revoked the old value, where and when; recorded in "
                 "the ledger"),
            Flag("workers", "how many independent steps run side by side (default: 8)",
                 "8"),
            Flag("override", "let named guards pass, as large-change; needs --reason"),
            Flag("reason", "why, recorded in the ledger; with --override"),
            Flag("yes", "do not ask for confirmation on live platforms", default=False),
            *AIM,
        ),
        (
            "invoke secrets.rotate JWT_SECRET --environment staging",
            "invoke secrets.rotate JWT_SECRET --now",
            "invoke secrets.rotate OPENAI_API_KEY --platforms live < new-key",
        ),
    ),
    Operation(
        "recipients",
        "List who can read the secrets; let one more read, or one less",
        "launchbook.cli.recipients:manage",
        (
            Flag("add", "name of one who may read from now on; needs --key"),
            Flag("key", "their public key, as age1..."),
            Flag("environments", "with --add: only these, as staging,development"),
            Flag("remove", "name of one who may not read any more"),
            PLATFORMS,
            AS_JSON,
        ),
        (
            "invoke secrets.recipients --platforms live",
            "invoke secrets.recipients --add ada --key age1... --platforms live",
            "invoke secrets.recipients --remove ada --platforms live",
        ),
    ),
    Operation(
        "recover",
        "Read everything with the break-glass identity, and give it to a new one",
        "launchbook.cli.recipients:recover",
        (IDENTITY_NAME, PLATFORMS, AS_JSON),
        ("invoke secrets.recover --platforms live < break-glass",),
    ),
)  # fmt: skip
