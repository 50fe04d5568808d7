"""YAML as plain data, with the place of every key and value.

Differences to what PyYAML does by itself: scalars follow the YAML 1.2 core schema
(``no`` is a string, ``010`` is ten), a key that stands twice is refused, and so
are anchors, aliases and tags: whoever reads a file sees where a value comes from.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import yaml

from launchbook.errors import DuplicateKey, FileMissing, InvalidYaml, Location

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

if TYPE_CHECKING:
    from yaml import SafeLoader as BaseLoader
else:
    # libyaml reads about ten times faster; not every build of PyYAML has it.
    BaseLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

LONGEST_NUMBER: Final = 40
"""Characters of an integer; what is longer is an identifier without quotes."""

STRING: Final = "tag:yaml.org,2002:str"
NULL: Final = "tag:yaml.org,2002:null"
BOOLEAN: Final = "tag:yaml.org,2002:bool"
INTEGER: Final = "tag:yaml.org,2002:int"
FLOAT: Final = "tag:yaml.org,2002:float"

# YAML 1.2.2, section 10.3.2: the core schema.
CORE: Final = (
    (NULL, re.compile(r"null|Null|NULL|~|"), ("n", "N", "~", "")),
    (BOOLEAN, re.compile(r"true|True|TRUE|false|False|FALSE"), tuple("tTfF")),
    (
        INTEGER,
        re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"),
        tuple("-+0123456789"),
    ),
    (
        FLOAT,
        re.compile(
            r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"
            r"|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
        ),
        tuple("-+.0123456789"),
    ),
)


class CoreLoader(BaseLoader):
    """PyYAML's loader with the core schema's scalars."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own class attribute, replaced as a whole


for _tag, _pattern, _first in CORE:
    CoreLoader.add_implicit_resolver(
        _tag, re.compile(rf"(?:{_pattern.pattern})\Z"), list(_first)
    )


@dataclass(frozen=True, slots=True)
class Mark:
    """Line and column, counted from 1, of a value and of its key, if it has one."""

    value: tuple[int, int]
    key: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML file.

    Attributes:
        name: The file's name as people are shown it.
        value: Mappings, lists and scalars as JSON knows them.
        marks: JSON pointer to place.
    """

    name: str
    value: object
    marks: Mapping[str, Mark]

    def locate(self, pointer: str, *, key: bool = False) -> Location:
        """Return where the thing at a JSON pointer stands.

        What is absent is located at the nearest thing above it.

        Args:
            pointer: Such as ``/apps/backend/root``; empty is the whole file.
            key: Point at the key instead of its value.
        """
        present = pointer
        while present and present not in self.marks:
            present = present.rpartition("/")[0]
        mark = self.marks.get(present, Mark((1, 1), (1, 1)))
        line, column = mark.key if key else mark.value
        return Location(self.name, line, column, pointer)

    def mapping(self) -> Mapping[str, object]:
        """Return the value; an empty mapping where the file holds none."""
        return self.value if isinstance(self.value, dict) else {}


def escape(key: str) -> str:
    """Return a key as a part of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")


def pointer_of(path: tuple[str | int, ...]) -> str:
    """Return the JSON pointer of a path of keys and indexes."""
    return "".join(f"/{escape(str(part))}" for part in path)


def load(path: Path, *, name: str | None = None) -> Document:
    """Read one file.

    Args:
        path: The file.
        name: What people are shown; the path when left out.

    Raises:
        FileMissing: It is not there, or cannot be read.
        InvalidYaml, DuplicateKey: See ``parse``.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise FileMissing(
            f"{name or path} cannot be read: {error.strerror}",
            hint=f"Create {path}, or make a working folder with `launchbook init DIR`.",
        ) from error
    except UnicodeDecodeError as error:
        raise InvalidYaml(
            f"{name or path} is not UTF-8 text (byte {error.start})",
            hint=f"Save {path} as UTF-8.",
        ) from error
    return parse(text, name or str(path))


def parse(text: str, name: str) -> Document:
    """Read YAML from text.

    Raises:
        InvalidYaml: No YAML, or with anchors, aliases, tags, or keys that are
            not strings.
        DuplicateKey: One mapping holds a key twice.
    """
    try:
        _refuse_indirection(text, name)
        node = yaml.compose(text, Loader=CoreLoader)
        reader = _Reader(name)
        value = None if node is None else reader.read(node, "", _place(node))
    except yaml.YAMLError as error:
        raise _syntax_error(error, name) from error
    except RecursionError as error:
        raise InvalidYaml(
            "the file nests too deeply",
            hint="Remove levels; an inventory needs fewer than ten.",
            location=Location(name, 1),
        ) from error
    return Document(name, value, reader.marks)


def _refuse_indirection(text: str, name: str) -> None:
    """Refuse anchors, aliases and tags: a value is written where it is used."""
    if not any(sign in text for sign in "&*!"):
        return
    for event in yaml.parse(text, Loader=CoreLoader):
        if found := _indirection(event):
            raise InvalidYaml(
                f"{found} is not read here",
                hint="Write the value itself, or a reference such as "
                "`${inventory.name}`.",
                location=_location(name, event.start_mark),
            )


class _Position(Protocol):
    """PyYAML's mark, of its C part and of its Python part."""

    line: int
    column: int


def _indirection(event: yaml.Event) -> str:
    """Name the anchor, alias or tag of an event; empty when it has none."""
    anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
    if isinstance(event, yaml.AliasEvent):
        return f"the alias *{anchor}"
    if anchor:
        return f"the anchor &{anchor}"
    return f"the tag {tag}" if tag else ""


def _location(name: str, mark: _Position | None) -> Location:
    """Turn PyYAML's mark, which counts from 0, into a location."""
    return Location(name, mark.line + 1, mark.column + 1) if mark else Location(name, 1)


def _syntax_error(error: yaml.YAMLError, name: str) -> InvalidYaml:
    """Turn PyYAML's complaint into ours."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error).partition("\n")[0]
    context = getattr(error, "context", None)
    return InvalidYaml(
        f"{context}: {problem}" if context else problem,
        hint="Mend the YAML there; a text that holds `: `, ` #` or starts with a "
        "sign needs quotes.",
        location=_location(name, mark),
    )


def _place(node: yaml.Node) -> tuple[int, int]:
    """Line and column of a node, counted from 1."""
    return node.start_mark.line + 1, node.start_mark.column + 1


class _Reader:
    """Turns nodes into values and notes where each stands."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.marks: dict[str, Mark] = {}

    def read(self, node: yaml.Node, pointer: str, key: tuple[int, int]) -> object:
        self.marks[pointer] = Mark(_place(node), key)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, pointer)
        if isinstance(node, yaml.SequenceNode):
            return [
                self.read(item, f"{pointer}/{index}", _place(item))
                for index, item in enumerate(node.value)
            ]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, pointer: str) -> dict[str, object]:
        found: dict[str, object] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            below = f"{pointer}/{escape(key)}"
            if key in found:
                raise self._duplicate(key, below, key_node)
            found[key] = self.read(value_node, below, _place(key_node))
        return found

    def _key(self, node: yaml.Node) -> str:
        if isinstance(node, yaml.ScalarNode) and node.tag == STRING:
            return str(node.value)
        what = f"`{node.value}`" if isinstance(node, yaml.ScalarNode) else "this key"
        raise InvalidYaml(
            f"{what} is not a string, and keys are",
            hint=f'Put the key in quotes: "{node.value}".'
            if isinstance(node, yaml.ScalarNode)
            else "Use a plain word as the key.",
            location=Location(self._name, *_place(node)),
        )

    def _duplicate(self, key: str, pointer: str, node: yaml.Node) -> DuplicateKey:
        line, column = _place(node)
        first = self.marks[pointer].key[0]
        return DuplicateKey(
            f"the key `{key}` stands in line {first} and again in line {line}",
            hint=f"Remove one of the two lines from {self._name}.",
            location=Location(self._name, line, column, pointer),
            details={"first_line": first},
        )

    def _scalar(self, node: yaml.Node) -> object:
        text = str(node.value)
        if node.tag == NULL:
            return None
        if node.tag == BOOLEAN:
            return text.lower() == "true"
        if node.tag == INTEGER:
            return self._integer(text, node)
        if node.tag == FLOAT:
            return self._float(text, node)
        return text

    def _integer(self, text: str, node: yaml.Node) -> int:
        """Read an integer of the core schema: a leading zero means nothing."""
        if len(text) > LONGEST_NUMBER:
            raise self._unusable_number(node)
        base = {"0o": 8, "0x": 16}.get(text[:2], 10)
        return int(text[2:] if base != 10 else text, base)

    def _float(self, text: str, node: yaml.Node) -> float:
        number = float(re.sub(r"\.(?=inf|nan)", "", text.lower()))
        if not math.isfinite(number):
            raise self._unusable_number(node)
        return number

    def _unusable_number(self, node: yaml.Node) -> InvalidYaml:
        return InvalidYaml(
            f"{node.value[:LONGEST_NUMBER]} is not a number that is read here",
            hint="Write a finite, ordinary number, or put the text in quotes.",
            location=Location(self._name, *_place(node)),
        )
