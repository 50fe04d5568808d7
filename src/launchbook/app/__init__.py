"""The composition root: inventory and secrets to clients, to steps, to the engine.

``register`` says which module a step's name leads to, ``clients`` how platforms are
reached; what is not asked for is not imported.
"""

from __future__ import annotations

import getpass
import hashlib
import os
import socket
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final, cast

from launchbook.app.clients import Clients
from launchbook.app.commands import Commands
from launchbook.app.contract import Declared
from launchbook.app.ledger_home import LedgerHome, ledger_home_of
from launchbook.app.register import STEPS, load
from launchbook.config.inventory import Inventory, Releases, load_inventory
from launchbook.config.keys import KeyRing
from launchbook.config.playbook import load_playbook
from launchbook.config.schema import load_schema, validate_value
from launchbook.config.secret import SecretPolicy, SecretSource, Surroundings
from launchbook.config.secret_file import SecretStore
from launchbook.engine.engine import Engine
from launchbook.engine.override import LARGE_CHANGE
from launchbook.engine.setting import Kit, Setting
from launchbook.ledger.chain import ChainKey
from launchbook.ledger.journal import Author
from launchbook.ledger.ledger import open_ledger
from launchbook.redact import Secret, fingerprint
from launchbook.transport.process import Processes
from launchbook.variables.check import check_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from launchbook.clock import Clock
    from launchbook.config.keys import SharedKeys
    from launchbook.config.view import View
    from launchbook.config.workspace import Workspace
    from launchbook.engine.step import Step
    from launchbook.ledger.history import History
    from launchbook.ledger.ledger import Ledger
    from launchbook.model.event import Listener
    from launchbook.model.playbook import Playbook, PlaybookEntry
    from launchbook.redact import Redactor
    from launchbook.release.signing import Signer
    from launchbook.release.vault import Vault


OWN_TOOLS: Final = frozenset({"vault", "signer"})
"""What steps are given that is no client of a platform."""
SCHEMA: Final = "schema"
"""Reads the database's history, as it matters to a release of the past."""
CHECKLIST_STEP: Final = "gate.checklist"
IDENTITY_VARIABLE: Final = "LAUNCHBOOK_IDENTITY"
"""Holds an age identity where there is no disk to keep one on, as in CI."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a command is aimed at.

    Attributes:
        environment: As ``staging``.
        platforms: As ``sandbox``.
        facts: What the running sandbox says of itself; None without one.
        is_read_only: Write nothing anywhere (``--check``).
        workers: How many steps may run side by side.
        is_asserting: Write also what cannot be read back (``env.sync --assert``).
    """

    environment: str
    platforms: str
    facts: Mapping[str, object] | None = None
    is_read_only: bool = False
    workers: int = 8
    is_asserting: bool = False


@dataclass(frozen=True)
class App:
    """One command's tools. What is not asked for is not made.

    Attributes:
        environ: The process's variables, which ``env:NAME`` refers to.
        releases: What a release or a rollback knows of releases.
    """

    workspace: Workspace
    target: Target
    clock: Clock
    redactor: Redactor
    environ: Mapping[str, str]
    releases: Releases | None = None

    @cached_property
    def inventory(self) -> Inventory:
        """Every file of the inventory, valid."""
        return load_inventory(self.workspace)

    @cached_property
    def keys(self) -> KeyRing:
        """The keys of the state folder; made up for a command that only reads."""
        return open_keys(
            self.workspace.home,
            self.environ,
            self.redactor,
            is_read_only=self.target.is_read_only,
            shared=self.ledger_home.keys,
        )

    @cached_property
    def ledger_home(self) -> LedgerHome:
        """Where the target's ledger is."""
        return ledger_home_of(
            self.workspace,
            self.target.platforms,
            self.inventory.platform(self.target.platforms).mapping(),
            environ=self.environ,
            clock=self.clock,
            redactor=self.redactor,
        )

    @cached_property
    def view(self) -> View:
        """The inventory as the target sees it."""
        return self.inventory.view(
            self.target.environment,
            self.target.platforms,
            facts=self.target.facts,
            has_secret=self._has_secret,
            releases=self.releases,
        )

    def _has_secret(self, reference: str) -> bool:
        """Whether a secret reference has a value; asked before the view is whole."""
        return self.secrets.has(reference)

    @cached_property
    def secrets(self) -> SecretSource:
        """The values behind secret references."""
        target = self.target
        platform = self.inventory.platform(target.platforms).mapping()
        policy = cast("dict[str, object]", platform.get("secrets", {}))
        store = SecretStore(
            self.workspace.secrets_file(target.environment, target.platforms), self.keys
        )
        return SecretSource(
            store,
            SecretPolicy(
                is_generating=policy.get("generate") is True,
                is_read_only=target.is_read_only,
            ),
            Surroundings(
                root=self.workspace.root,
                environ=self.environ,
                run=Commands(policy.get("commands"), Processes(), self.environ).run,
            ),
            rules=self.inventory.secret_rules(target.environment),
            redactor=self.redactor,
        )

    @cached_property
    def declared(self) -> Declared:
        """The variable contract, as the target sees it."""
        return Declared(self)

    @cached_property
    def clients(self) -> Clients:
        """The clients of the platforms."""
        resolver = self.view.resolver(self.secrets)
        return Clients(
            platform=cast(
                "Mapping[str, Any]", resolver.resolve(self.view.roots["platform"], {})
            ),
            clock=self.clock,
            redactor=self.redactor,
        )

    @cached_property
    def vault(self) -> Vault:
        """Where the values of released variables are kept, encrypted."""
        from launchbook.release.vault import Vault

        keys = self.keys
        own = (keys.recipient, keys.break_glass)
        readers = [*dict.fromkeys(filter(None, (*own, *self.ledger_home.readers)))]
        folder = f"values/{self.target.environment}"
        return Vault(
            folder=self.ledger_path.parent / folder,
            fingerprint=lambda text: fingerprint(keys.fingerprint_key, text),
            encrypt=lambda data: keys.encrypt(data, readers),
            decrypt=keys.decrypt,
            learn=self.redactor.learn,
            shared=self.ledger_home.files(folder),
        )

    @cached_property
    def signer(self) -> Signer:
        """Signs capsules."""
        from launchbook.release.signing import Signer

        return Signer(self.keys.signing_seed)

    @property
    def ledger_path(self) -> Path:
        """The ledger of the target's set of platforms, when it is a file."""
        return self.ledger_home.path

    def playbook(self, name: str) -> Playbook:
        """Read a playbook and all that it needs.

        Raises:
            PlaybookError, InventoryError: See ``config.playbook``.
        """
        return load_playbook(self.workspace, name, steps=STEPS)

    def check_variables(self, playbook: Playbook) -> None:
        """Check secrets and variables before anything is created.

        Raises:
            MissingSecret: All that have no value, at once.
            InvalidVariable: All that break the contract, at once.
        """
        self.secrets.require(self.needed_secrets(playbook))
        resolver = self.view.resolver(self.secrets)
        values = resolver.resolve(self.view.roots["variables"], {})
        check_values(
            self.declared.contracts,
            cast("Mapping[str, Mapping[str, object]]", values),
            self.declared.rules,
        )

    def needed_secrets(self, playbook: Playbook) -> frozenset[str]:
        """Return the references that the platforms and a playbook's entries make."""
        resolver = self.view.resolver(self.secrets)
        needed = set(resolver.secrets(self.view.roots["platform"]))
        for entry in playbook.all_entries:
            needed |= resolver.secrets(dict(entry.inputs), entry.locate)
        return frozenset(needed)

    def open_ledger(self, path: Path | None = None) -> Ledger:
        """Open the target's ledger for writing, or one of its own.

        Raises:
            LedgerError: It cannot be used.
        """
        key = ChainKey(self.keys.ledger_key_id, self.keys.ledger_key)
        author = Author(_actor(), version("launchbook"))
        is_shared = path is None and self.ledger_home.is_shared
        path = path or self.ledger_path
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        store = self.ledger_home.store() if is_shared else None
        return open_ledger(path, key=key, author=author, clock=self.clock, store=store)

    def open_history(self) -> History:
        """Open the target's ledger for reading; an absent one reads as empty."""
        return self.ledger_home.history()

    def engine(
        self,
        playbook: Playbook,
        listener: Listener,
        *,
        ledger: Ledger | None = None,
        history: History | None = None,
    ) -> Engine:
        """Return the engine for a playbook."""
        setting = Setting(
            environment=self.target.environment,
            platforms=self.target.platforms,
            playbook=playbook.name,
            playbook_digest=_text_digest([self.workspace.playbooks]),
            inventory_digest=_text_digest([self.workspace.inventory]),
            tool_version=version("launchbook"),
            fingerprint_key=self.keys.fingerprint_key,
            workers=self.target.workers,
            is_asserting=self.target.is_asserting,
            overridable=self._overridable(playbook),
            override_seconds=self._override_hours() * 3600,
            is_weighing=not (self.releases and self.releases.capsule),
        )
        kit = Kit(
            steps=self.step,
            inputs=self._inputs,
            resolver=self.view.resolver(
                self.secrets, steps=[entry.id for entry in playbook.all_entries]
            ),
            clock=self.clock,
            listener=listener,
            redactor=self.redactor,
        )
        return Engine(setting, kit, ledger=ledger, history=history)

    def _overridable(self, playbook: Playbook) -> frozenset[str]:
        """What an override may name: the guard, and what the playbook's gates ask."""
        found = {LARGE_CHANGE}
        for entry in playbook.all_entries:
            names: Callable[..., Iterable[str]] | None
            names = getattr(load(STEPS[entry.uses].location), "overridable", None)
            found.update(names(entry.inputs) if names else ())
            if entry.uses == CHECKLIST_STEP and self.inventory.checklist:
                items = self.inventory.checklist.mapping()["items"]
                found.update(cast("Mapping[str, object]", items))
        return frozenset(found)

    def _override_hours(self) -> float:
        """How long the override of a gate's item counts."""
        policies = cast("dict[str, Any]", self.inventory.product.mapping()["policies"])
        return float(policies["gate"]["override_hours"])

    def _inputs(self, entry: PlaybookEntry, values: Mapping[str, object]) -> object:
        """The inputs of an entry; variables among them fit their contract.

        Values that come from other steps' outputs are seen here for the first time.
        """
        inputs = build_inputs(entry, values)
        self.declared.check_inputs(entry, values)
        return inputs

    def step(self, name: str) -> Step:
        """Return the step of a name, with its clients."""
        entry = STEPS[name]
        clients = [_tool(self, each) for each in entry.clients]
        step: Step = load(entry.location)(*clients)
        return step


def open_keys(
    home: Path,
    environ: Mapping[str, str],
    redactor: Redactor,
    *,
    is_read_only: bool = False,
    shared: SharedKeys | None = None,
) -> KeyRing:
    """Open the keys of a state folder, by the identity that the environment gives.

    Args:
        home: The state folder.
        environ: ``LAUNCHBOOK_IDENTITY`` stands for ``keys/operations.key``.
        redactor: Learns that identity.
        is_read_only: Write nothing.
        shared: Keys that several machines share.

    Raises:
        KeyUnusable: A key is lost, damaged, or readable by others.
    """
    return KeyRing.open(
        home,
        is_read_only=is_read_only,
        identity=given_identity(environ, redactor),
        shared=shared if shared and shared.is_made else None,
    )


def given_identity(environ: Mapping[str, str], redactor: Redactor) -> Secret | None:
    """Return the age identity that the environment gives, if it gives one."""
    given = environ.get(IDENTITY_VARIABLE)
    return redactor.learn(Secret(given)) if given else None


def build_inputs(entry: PlaybookEntry, values: Mapping[str, object]) -> object:
    """Return the inputs of an entry as its step's dataclass.

    Raises:
        InputError: The step's schema refuses them.
    """
    validate_value(values, load_schema(f"steps/{entry.uses}"), entry.locate)
    plain = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in values.items()
    }
    return load(STEPS[entry.uses].location).inputs_type(**plain)


def _tool(app: App, name: str) -> Any:
    """One argument of a step's constructor."""
    if name == SCHEMA:
        from launchbook.app.way_back import schema_reader

        return schema_reader(app)
    return getattr(app if name in OWN_TOOLS else app.clients, name)


def _actor() -> str:
    """Who runs this, as the ledger says it; no proof of identity.

    A container's user may have a number and no name.
    """
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = f"uid-{os.getuid()}"
    return f"{name}@{socket.gethostname()}"


def _text_digest(folders: Iterable[Path]) -> str:
    """Digest of the YAML texts below folders, by relative path."""
    found = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*.yml")):
            found.update(path.relative_to(folder).as_posix().encode() + b"\0")
            found.update(path.read_bytes() + b"\0")
    return found.hexdigest()
