"""Signatures: which person looked at which variable, and whether that still holds.

A signature is bound to what was looked at: the variable's declaration and the keyed
fingerprint of its value. When one of them changes, the item is open again.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from launchbook.digest import digest
from launchbook.model.change import Unknown
from launchbook.variables.check import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from launchbook.model.record import Record
    from launchbook.variables.contract import Contract, Variable

EVENT: Final = "variables-signed"


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed an item, when, on what grounds, and what for."""

    actor: str
    at: datetime
    note: str
    bound_to: str


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a person is to look at.

    Attributes:
        name: As ``backend JWT_SECRET``.
        question: What to make sure of.
        bound_to: Digest of declaration and value as they are now.
        signature: The newest one; None where nobody signed.
    """

    name: str
    question: str
    bound_to: str
    signature: Signature | None = None

    @property
    def status(self) -> str:
        """``signed``, ``changed since`` or ``open``."""
        if self.signature is None:
            return "open"
        return "signed" if self.signature.bound_to == self.bound_to else "changed since"


def items_of(
    contracts: Mapping[str, Contract],
    values: Mapping[str, Mapping[str, object]],
    fingerprint: Callable[[str], str],
    signatures: Mapping[str, Signature],
) -> tuple[Item, ...]:
    """Return the list: every variable that is set from here, app by app."""
    return tuple(
        Item(
            f"{app} {name}",
            _question(variable),
            _bound_to(variable, values[app][name], fingerprint),
            signatures.get(f"{app} {name}"),
        )
        for app, contract in contracts.items()
        for name, variable in contract.variables.items()
        if name in values.get(app, {})
    )


def read_signatures(records: Iterable[Record]) -> dict[str, Signature]:
    """Return the newest signature of each item.

    Args:
        records: Of one environment, oldest first.
    """
    found: dict[str, Signature] = {}
    for record in records:
        items = record.evidence.get("items")
        if record.evidence.get("event") != EVENT or not isinstance(items, dict):
            continue
        note = str(record.evidence.get("note", ""))
        for name, bound_to in items.items():
            found[str(name)] = Signature(record.actor, record.at, note, str(bound_to))
    return found


def _bound_to(
    variable: Variable, value: object, fingerprint: Callable[[str], str]
) -> str:
    declaration = asdict(variable)
    # Where it stands in its file says nothing about what it is.
    del declaration["location"]
    seen = "later" if isinstance(value, Unknown) else fingerprint(text_of(value))
    return digest([_plain(declaration), seen])[:32]


def _plain(value: object) -> object:
    """A declaration as JSON: sets sorted."""
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value


def _question(variable: Variable) -> str:
    if variable.is_secret:
        return "made for this environment alone, and known to nobody who left"
    if variable.is_public:
        return "may be read by everybody"
    return "right for this environment"
