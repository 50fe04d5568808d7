"""The inventory as one environment on one set of platforms sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final, cast

from launchbook.config.reference import Resolver, Text
from launchbook.config.text import SECRET as SECRET_REFERENCE
from launchbook.config.text import Reference, is_secret, split
from launchbook.config.yaml import escape
from launchbook.model.change import Unknown
from launchbook.redact import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from launchbook.config.yaml import Document
    from launchbook.errors import Location

Entry = dict[str, object]

NOT_WRITTEN: Final = frozenset({"platform", "launchbook", "code"})
"""``provided_by`` of a variable that the inventory does not set, as PORT."""


def always(_reference: str) -> bool:
    """Take every secret for one that has a value."""
    return True


@dataclass(frozen=True, slots=True)
class Link:
    """One reference on the way to a value.

    Attributes:
        path: As ``inventory.name``.
        text: What stands there, as written.
        location: Where; None for what is not in a file.
    """

    path: str
    text: object
    location: Location | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Where a value comes from.

    Attributes:
        key: What was asked for.
        value: The value as far as it is known; secrets are ``Secret``, outputs of
            steps are ``Unknown``, and so is what a sandbox would say that does not
            run (``Unknown.step`` is then ``sandbox``).
        location: Where the value, or the first reference to it, stands.
        chain: Every reference on the way, beginning with the key itself.
    """

    key: str
    value: object
    location: Location | None
    chain: tuple[Link, ...]


@dataclass(frozen=True)
class View:
    """See ``Inventory.view``, which makes it."""

    name: str
    product: Document
    environment: Document
    platform: Document
    variables: Mapping[str, Document]
    facts: Mapping[str, object] | None
    has_secret: Callable[[str], bool]
    environments: Mapping[str, Document] = field(default_factory=dict)
    checklist: Document | None = None
    capsule: Mapping[str, object] | None = None
    serving: Mapping[str, object] | None = None

    @cached_property
    def roots(self) -> Mapping[str, object]:
        """What references start from: a first name to its values."""
        return {
            "inventory": self.product.value,
            "environment": self.environment.value,
            "platform": self.platform.value,
            "variables": {
                app: self._app_variables(document)
                for app, document in self.variables.items()
            },
            "contracts": {
                app: _contract_facts(document)
                for app, document in self.variables.items()
            },
            "environments": {n: each.value for n, each in self.environments.items()},
            "checklist": None if self.checklist is None else self.checklist.value,
            "capsule": _known(self.capsule, "rollback", "capsule"),
            "serving": _known(self.serving, "release", "serving"),
            "sandbox": None if self.facts is None else dict(self.facts),
        }

    @property
    def is_generating_secrets(self) -> bool:
        """Whether missing secrets may be made up."""
        policy = cast("Entry", self.platform.mapping().get("secrets", {}))
        return policy.get("generate") is True

    @property
    def is_local_allowed(self) -> bool:
        """Whether addresses of this machine are right as values of variables.

        They are on the sandbox, and in an environment that serves nobody: one
        without a host name of its own.
        """
        is_private = not self.environment.mapping().get("domains")
        return self.platform.mapping().get("is_local") is True or is_private

    def resolver(
        self,
        secrets: Callable[[str], Secret],
        *,
        steps: Collection[str] | None = None,
    ) -> Resolver:
        """Return a resolver of references to the inventory and to steps.

        Args:
            secrets: Gives the values behind secret references.
            steps: Ids of the steps that may be referred to; not checked when None.
        """
        return Resolver(self.roots, secrets=secrets, steps=steps, locate=self.locate)

    def locate(self, path: str) -> Location | None:
        """Return where the value at a dotted path stands; None without a file."""
        first, *names = path.split(".")
        documents = {
            "inventory": self.product,
            "environment": self.environment,
            "platform": self.platform,
        }
        if first in documents:
            return documents[first].locate(_pointer(names))
        if first == "environments" and names and names[0] in self.environments:
            return self.environments[names[0]].locate(_pointer(names[1:]))
        if first == "checklist" and self.checklist is not None:
            return self.checklist.locate(_pointer(names))
        if first != "variables" or not names or names[0] not in self.variables:
            return None
        return self._locate_variable(self.variables[names[0]], names[1:])

    def explain(self, key: str, *, steps: Collection[str] | None = None) -> Explanation:
        """Say where a value comes from.

        Args:
            key: As ``variables.backend.DATABASE_URL``.
            steps: Ids of the steps that may be referred to; not checked when None.

        Raises:
            UnknownReference: The key names nothing.
            CircularReference: References lead back to themselves.
        """
        roots = dict(self.roots)
        if self.facts is None:
            roots["sandbox"] = Unknown("sandbox", "facts")
        resolver = Resolver(roots, secrets=Secret, steps=steps, locate=self.locate)
        value = resolver.resolve("${" + key + "}", {})
        links = tuple(self._links(key, []))
        return Explanation(key, value, self.locate(key), links)

    def _links(self, path: str, seen: list[str]) -> list[Link]:
        """The way from a path on, depth first, each path once."""
        if path in seen:
            return []
        seen.append(path)
        raw = _raw(self.roots, path)
        links = [Link(path, raw, self.locate(path))]
        for below in _paths(raw):
            links += self._links(below, seen)
        return links

    # --- variables -----------------------------------------------------------

    def _app_variables(self, document: Document) -> dict[str, object]:
        """Name to value, for those that have one in this environment."""
        entries = cast("dict[str, Entry]", document.mapping()["variables"])
        found: dict[str, object] = {}
        for name, entry in entries.items():
            value = self._written(entry)
            if value is not None and self._is_set(entry, value):
                found[name] = Text(value)
        return found

    def _written(self, entry: Entry) -> object:
        """What is written for this environment; None for nothing."""
        values = cast("Entry", entry.get("values", {}))
        if self.name in values or entry.get("provided_by") not in NOT_WRITTEN:
            return values.get(self.name, entry.get("value"))
        return None

    def _is_set(self, entry: Entry, value: object) -> bool:
        """Whether an optional variable's secret is there; others always count."""
        if is_required(entry, self.name) or not isinstance(value, str):
            return True
        return not SECRET_REFERENCE.fullmatch(value) or self.has_secret(value)

    def _locate_variable(self, document: Document, names: list[str]) -> Location:
        if not names:
            return document.locate("")
        entry = f"/variables/{escape(names[0])}"
        own = f"{entry}/values/{escape(self.name)}"
        present = own if own in document.marks else f"{entry}/value"
        return document.locate(present + _pointer(names[1:]))


def _known(value: Mapping[str, object] | None, command: str, name: str) -> object:
    """A root that only one command has; for the others it is not known."""
    return Unknown(command, name) if value is None else value


def _contract_facts(document: Document) -> dict[str, object]:
    """What steps are told of an app's contract beside the values."""
    entries = cast("dict[str, Entry]", document.mapping()["variables"])
    return {
        "sealed": [name for name, entry in entries.items() if entry.get("sealed")],
        "strays": document.mapping().get("strays", {}),
    }


def is_required(entry: Mapping[str, object], environment: str) -> bool:
    """Return whether a variable of the contract must have a value somewhere."""
    required = entry.get("required", False)
    return required is True or (isinstance(required, list) and environment in required)


def _pointer(names: list[str]) -> str:
    return "".join(f"/{escape(name)}" for name in names)


def _raw(roots: Mapping[str, object], path: str) -> object:
    """What stands at a path, as written; what stands nearest above it otherwise."""
    if path.startswith("steps."):
        _, step, _, output, *_ = path.split(".")
        return Unknown(step, output)
    value: object = roots
    for name in path.split("."):
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
    return value.value if isinstance(value, Text) else value


def _paths(raw: object) -> list[str]:
    """The references inside a value, in order."""
    if isinstance(raw, Text):
        return _paths(raw.value)
    if isinstance(raw, dict):
        return [path for item in raw.values() for path in _paths(item)]
    if isinstance(raw, list):
        return [path for item in raw for path in _paths(item)]
    if not isinstance(raw, str) or (is_secret(raw) and "${" not in raw):
        return []
    return [part.path for part in split(raw) if isinstance(part, Reference)]
