"""References: ``${...}`` into the inventory and into other steps' outputs.

A string that is exactly one reference keeps the type of what it refers to; inside
a longer text the value is written out. What the platforms answered (the outputs of
steps) is data: references inside it are never followed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from launchbook.config.nearest import suggestion
from launchbook.config.text import FILE, Part, Reference, is_secret, split
from launchbook.config.yaml import escape
from launchbook.errors import (
    CircularReference,
    InvalidValue,
    Location,
    UnknownReference,
)
from launchbook.model.change import Unknown
from launchbook.redact import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence


STEPS: Final = "steps"
OUTPUTS: Final = "outputs"


class Locator(Protocol):
    """Says where the thing at a JSON pointer stands."""

    def __call__(self, pointer: str, *, key: bool = False) -> Location:
        """Return the place of a value, or of its key."""
        ...


@dataclass(frozen=True, slots=True)
class Text:
    """A value of the roots that always resolves to text.

    Attributes:
        value: A scalar, or a list that is written with commas.
    """

    value: object


class _Absent:
    """Marks what a path does not lead to."""


ABSENT: Final = _Absent()


class Resolver:
    """Follows references.

    Args:
        roots: First name of a path to its values, as ``inventory``; a root that
            is None exists and cannot be read at the moment, one that is Unknown
            makes everything below it Unknown.
        secrets: Gives the value behind ``secret:NAME``, ``env:NAME``, ``file:path``.
        steps: Ids of the steps that may be referred to; not checked when None.
        locate: Where the value at a path of the roots stands, for error messages.
    """

    def __init__(
        self,
        roots: Mapping[str, object],
        *,
        secrets: Callable[[str], Secret],
        steps: Collection[str] | None = None,
        locate: Callable[[str], Location | None] = lambda _path: None,
    ) -> None:
        self.roots = roots
        self.read_secret = secrets
        self.step_ids = steps
        self.locate = locate

    def dependencies(
        self, value: object, where: Locator | None = None
    ) -> frozenset[str]:
        """Return the ids of the steps that a value needs, also by way of the roots.

        Raises:
            UnknownReference, CircularReference: See ``resolve``.
        """
        return frozenset(_follow(self, value, where).steps)

    def secrets(self, value: object, where: Locator | None = None) -> frozenset[str]:
        """Return the secret references that a value needs, as ``secret:JWT_SECRET``.

        Raises:
            UnknownReference, CircularReference: See ``resolve``.
        """
        return frozenset(_follow(self, value, where).secrets)

    def resolve(
        self,
        value: object,
        outputs: Mapping[str, Mapping[str, object]],
        where: Locator | None = None,
    ) -> object:
        """Return a value with all references replaced.

        Secrets stay ``Secret``, and make a Secret of any text around them. What
        a step has not put out yet is ``Unknown``, and so is any text around it.

        Args:
            value: A JSON-like value.
            outputs: Step id to its outputs, as far as they are known.
            where: Places of the value's parts, for error messages.

        Raises:
            UnknownReference: A reference names nothing.
            CircularReference: References lead back to themselves.
            InvalidValue: A mapping or list inside a text.
        """
        return _Resolution(self, outputs, where).value(value, "")


def _follow(resolver: Resolver, value: object, where: Locator | None) -> _Resolution:
    """Resolve without any output or secret, to see what is needed."""
    resolution = _Resolution(resolver, {}, where, is_dry=True)
    resolution.value(value, "")
    return resolution


class _Resolution:
    """One pass over one value."""

    def __init__(
        self,
        resolver: Resolver,
        outputs: Mapping[str, Mapping[str, object]],
        where: Locator | None,
        *,
        is_dry: bool = False,
    ) -> None:
        self.steps: set[str] = set()
        self.secrets: set[str] = set()
        self._resolver = resolver
        self._outputs = outputs
        self._where = where
        self._is_dry = is_dry
        # Paths that are followed now, and where in each of their values, and
        # before them in the value that was asked for, we are.
        self._chain: list[str] = []
        self._pointers: list[str] = [""]

    def value(self, value: object, pointer: str) -> object:
        """Resolve a value that stands at ``pointer`` of what is followed now."""
        if isinstance(value, dict):
            return {
                name: self.value(item, f"{pointer}/{escape(name)}")
                for name, item in value.items()
            }
        if isinstance(value, list | tuple):
            return [
                self.value(item, f"{pointer}/{index}")
                for index, item in enumerate(value)
            ]
        self._pointers[-1] = pointer
        if isinstance(value, Text):
            return self._as_text(value.value)
        return self._string(value) if isinstance(value, str) else value

    def _string(self, text: str) -> object:
        if FILE.fullmatch(text):
            return self._file(text)
        if is_secret(text):
            return self._secret(text)
        parts = split(text)
        if len(parts) == 1:
            return self._part(parts[0])
        return self._join([self._part(part) for part in parts])

    def _part(self, part: Part) -> object:
        return self._reference(part) if isinstance(part, Reference) else part

    def _file(self, text: str) -> object:
        """A file's path may itself hold references."""
        path = self._join([self._part(part) for part in split(text)])
        return path if isinstance(path, Unknown) else self._secret(_reveal(path))

    def _secret(self, reference: str) -> object:
        self.secrets.add(reference)
        if self._is_dry:
            return Secret("")
        return self._resolver.read_secret(reference)

    def _as_text(self, value: object) -> object:
        resolved = self.value(value, "")
        if not isinstance(resolved, list):
            return self._join([resolved])
        parts: list[object] = []
        for index, item in enumerate(resolved):
            parts += [",", item] if index else [item]
        return self._join(parts)

    def _join(self, parts: Sequence[object]) -> object:
        """Write values one after the other: Unknown wins, then Secret."""
        for part in parts:
            if isinstance(part, Unknown):
                return part
        text = "".join(self._written(part) for part in parts)
        is_tainted = any(isinstance(part, Secret) for part in parts)
        return Secret(text) if is_tainted else text

    def _written(self, part: object) -> str:
        if isinstance(part, bool):
            return "true" if part else "false"
        if isinstance(part, str | int | float | Secret):
            return _reveal(part)
        kind = "nothing" if part is None else f"a {_kind(part)}"
        raise InvalidValue(
            f"{kind} cannot be written into a text",
            hint="Let the value be that reference alone, or name a text below it.",
            location=self._location(),
        )

    def _reference(self, reference: Reference) -> object:
        path = reference.path
        if not reference.is_well_formed:
            raise self._unknown(
                path,
                "Write dotted names, such as `${inventory.name}`; "
                "a literal `${` is written `$${`.",
            )
        if path in self._chain:
            raise self._circle(path)
        self._chain.append(path)
        self._pointers.append("")
        try:
            first, *rest = path.split(".")
            if first == STEPS:
                return self._output(path, rest)
            return self._root(first, rest)
        finally:
            self._chain.pop()
            self._pointers.pop()

    # --- outputs of steps ----------------------------------------------------

    def _output(self, path: str, rest: list[str]) -> object:
        if len(rest) < 3 or rest[1] != OUTPUTS:
            raise self._unknown(
                path, "Write `${steps.ID.outputs.NAME}` with a step's id."
            )
        step, _, name, *deeper = rest
        known = self._resolver.step_ids
        if known is not None and step not in known:
            raise self._unknown(path, suggestion(step, known, what="step"))
        self.steps.add(step)
        value = self._outputs.get(step, {}).get(name, Unknown(step, name))
        return self._descend(value, path, deeper)

    def _descend(self, value: object, path: str, names: Sequence[str]) -> object:
        """Go further down in a value that is final."""
        for name in names:
            if isinstance(value, Unknown):
                return value
            below = _child(value, name)
            if below is ABSENT:
                raise self._unknown(path, suggestion(name, _names(value), what="key"))
            value = below
        return value

    # --- the roots -----------------------------------------------------------

    def _root(self, first: str, names: list[str]) -> object:
        roots = self._resolver.roots
        path = ".".join([first, *names])
        if first not in roots:
            hint = suggestion(first, {*roots, STEPS}, what="first name")
            raise self._unknown(path, hint)
        if roots[first] is None:
            raise self._unknown(
                path, "Start the sandbox, which says what it is: `invoke sandbox.up`."
            )
        value = roots[first]
        if isinstance(value, Unknown):
            return value
        for index, name in enumerate(names):
            below = _child(value, name)
            if below is ABSENT and isinstance(value, str | Text):
                # The way goes on behind a reference.
                target = self.value(value, "")
                return self._descend(target, path, names[index:])
            if below is ABSENT:
                raise self._unknown(path, suggestion(name, _names(value), what="key"))
            value = below
        return self.value(value, "")

    # --- errors --------------------------------------------------------------

    def _unknown(self, path: str, hint: str) -> UnknownReference:
        is_followed = self._chain[-1:] == [path]
        holders = self._chain[:-1] if is_followed else self._chain
        chain = [*holders, path]
        shown = " -> ".join(f"${{{each}}}" for each in chain)
        return UnknownReference(
            f"{shown} names nothing",
            hint=hint,
            location=self._location(len(holders)),
            details={"chain": chain},
        )

    def _circle(self, path: str) -> CircularReference:
        chain = [*self._chain[self._chain.index(path) :], path]
        shown = " -> ".join(f"${{{each}}}" for each in chain)
        return CircularReference(
            f"references lead back to themselves: {shown}",
            hint=f"Give one of these a value of its own; `invoke inventory.explain "
            f"{path}` shows where they stand.",
            location=self._location(),
            details={"chain": chain},
        )

    def _location(self, holders: int | None = None) -> Location | None:
        """Where the text stands that is read now.

        Args:
            holders: How many paths of the chain lead to that text; all of them
                when left out.
        """
        depth = len(self._chain) if holders is None else holders
        for index in range(depth, 0, -1):
            inside = self._pointers[index].replace("/", ".")
            found = self._resolver.locate(self._chain[index - 1] + inside)
            if found is not None:
                return found
        return self._where(self._pointers[0]) if self._where else None


def _child(value: object, name: str) -> object:
    """Return what is below a mapping or list, or ABSENT."""
    if isinstance(value, dict):
        return value.get(name, ABSENT)
    if isinstance(value, list | tuple) and name.isdecimal() and int(name) < len(value):
        return value[int(name)]
    return ABSENT


def _names(value: object) -> list[str]:
    """Names that lead further down."""
    if isinstance(value, dict):
        return list(value)
    if isinstance(value, list | tuple):
        return [str(index) for index in range(len(value))]
    return []


def _reveal(part: object) -> str:
    """The text of a scalar; a Secret's too, since what holds it becomes one."""
    return part.reveal() if isinstance(part, Secret) else str(part)


def _kind(part: object) -> str:
    """What people call it."""
    return "list" if isinstance(part, list | tuple) else "mapping"
