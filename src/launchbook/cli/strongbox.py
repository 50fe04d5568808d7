"""What every command about secrets has at hand: the encrypted file and its contract."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from functools import cached_property
from getpass import getpass
from typing import TYPE_CHECKING, Final, cast

from launchbook.app import open_keys
from launchbook.app.ledger_home import LedgerHome, ledger_home_of
from launchbook.cli.options import read_text
from launchbook.cli.output import REDACTOR
from launchbook.config.inventory import Inventory, SecretUse, load_inventory
from launchbook.config.rotation import RotationRule, rule_of
from launchbook.config.secret import SECRET, SecretRule
from launchbook.config.secret_file import SecretStore
from launchbook.config.workspace import SANDBOX, Workspace
from launchbook.errors import InputError
from launchbook.redact import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.cli.desk import Desk
    from launchbook.config.keys import KeyRing

NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
REFERENCE: Final = re.compile(rf"\b{SECRET}([A-Za-z_][A-Za-z0-9_]*)")


@dataclass(frozen=True)
class Strongbox:
    """The secrets of one environment on one set of platforms."""

    workspace: Workspace
    inventory: Inventory
    environment: str
    platforms: str
    keys: KeyRing

    @cached_property
    def store(self) -> SecretStore:
        """The encrypted file."""
        path = self.workspace.secrets_file(self.environment, self.platforms)
        return SecretStore(path, self.keys)

    @property
    def flags(self) -> str:
        """What a command that is aimed at the same secrets has at its end."""
        return f"--environment {self.environment} --platforms {self.platforms}"

    def uses(self, name: str = "") -> tuple[SecretUse, ...]:
        """Return the variables that hold a secret; any secret without a name."""
        found = self.inventory.secret_uses(self.environment)
        return tuple(each for each in found if name in {"", each.secret})

    def named_elsewhere(self) -> frozenset[str]:
        """Return the secrets that playbooks and the set of platforms name."""
        platforms = self.workspace.inventory / "platforms" / f"{self.platforms}.yml"
        files = [*sorted(self.workspace.playbooks.rglob("*.yml")), platforms]
        texts = (path.read_text(encoding="utf-8") for path in files)
        return frozenset(name for text in texts for name in REFERENCE.findall(text))

    def rule(self, name: str) -> SecretRule:
        """Return what the contract asks of a secret's text."""
        rules = self.inventory.secret_rules(self.environment)
        return rules.get(name, SecretRule())

    def rotation_rule(self, name: str) -> RotationRule:
        """Return how a secret is exchanged; the first variable that says so decides."""
        told = [each for each in self.uses(name) if "rotation" in each.entry]
        return rule_of(told[0].entry) if told else RotationRule()

    @property
    def is_generating(self) -> bool:
        """Whether missing values are made up on this set of platforms."""
        platform = self.inventory.platform(self.platforms).mapping()
        policy = cast("Mapping[str, object]", platform.get("secrets", {}))
        return policy.get("generate") is True

    def ledger_home(self, desk: Desk) -> LedgerHome:
        """Return where the ledger of the set of platforms is."""
        return ledger_home_of(
            self.workspace,
            self.platforms,
            self.inventory.platform(self.platforms).mapping(),
            environ=desk.environ,
            clock=desk.clock,
            redactor=REDACTOR,
        )

    def check(self, name: str, value: Secret) -> None:
        """Refuse a value that no variable could hold.

        Raises:
            InputError: It is shorter or longer than the contract allows.
        """
        rule, length = self.rule(name), len(value.reveal())
        if length < rule.min_length:
            wrong = f"has {length} characters, and the contract asks for at least "
            limit = rule.min_length
        elif rule.max_length is not None and length > rule.max_length:
            wrong = f"has {length} characters, and the contract allows at most "
            limit = rule.max_length
        else:
            return
        raise InputError(
            f"the value of {name} {wrong}{limit}",
            hint=f"Give another value, or let one be made up: `invoke secrets.set "
            f"{name} --generate {self.flags}`.",
        )


def open_strongbox(
    desk: Desk, options: Mapping[str, object], *, is_read_only: bool
) -> Strongbox:
    """Return the secrets of the environment and set of platforms that were named.

    Raises:
        InventoryError, UnknownEnvironment, InputError: A name leads nowhere.
        KeyUnusable: The keys of the state folder cannot be used.
    """
    workspace = Workspace(desk.root, desk.home)
    environment = read_text(options, "environment", "staging")
    platforms = read_text(options, "platforms", SANDBOX)
    inventory = load_inventory(workspace)
    inventory.environment(environment)
    inventory.platform(platforms)
    keys = open_keys(desk.home, desk.environ, REDACTOR, is_read_only=is_read_only)
    return Strongbox(workspace, inventory, environment, platforms, keys)


def read_name(options: Mapping[str, object]) -> str:
    """Return the secret that was named.

    Raises:
        InputError: No reference can name it.
    """
    text = read_text(options, "name")
    if NAME.fullmatch(text):
        return text
    raise InputError(
        f"{text!r} is no name of a secret",
        hint="Use letters, digits and underscores, as JWT_SECRET.",
    )


def ask_secret(what: str) -> Secret:
    """Ask without echo; a pipe is read to its end.

    Raises:
        InputError: Nothing was given.
    """
    is_asked = sys.stdin.isatty()
    text = getpass(f"{what}: ") if is_asked else sys.stdin.read()
    if text := text.rstrip("\r\n"):
        return REDACTOR.learn(Secret(text))
    raise InputError(
        f"{what} is empty",
        hint="Type the value, or give it by a pipe: `... < FILE`.",
    )
