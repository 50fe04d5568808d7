"""What every command has at hand: folders, clock, output, a way to ask."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO, cast

from launchbook.cli.options import read_switch
from launchbook.cli.output import Output, output_of
from launchbook.cli.place import find_home, find_root, place_of
from launchbook.config.workspace import Workspace
from launchbook.errors import FileMissing, InputError
from launchbook.providers.sandbox.client import read_endpoints
from launchbook.providers.sandbox.rehearsal import Rehearsal
from launchbook.transport.git import Git
from launchbook.transport.process import Processes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.clock import Clock

SANDBOX_FOLDER: Final = "sandbox"
"""Ledger and secrets of the sandbox platforms, below the state folder."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One command's surroundings.

    Attributes:
        root: The working folder, with inventory and playbooks.
        home: The state folder.
        is_confirmed: Whether ``--yes`` was given.
        environ: The variables that ``env:NAME`` refers to.
        keyboard: Where a person answers; standard input unless a test passes another.
    """

    root: Path
    home: Path
    clock: Clock
    output: Output
    is_confirmed: bool = False
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    keyboard: TextIO = field(default_factory=lambda: sys.stdin, repr=False)

    @property
    def emulator_home(self) -> Path:
        """The sandbox's own state."""
        return self.home / "emulator"

    def sandbox_facts(self) -> dict[str, object]:
        """Return what the running sandbox says of itself, for ``${sandbox.*}``.

        Raises:
            SandboxNotRunning: There is none.
        """
        found = read_endpoints(self.emulator_home)
        return {
            "railway": {"api": found.railway_api, "token": found.railway_token},
            "vercel": {
                "api": found.vercel_api,
                "token": found.vercel_token,
                "team": found.vercel_team,
            },
            "supabase": {
                "api": found.supabase_api,
                "token": found.supabase_token,
                "organization": found.supabase_organization,
            },
            "cloudflare": {
                "api": f"{found.cloudflare_api}/client/v4",
                "token": found.cloudflare_token,
                "account": found.cloudflare_account,
            },
            "dns": {"nameservers": [*found.nameservers]},
            "edge_port": found.edge_port,
            "edge_http_port": found.edge_http_port,
            "pooler": {
                "session_port": found.session_port,
                "transaction_port": found.transaction_port,
            },
            "ca_file": str(found.ca_file),
            "source": {"path": str(self.rehearsal().work_tree)},
        }

    def rehearsal(self) -> Rehearsal:
        """Return the product's copy that the sandbox deploys."""
        from launchbook.config.inventory import load_inventory

        product = load_inventory(Workspace(self.root, self.home)).product.mapping()
        repository = cast("dict[str, str]", product["repository"])
        source = self.root / repository["path"]
        return Rehearsal(source, self.home / "rehearsal", Git(Processes()))

    def ask(self, question: str) -> str:
        """Return what a person types; empty when there is nobody to ask."""
        if not self.keyboard.isatty() or self.output.is_json:
            return ""
        self.output.errors.write(question)
        self.output.errors.flush()
        return self.keyboard.readline().strip()

    def confirm(self, question: str) -> None:
        """Ask, unless ``--yes`` was given or there is nobody to ask.

        Raises:
            InputError: The answer is not yes, or nobody can answer.
        """
        if self.is_confirmed:
            return
        if self.ask(f"{question} [y/N] ").lower() in {"y", "yes"}:
            return
        raise InputError(
            "this needs a confirmation",
            hint="Run the same command again with --yes.",
        )

    def set_aside_sandbox_ledger(self) -> Path | None:
        """Move the sandbox's ledger beside itself; return where, or None."""
        found = sorted((self.home / SANDBOX_FOLDER).glob("ledger.*"))
        if not found:
            return None
        stamp = self.clock.now().strftime("%Y%m%dT%H%M%S%fZ")
        for path in found:
            path.rename(
                path.with_name(path.name.replace("ledger", f"ledger-{stamp}", 1))
            )
        return self.home / SANDBOX_FOLDER / f"ledger-{stamp}.db"

    def keep_sandbox_ledger(self, name: str) -> None:
        """Keep ledger and secrets beside the world that they belong to."""
        kept = self._kept(name)
        shutil.rmtree(kept, ignore_errors=True)
        if (self.home / SANDBOX_FOLDER).is_dir():
            shutil.copytree(self.home / SANDBOX_FOLDER, kept)
        else:
            # An empty world has none, and that is worth keeping too.
            kept.mkdir(parents=True, mode=0o700)

    def bring_back_sandbox_ledger(self, name: str) -> None:
        """Put ledger and secrets of a kept world back."""
        kept, current = self._kept(name), self.home / SANDBOX_FOLDER
        if kept.is_dir():
            shutil.rmtree(current, ignore_errors=True)
            shutil.copytree(kept, current)

    def _kept(self, name: str) -> Path:
        """Where a kept world's ledger and secrets are."""
        return self.home / "kept" / Path(name).name


def open_desk(options: Mapping[str, object]) -> Desk:
    """Return the surroundings of a command.

    Raises:
        FileMissing: There is no inventory here or above.
    """
    place = place_of(options)
    root = find_root(place.start)
    if root is None:
        raise FileMissing(
            f"there is no inventory/product.yml in {place.start} or above",
            hint="Change to a working folder, or make one with `launchbook init DIR`.",
        )
    return Desk(
        root=root,
        home=find_home(root, place.environ),
        clock=place.clock,
        output=output_of(options),
        is_confirmed=read_switch(options, "yes"),
        environ=place.environ,
    )
