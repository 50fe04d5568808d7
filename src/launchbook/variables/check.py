"""Checks resolved values against the contract, before anything is created."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from launchbook.errors import InvalidVariable
from launchbook.model.change import Unknown
from launchbook.redact import Secret
from launchbook.variables.fault import Breach, Fault, FaultKind
from launchbook.variables.leak import Leaks, declaration_faults
from launchbook.variables.place import Neighbours
from launchbook.variables.rule import faults_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from launchbook.errors import Location
    from launchbook.variables.contract import Contract, Variable


@dataclass(frozen=True, slots=True)
class Rules:
    """What the values are for.

    Attributes:
        environment: The environment's name.
        is_local_allowed: Whether addresses of this machine are right, as on the
            sandbox (``View.is_local_allowed``).
        locate: Where the value of ``variables.APP.NAME`` stands (``View.locate``).
        hosts: Environment to its host names, all of the inventory.
    """

    environment: str
    is_local_allowed: bool
    locate: Callable[[str], Location | None] = lambda _path: None
    hosts: Mapping[str, frozenset[str]] = field(default_factory=dict)


def check_values(
    contracts: Mapping[str, Contract],
    values: Mapping[str, Mapping[str, object]],
    rules: Rules,
) -> None:
    """Check every value that is known; those that are not known yet pass.

    Args:
        contracts: App to contract.
        values: App to name to resolved value, with Secrets and Unknowns.
        rules: What the values are for.

    Raises:
        InvalidVariable: See ``refuse``.
    """
    refuse(find_faults(contracts, values, rules), rules.environment)


def refuse(faults: tuple[Fault, ...], environment: str) -> None:
    """Raise when there are faults.

    Raises:
        InvalidVariable: It names every variable; ``problems`` of its details says
            what is wrong with each, without values.
    """
    if not faults:
        return
    first = faults[0]
    names = dict.fromkeys(f"{each.app} {each.name}" for each in faults)
    verb = "breaks" if len(names) == 1 else "break"
    raise InvalidVariable(
        f"{', '.join(names)} {verb} the variable contract",
        hint=_hint(first, environment),
        location=first.location,
        details={"problems": [str(each) for each in faults]},
    )


def _hint(fault: Fault, environment: str) -> str:
    """What to do about the first fault."""
    contract = f"inventory/variables/{fault.app}.yml"
    if fault.kind is FaultKind.UNDECLARED:
        return f"Declare {fault.name} in {contract}, or take the reading out."
    if fault.kind is FaultKind.UNREAD:
        return f"Take {fault.name} out of {contract}, or say why under `unread`."
    return (
        f"Correct the value; `invoke inventory.explain variables.{fault.app}."
        f"{fault.name} --environment {environment}` shows where it comes from."
    )


def find_faults(
    contracts: Mapping[str, Contract],
    values: Mapping[str, Mapping[str, object]],
    rules: Rules,
) -> tuple[Fault, ...]:
    """Return every problem, in the order of the contracts."""
    leaks = Leaks(secret_texts(contracts, values))
    neighbours = Neighbours(rules.environment, rules.hosts)
    return tuple(
        Fault(
            app,
            name,
            breach.text,
            rules.locate(f"variables.{app}.{name}"),
            breach.kind,
        )
        for app, contract in contracts.items()
        if app in values
        for name, variable in contract.variables.items()
        for breach in _Examination(rules, leaks, neighbours).breaches(
            variable, values[app].get(name)
        )
    )


@dataclass(frozen=True, slots=True)
class _Examination:
    """Everything that one value is held against."""

    rules: Rules
    leaks: Leaks
    neighbours: Neighbours

    def breaches(self, variable: Variable, value: object) -> Iterator[Breach]:
        rules, text = self.rules, text_of(value)
        yield from declaration_faults(
            variable,
            rules.environment,
            is_local_allowed=rules.is_local_allowed,
            text=text,
        )
        if isinstance(value, Unknown) or not variable.is_written:
            return
        if not text:
            if rules.environment in variable.required_in:
                missing = f"has no value, and {rules.environment} requires one"
                yield Breach(FaultKind.MISSING, missing)
            return
        yield from self.leaks.find(variable, text)
        yield from self.neighbours.find(variable, text)
        yield from faults_of(
            variable,
            text,
            environment=rules.environment,
            is_local_allowed=rules.is_local_allowed,
        )


def find_shared(
    contracts: Mapping[str, Contract],
    values: Mapping[str, Mapping[str, Mapping[str, object]]],
    rules: Rules,
) -> tuple[Fault, ...]:
    """Return the secrets of an environment that another one has too.

    Args:
        contracts: App to contract.
        values: Environment to app to name to resolved value, as far as known.
        rules: Of the environment that is looked at.
    """
    owners = {
        text: environment
        for environment, each in values.items()
        if environment != rules.environment
        for text in secret_texts(contracts, each).values()
    }
    return tuple(
        Fault(
            app,
            name,
            f"has the same value in {owners[text]}",
            rules.locate(f"variables.{app}.{name}"),
            FaultKind.SHARED,
        )
        for app, contract in contracts.items()
        for name, variable in contract.variables.items()
        if variable.is_secret
        and (text := text_of(values[rules.environment].get(app, {}).get(name)))
        in owners
    )


def secret_texts(
    contracts: Mapping[str, Contract], values: Mapping[str, Mapping[str, object]]
) -> dict[str, str]:
    """Return the known values of all secret variables, by the variable's name."""
    return {
        name: text
        for app, contract in contracts.items()
        for name, variable in contract.variables.items()
        if variable.is_secret and (text := text_of(values.get(app, {}).get(name)))
    }


def text_of(value: object) -> str:
    """Return the text that the app will read; empty where there is none yet."""
    if value is None or isinstance(value, Unknown):
        return ""
    if isinstance(value, Secret):
        return value.reveal()
    return str(value).lower() if isinstance(value, bool) else str(value)
