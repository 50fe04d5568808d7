"""``invoke secrets.*``: the encrypted file of an environment."""

from __future__ import annotations

import re
import sys
from getpass import getpass
from typing import TYPE_CHECKING, Final

from launchbook.cli.desk import open_desk
from launchbook.cli.options import read_text
from launchbook.config.inventory import load_inventory
from launchbook.config.keys import KeyRing
from launchbook.config.secret import SecretStore
from launchbook.config.workspace import SANDBOX, Workspace
from launchbook.errors import InputError
from launchbook.redact import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.cli.desk import Desk

NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def set_value(options: Mapping[str, object]) -> int:
    """Read a value from the terminal, or from standard input, and keep it."""
    desk = open_desk(options)
    name = _name(read_text(options, "name"))
    store = _store(desk, options, is_read_only=False)
    store.add({name: _value(name)})
    desk.output.record({"kind": "secret-set", "name": name, "file": str(store.path)})
    desk.output.line(f"{name} is kept in {store.path}")
    return 0


def show_names(options: Mapping[str, object]) -> int:
    """List what has a value."""
    desk = open_desk(options)
    store = _store(desk, options, is_read_only=True)
    names = sorted(store.names())
    desk.output.record({"kind": "secrets", "names": names, "file": str(store.path)})
    for name in names:
        desk.output.line(name)
    if not names:
        desk.output.line(f"no secret has a value in {store.path}")
    return 0


def _store(
    desk: Desk, options: Mapping[str, object], *, is_read_only: bool
) -> SecretStore:
    """The file of the environment and set of platforms that were named."""
    workspace = Workspace(desk.root, desk.home)
    environment = read_text(options, "environment", "staging")
    platforms = read_text(options, "platforms", SANDBOX)
    inventory = load_inventory(workspace)
    inventory.environment(environment)
    inventory.platform(platforms)
    keys = KeyRing.open(desk.home, is_read_only=is_read_only)
    return SecretStore(workspace.secrets_file(environment, platforms), keys)


def _name(text: str) -> str:
    """Refuse what no reference can name."""
    if NAME.fullmatch(text):
        return text
    raise InputError(
        f"{text!r} is no name of a secret",
        hint="Use letters, digits and underscores, as JWT_SECRET.",
    )


def _value(name: str) -> Secret:
    """Ask without echo; a pipe is read to its end."""
    is_asked = sys.stdin.isatty()
    text = getpass(f"value of {name}: ") if is_asked else sys.stdin.read()
    if text := text.rstrip("\r\n"):
        return Secret(text)
    raise InputError(
        f"the value of {name} is empty",
        hint="Type the value, or give it by a pipe: `... < FILE`.",
    )
