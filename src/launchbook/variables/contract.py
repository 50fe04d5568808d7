"""The environment-variable contract: what each app asks for, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, cast

from launchbook.config.text import Reference, is_secret, split
from launchbook.config.view import NOT_WRITTEN, is_required
from launchbook.model.source import public_digest
from launchbook.redact import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.config.inventory import Inventory
    from launchbook.config.yaml import Document
    from launchbook.errors import Location

PUBLIC_PREFIX: Final = "NEXT_PUBLIC_"
"""Next.js builds variables of this prefix into pages that everybody may read."""


class Kind(StrEnum):
    """What a variable's text must be."""

    STRING = "string"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    URL = "url"
    LIST = "list"
    ENUM = "enum"
    DURATION = "duration"


class Source(StrEnum):
    """Where a value comes from."""

    NONE = "none"
    LITERAL = "literal"
    INVENTORY = "inventory"
    REFERENCE = "secret"
    OUTPUT = "output"
    PLATFORM = "platform"
    GENERATED = "generated"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Limits:
    """Smallest and largest number; None is no limit."""

    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of the contract.

    Attributes:
        limits: Of a number, in environments that ``limits_in`` does not name.
        limits_in: Environment to its own limits.
        min_length: Fewest characters.
        max_length: Most characters; None is no limit.
        pattern: What the whole text must match; empty is anything.
        options: The values of an enum.
        schemes: The schemes of a URL.
        items: What the entries of a list must be.
        required_in: Environments where it must have a value.
        is_secret: Whether no output may show it.
        is_build_time: Whether it is read while the app is built.
        is_written: Whether we set it; the platform does otherwise.
        location: Where its contract stands.
        is_sealed: Whether no platform shows it again; None where nobody said so.
        unread: Why no code reads it; empty where code does.
        sources: Environment to where its value comes from.
    """

    name: str
    description: str
    kind: Kind
    limits: Limits
    limits_in: Mapping[str, Limits]
    min_length: int
    max_length: int | None
    pattern: str
    options: tuple[str, ...]
    schemes: tuple[str, ...]
    items: Kind
    required_in: frozenset[str]
    is_secret: bool
    is_build_time: bool
    is_written: bool
    location: Location
    is_sealed: bool | None = None
    unread: str = ""
    sources: Mapping[str, Source] = field(default_factory=dict)

    @property
    def is_public(self) -> bool:
        """Whether everybody may read it, by its name."""
        return self.name.startswith(PUBLIC_PREFIX)

    @property
    def is_required(self) -> bool:
        """Whether it must have a value in every environment."""
        return bool(self.sources) and self.required_in >= set(self.sources)

    def limits_of(self, environment: str) -> Limits:
        """Return the limits of a number in an environment."""
        return self.limits_in.get(environment, self.limits)


@dataclass(frozen=True, slots=True)
class Contract:
    """The variables of one app, by name.

    Attributes:
        strays: Key that is not set here to its policy.
    """

    app: str
    variables: Mapping[str, Variable]
    strays: Mapping[str, str] = field(default_factory=dict)

    def names(self) -> tuple[str, ...]:
        """Return the names that we write, sorted."""
        return tuple(
            sorted(name for name, each in self.variables.items() if each.is_written)
        )


_PROVIDERS: Final = {
    "platform": Source.PLATFORM,
    "launchbook": Source.GENERATED,
    "code": Source.CODE,
}


def read_contracts(inventory: Inventory) -> Mapping[str, Contract]:
    """Return the contract of each app of an inventory."""
    environments = tuple(inventory.environments)
    return {
        app: _read_contract(app, document, environments)
        for app, document in inventory.variables.items()
    }


def variables_digest(values: Mapping[str, object]) -> str:
    """Return the SHA-256 of an app's public variables, as its build shows it.

    Args:
        values: Name to resolved value; others than ``NEXT_PUBLIC_*`` do not count.
    """
    return public_digest(
        {
            name: value.reveal() if isinstance(value, Secret) else str(value)
            for name, value in values.items()
            if name.startswith(PUBLIC_PREFIX)
        }
    )


def _read_contract(
    app: str, document: Document, environments: tuple[str, ...]
) -> Contract:
    entries = cast("dict[str, dict[str, Any]]", document.mapping()["variables"])
    return Contract(
        app,
        {
            name: _read_variable(
                name,
                entry,
                document.locate(f"/variables/{name}", key=True),
                environments,
            )
            for name, entry in entries.items()
        },
        cast("dict[str, str]", document.mapping().get("strays", {})),
    )


def _read_variable(
    name: str,
    entry: Mapping[str, Any],
    location: Location,
    environments: tuple[str, ...],
) -> Variable:
    return Variable(
        name=name,
        description=entry["description"],
        kind=Kind(entry["type"]),
        limits=_read_limits(entry),
        limits_in={
            environment: _read_limits(each)
            for environment, each in entry.get("limits", {}).items()
        },
        min_length=entry.get("min_length", 0),
        max_length=entry.get("max_length"),
        pattern=entry.get("pattern", ""),
        options=tuple(entry.get("options", ())),
        schemes=tuple(entry.get("schemes", ("https", "http"))),
        items=Kind(entry.get("items", Kind.STRING)),
        required_in=frozenset(
            each for each in environments if is_required(entry, each)
        ),
        is_secret=entry["secret"],
        is_build_time=entry["phase"] == "build",
        is_written=entry.get("provided_by") not in NOT_WRITTEN,
        location=location,
        is_sealed=entry.get("sealed"),
        unread=entry.get("unread", ""),
        sources={each: _source(entry, each) for each in environments},
    )


def _source(entry: Mapping[str, Any], environment: str) -> Source:
    """Where a value comes from, by how it is written."""
    provider = _PROVIDERS.get(entry.get("provided_by", ""))
    if provider is not None:
        return provider
    value = entry.get("values", {}).get(environment, entry.get("value"))
    if value is None:
        return Source.NONE
    texts = [str(each) for each in (value if isinstance(value, list) else [value])]
    if any(is_secret(text) for text in texts):
        return Source.REFERENCE
    parts = [part for text in texts for part in split(text)]
    references = [part.path for part in parts if isinstance(part, Reference)]
    if any(path.startswith("steps.") for path in references):
        return Source.OUTPUT
    return Source.INVENTORY if references else Source.LITERAL


def _read_limits(entry: Mapping[str, Any]) -> Limits:
    return Limits(entry.get("minimum"), entry.get("maximum"))
