"""Checks resolved values against the contract, before anything is created."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from launchbook.errors import InvalidVariable
from launchbook.model.change import Unknown
from launchbook.redact import Secret
from launchbook.variables.rule import faults_of, name_fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from launchbook.errors import Location
    from launchbook.variables.contract import Contract, Variable


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that breaks the contract; the text never holds a value."""

    app: str
    name: str
    text: str
    location: Location | None

    def __str__(self) -> str:
        place = f"{self.location.file}:{self.location.line}: " if self.location else ""
        return f"{place}{self.app} {self.name} {self.text}"


@dataclass(frozen=True, slots=True)
class Rules:
    """What the values are for.

    Attributes:
        environment: The environment's name.
        is_local_allowed: Whether addresses of this machine are right, as on the
            sandbox (``View.is_local_allowed``).
        locate: Where the value of ``variables.APP.NAME`` stands (``View.locate``).
    """

    environment: str
    is_local_allowed: bool
    locate: Callable[[str], Location | None] = lambda _path: None


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
        InvalidVariable: It names every variable; ``problems`` of its details says
            what is wrong with each, without values.
    """
    faults = find_faults(contracts, values, rules)
    if not faults:
        return
    first = faults[0]
    names = dict.fromkeys(f"{each.app} {each.name}" for each in faults)
    verb = "breaks" if len(names) == 1 else "break"
    raise InvalidVariable(
        f"{', '.join(names)} {verb} the variable contract",
        hint=f"Correct the value; `invoke inventory.explain variables.{first.app}."
        f"{first.name} --environment {rules.environment}` shows where it comes from.",
        location=first.location,
        details={"problems": [str(each) for each in faults]},
    )


def find_faults(
    contracts: Mapping[str, Contract],
    values: Mapping[str, Mapping[str, object]],
    rules: Rules,
) -> tuple[Fault, ...]:
    """Return every problem, in the order of the contracts."""
    secrets = _secret_texts(contracts, values)
    return tuple(
        Fault(app, name, text, rules.locate(f"variables.{app}.{name}"))
        for app, contract in contracts.items()
        if app in values
        for name, variable in contract.variables.items()
        for text in _faults(variable, values[app].get(name), rules, secrets)
    )


def _faults(
    variable: Variable, value: object, rules: Rules, secrets: Mapping[str, str]
) -> Iterator[str]:
    if fault := name_fault(variable):
        yield fault
    if isinstance(value, Unknown) or not variable.is_written:
        return
    text = _text(value)
    if not text:
        if rules.environment in variable.required_in:
            yield f"has no value, and {rules.environment} requires one"
        return
    if variable.is_public and text in secrets:
        yield f"is public, and holds the value of the secret {secrets[text]}"
    yield from faults_of(
        variable,
        text,
        environment=rules.environment,
        is_local_allowed=rules.is_local_allowed,
    )


def _secret_texts(
    contracts: Mapping[str, Contract], values: Mapping[str, Mapping[str, object]]
) -> dict[str, str]:
    """Known values of all secret variables, to the variable's name."""
    return {
        text: name
        for app, contract in contracts.items()
        for name, variable in contract.variables.items()
        if variable.is_secret and (text := _text(values.get(app, {}).get(name)))
    }


def _text(value: object) -> str:
    """The text that the app will read; empty where there is none yet."""
    if value is None or isinstance(value, Unknown):
        return ""
    if isinstance(value, Secret):
        return value.reveal()
    return str(value).lower() if isinstance(value, bool) else str(value)
