"""``invoke connect``: the platforms' tokens, verified and kept encrypted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from getpass import getpass
from typing import TYPE_CHECKING, Any, Final, cast

from launchbook.app import open_keys
from launchbook.app.connection import TOKENS, Holder, Introduction, settled
from launchbook.cli.desk import open_desk
from launchbook.cli.options import read_names, read_switch, read_text
from launchbook.cli.output import REDACTOR
from launchbook.config.edit import set_scalar
from launchbook.config.inventory import load_inventory
from launchbook.config.nearest import suggestion
from launchbook.config.secret_file import SecretStore
from launchbook.config.workspace import SANDBOX, Workspace
from launchbook.errors import InputError, MissingSecret
from launchbook.redact import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from launchbook.app.connection import TokenKind
    from launchbook.cli.desk import Desk
    from launchbook.config.inventory import Inventory
    from launchbook.config.keys import KeyRing

ENVIRONMENTS: Final = ("staging", "production")
LIVE: Final = "live"


@dataclass(frozen=True)
class Connecting:
    """One run of the command.

    Attributes:
        platforms: Name of the set of platforms.
        environments: Whose secrets shall hold the tokens.
        wanted: Workspaces, teams and organizations that were named.
    """

    desk: Desk
    inventory: Inventory
    platforms: str
    environments: tuple[str, ...]
    wanted: tuple[str, ...]

    @property
    def platform(self) -> Mapping[str, Any]:
        """The set of platforms as its file says it."""
        return cast(
            "Mapping[str, Any]", self.inventory.platform(self.platforms).mapping()
        )

    @property
    def workspace(self) -> Workspace:
        """Where everything is."""
        return Workspace(self.desk.root, self.desk.home)

    @cached_property
    def keys(self) -> KeyRing:
        """What the secrets are encrypted with; made with the first one."""
        return open_keys(self.desk.home, self.desk.environ, REDACTOR)

    @property
    def introduction(self) -> Introduction:
        """Asks platforms whom a token stands for."""
        product = cast("Mapping[str, Any]", self.inventory.product.mapping())
        zone = str(product["dns"]["zone"])
        return Introduction(self.platform, zone, self.desk.clock, REDACTOR)


def run(options: Mapping[str, object]) -> int:
    """Ask for each token, verify it by a read, keep it; one after the other.

    What was verified is kept even when a later one is refused.
    """
    desk = open_desk(options)
    kinds = _kinds(options)
    connecting = _connecting(desk, options)
    if read_switch(options, "show"):
        _show(desk, kinds)
        return 0
    for kind in kinds:
        _connect(connecting, kind)
    desk.output.record({"kind": "connected", "platforms": [k.platform for k in kinds]})
    desk.output.line(f"next: invoke doctor --platforms {connecting.platforms}")
    return 0


def _connecting(desk: Desk, options: Mapping[str, object]) -> Connecting:
    """Look at every name before anything is asked.

    Raises:
        InputError: The sandbox has tokens of its own; or a name leads nowhere.
    """
    platforms = read_text(options, "platforms", LIVE)
    if platforms == SANDBOX:
        raise InputError(
            "the sandbox has tokens of its own",
            hint="Type `invoke connect` for the live platforms, or `invoke sandbox.up`.",
        )
    inventory = load_inventory(Workspace(desk.root, desk.home))
    inventory.platform(platforms)
    environments = read_names(options, "environment") or ENVIRONMENTS
    for name in environments:
        inventory.environment(name)
    return Connecting(
        desk, inventory, platforms, environments, read_names(options, "use")
    )


def _kinds(options: Mapping[str, object]) -> tuple[TokenKind, ...]:
    """The tokens that are meant."""
    only = read_names(options, "only")
    known = [each.platform for each in TOKENS]
    for name in only:
        if name not in known:
            raise InputError(
                f"there is no platform {name!r}",
                hint=suggestion(name, known, what="platform"),
            )
    return tuple(each for each in TOKENS if not only or each.platform in only)


def _show(desk: Desk, kinds: Sequence[TokenKind]) -> None:
    """Say what is needed, and ask for nothing."""
    for kind in kinds:
        desk.output.record({"kind": "token", **kind.as_json()})
        for line in _told(kind):
            desk.output.line(line)
    desk.output.line("next: invoke connect")


def _told(kind: TokenKind) -> tuple[str, ...]:
    return (
        f"{kind.platform}: {kind.name}",
        f"  made at {kind.made_at}",
        f"  rights: {kind.rights}",
    )


def _connect(connecting: Connecting, kind: TokenKind) -> None:
    """One token: ask, verify, keep, and name whom it acts for in the file."""
    desk = connecting.desk
    for line in _told(kind):
        desk.output.line(line)
    token, origin = _read(connecting, kind)
    holders = connecting.introduction.holders(kind, token)
    holder = _choose(connecting, kind, holders) if kind.chosen else None
    for name in connecting.environments:
        path = connecting.workspace.secrets_file(name, connecting.platforms)
        SecretStore(path, connecting.keys).add({kind.name: token})
    _refer(connecting, kind, holder)
    acting = f", acts for {holder}" if holder else ""
    if kind.platform == "dns":
        acting = ", sees the zone" if holders else ", and the zone is not there yet"
    kept = ", ".join(connecting.environments)
    desk.output.line(f"  taken from {origin}; it works{acting}; kept for {kept}")
    desk.output.record(
        {
            "kind": "token-kept",
            "platform": kind.platform,
            "name": kind.name,
            "holder": holder.value if holder else "",
            "environments": list(connecting.environments),
        }
    )


def _read(connecting: Connecting, kind: TokenKind) -> tuple[Secret, str]:
    """The token, and where it is from: a variable, or somebody who types it.

    Raises:
        MissingSecret: Neither.
    """
    desk = connecting.desk
    if given := desk.environ.get(kind.name):
        return REDACTOR.learn(Secret(given)), f"the variable {kind.name}"
    is_asked = desk.keyboard.isatty() and not desk.output.is_json
    typed = getpass("  token (not shown): ").strip() if is_asked else ""
    if typed:
        return REDACTOR.learn(Secret(typed)), "the terminal"
    raise MissingSecret(
        f"there is no token for {kind.platform}",
        hint=f"Make one at {kind.made_at}, type `export {kind.name}=...`, then run "
        f"`invoke connect --only {kind.platform}`.",
    )


def _choose(
    connecting: Connecting, kind: TokenKind, holders: Sequence[Holder]
) -> Holder:
    """Whom the token shall act for: who was named, the file's, or the only one.

    Raises:
        InputError: It acts for nobody, or that is not certain.
    """
    known = settled(kind, connecting.platform)
    for text in (*connecting.wanted, known):
        named = [each for each in holders if each.is_named(text)]
        if named:
            return named[0]
    if len(holders) == 1:
        return holders[0]
    names = [str(each) for each in holders]
    if not holders:
        raise InputError(
            f"the token of {kind.platform} acts for no {kind.chosen}",
            hint=f"Make one with these rights: {kind.rights}.",
        )
    raise InputError(
        f"the token of {kind.platform} may act for {len(holders)}: {', '.join(names)}",
        hint=f"Type `invoke connect --only {kind.platform} --use {holders[0].value}`, "
        f"with the {kind.chosen} that is meant.",
    )


def _refer(connecting: Connecting, kind: TokenKind, holder: Holder | None) -> None:
    """Let the platforms' file refer to the secret, and name the holder."""
    path = _file(connecting)
    wanted = {f"/{kind.platform}/token": f"secret:{kind.name}"}
    if holder is not None:
        wanted[f"/{kind.platform}/{kind.chosen}"] = holder.value
    entry = cast("Mapping[str, object]", connecting.platform[kind.platform])
    for pointer, value in wanted.items():
        if entry.get(pointer.rpartition("/")[2]) != value:
            set_scalar(path, pointer, value)
            shown = connecting.workspace.shown(path)
            connecting.desk.output.line(f"  wrote {pointer} = {value} to {shown}")


def _file(connecting: Connecting) -> Path:
    folder = connecting.workspace.inventory / "platforms"
    return folder / f"{connecting.platforms}.yml"
