"""The variable contract of one target: values, rules, code, other environments."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final, cast

from launchbook.config.inventory import repository_path
from launchbook.config.reference import Resolver, Text
from launchbook.errors import InputError
from launchbook.model.change import Unknown
from launchbook.variables.check import (
    Rules,
    find_faults,
    find_shared,
    refuse,
    text_of,
)
from launchbook.variables.code.monorepo import CodeReadings, read_monorepo
from launchbook.variables.contract import Contract, read_contracts
from launchbook.variables.fault import Fault, FaultKind
from launchbook.variables.parity import Row, code_faults, parity_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from launchbook.app import App
    from launchbook.config.inventory import Inventory
    from launchbook.model.playbook import PlaybookEntry

Values = dict[str, dict[str, object]]
"""App to name to resolved value: text, Secret, or Unknown."""
SANDBOX_FACTS: Final = "sandbox"
UNGIVEN: Final = "secret"
"""``Unknown.step`` of a value whose secret reference has no value."""


@dataclass(frozen=True, slots=True)
class Audit:
    """What was found without asking a platform."""

    faults: tuple[Fault, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Declared:
    """The contract as one target sees it.

    Attributes:
        reader: Reads the product's code.
    """

    app: App
    reader: Callable[[Path, Mapping[str, str]], CodeReadings] = read_monorepo

    @cached_property
    def contracts(self) -> Mapping[str, Contract]:
        """App to contract."""
        return read_contracts(self.app.inventory)

    @cached_property
    def rules(self) -> Rules:
        """What the values of the target are for."""
        view = self.app.view
        return Rules(
            self.app.target.environment,
            view.is_local_allowed,
            view.locate,
            environment_hosts(self.app.inventory),
        )

    @cached_property
    def code(self) -> CodeReadings:
        """What the product's code reads."""
        product = self.app.inventory.product.mapping()
        apps = cast("dict[str, dict[str, str]]", product["apps"])
        root = repository_path(self.app.workspace.root)
        return self.reader(root, {app: each["root"] for app, each in apps.items()})

    @cached_property
    def environments(self) -> Mapping[str, Values]:
        """Environment to the values that are known without asking a platform."""
        return {
            name: Declared(self._at(name)).values
            for name in self.app.inventory.environments
        }

    @cached_property
    def values(self) -> Values:
        """The target's values; what only a step or a person knows is Unknown."""
        return self.values_with({})

    def values_with(self, outputs: Mapping[str, Mapping[str, object]]) -> Values:
        """Return the target's values, given what steps have put out."""
        view = self.app.view
        roots = dict(view.roots)
        if view.facts is None:
            roots[SANDBOX_FACTS] = Unknown(SANDBOX_FACTS, "facts")
        resolver = Resolver(roots, secrets=self.app.secrets, locate=view.locate)
        written = cast("Mapping[str, Mapping[str, Text]]", roots["variables"])
        return {
            app: {
                name: self._resolved(resolver, value, outputs)
                for name, value in variables.items()
            }
            for app, variables in written.items()
        }

    def audit(self) -> Audit:
        """Check declarations, values, code and the other environments."""
        faults = (
            *find_faults(self.contracts, self.values, self.rules),
            *self._without_secret(),
            *find_shared(self.contracts, self.environments, self.rules),
            *code_faults(self.contracts, self.code),
        )
        rows = parity_rows(self.contracts, self.environments, self.code)
        return Audit(faults, rows)

    def check_inputs(self, entry: PlaybookEntry, values: Mapping[str, object]) -> None:
        """Check the variables among a step's inputs, now that they are known.

        Raises:
            InvalidVariable: Some break the contract.
        """
        app = app_of(entry)
        variables = values.get("variables")
        if app not in self.contracts or not isinstance(variables, dict):
            return
        contract = {app: self.contracts[app]}
        faults = find_faults(contract, {app: variables}, self.rules)
        refuse(faults, self.app.target.environment)

    # --- below ---------------------------------------------------------------

    def _resolved(
        self,
        resolver: Resolver,
        value: object,
        outputs: Mapping[str, Mapping[str, object]],
    ) -> object:
        """One value; a secret that nobody gave yet is Unknown."""
        references = sorted(resolver.secrets(value))
        absent = [each for each in references if not self._is_given(each)]
        if absent:
            return Unknown(UNGIVEN, absent[0])
        return resolver.resolve(value, outputs)

    def _is_given(self, reference: str) -> bool:
        """Whether a secret has a value, or gets one by itself."""
        is_made = self.app.view.is_generating_secrets
        return (is_made and reference.startswith("secret:")) or self.app.secrets.has(
            reference
        )

    def _without_secret(self) -> tuple[Fault, ...]:
        """Required variables whose secret has no value."""
        environment = self.app.target.environment
        return tuple(
            Fault(
                app,
                name,
                f"has no value: {value.output} is not set",
                self.rules.locate(f"variables.{app}.{name}"),
                FaultKind.MISSING,
            )
            for app, values in self.values.items()
            for name, value in values.items()
            if isinstance(value, Unknown)
            and value.step == UNGIVEN
            and environment in self.contracts[app].variables[name].required_in
        )

    def _at(self, environment: str) -> App:
        """The same, aimed at another environment, and writing nothing."""
        if environment == self.app.target.environment:
            return self.app
        target = replace(self.app.target, environment=environment, is_read_only=True)
        other = replace(self.app, target=target)
        # The same files and keys; what is cached there need not be read again.
        vars(other).update(inventory=self.app.inventory, keys=self.app.keys)
        return other


def app_of(entry: PlaybookEntry) -> str:
    """Return the app whose variables an entry's inputs refer to; empty for none."""
    reference = entry.inputs.get("variables")
    if not isinstance(reference, str):
        return ""
    return reference.removeprefix("${variables.").removesuffix("}")


def environment_hosts(inventory: Inventory) -> dict[str, frozenset[str]]:
    """Return the host names of each environment."""
    found = {}
    for name, document in inventory.environments.items():
        domains = cast("dict[str, str]", document.mapping().get("domains", {}))
        found[name] = frozenset(host.lower() for host in domains.values())
    return found


def known_texts(values: Mapping[str, object]) -> dict[str, str]:
    """Return an app's values as text.

    Raises:
        InputError: Some are not known.
    """
    unknown = {n: v for n, v in values.items() if isinstance(v, Unknown)}
    if unknown:
        first = next(iter(unknown.values()))
        source = first.output if first.step == UNGIVEN else f"step {first.step}"
        raise InputError(
            f"{len(unknown)} variables have no known value: {', '.join(sorted(unknown))}",
            hint=f"The first needs {source}; provision the environment, or give it a "
            "value of its own in inventory/variables.",
        )
    return {name: text_of(value) for name, value in values.items()}
