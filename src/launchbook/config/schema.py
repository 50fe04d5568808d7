"""JSON Schemas (draft 2020-12): what is wrong, where it stands, what to type.

A value that is not known yet (``Unknown``, or a text with a reference) satisfies
every schema: it is checked once it is known. The library behind it is imported
when the first value is checked; importing it is slow.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, cast

from launchbook.config.nearest import suggestion
from launchbook.config.package_data import schema_path
from launchbook.config.text import is_open
from launchbook.config.yaml import Document, pointer_of
from launchbook.errors import (
    InputError,
    InvalidValue,
    InventoryError,
    MissingKey,
    UnknownKey,
    WrongType,
)
from launchbook.model.change import Unknown
from launchbook.redact import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jsonschema.exceptions import ValidationError

    from launchbook.config.reference import Locator

Schema = dict[str, Any]
Path = tuple[str | int, ...]

LONGEST_SHOWN: Final = 60
TYPE_NAMES: Final = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "nothing",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that a schema refuses.

    Attributes:
        error: The class that says so.
        path: To the value; for an unknown or missing key, to the key.
        message: What and which; never a secret's value.
        hint: What to type.
    """

    error: type[InventoryError]
    path: Path
    message: str
    hint: str

    @property
    def is_about_key(self) -> bool:
        """Whether the key itself is the problem, not its value."""
        return self.error is UnknownKey


@cache
def load_schema(name: str) -> Schema:
    """Return a schema of the program, as ``playbook`` or ``steps/vercel.project``."""
    return cast("Schema", json.loads(schema_path(name).read_text(encoding="utf-8")))


def validate(document: Document, schema: Schema) -> None:
    """Check a file against a schema.

    Raises:
        UnknownKey, MissingKey, WrongType, InvalidValue: The first problem in the
            order of the file; ``problems`` of its details lists the others.
    """
    found = problems(document.value, schema)
    places = [
        document.locate(pointer_of(each.path), key=each.is_about_key) for each in found
    ]
    misspelt = {each.path[:-1] for each in found if each.is_about_key}
    ordered = sorted(
        zip(places, found, strict=True),
        # What a misspelt key beside it explains comes last.
        key=lambda pair: (
            pair[1].error is MissingKey and pair[1].path in misspelt,
            pair[0].line,
            pair[0].column,
        ),
    )
    if not ordered:
        return
    place, first = ordered[0]
    others = [f"{where}: {problem.message}" for where, problem in ordered[1:]]
    raise first.error(
        first.message,
        hint=first.hint,
        location=place,
        details={"problems": others} if others else None,
    )


def validate_value(value: object, schema: Schema, where: Locator) -> None:
    """Check a step's inputs; Secrets are looked into and never shown.

    Args:
        value: The inputs, with Secrets and Unknowns inside.
        schema: The step's schema.
        where: Gives the place of an input, as ``PlaybookEntry.locate``.

    Raises:
        InputError: The first problem; ``problems`` of its details lists the others.
    """
    found = problems(value, schema)
    if not found:
        return
    first, *rest = found
    location, *places = (
        where(pointer_of(each.path), key=each.is_about_key) for each in found
    )
    others = [
        f"{place}: {problem.message}"
        for place, problem in zip(places, rest, strict=True)
    ]
    raise InputError(
        first.message,
        hint=first.hint,
        location=location,
        details={"problems": others} if others else None,
    )


def problems(value: object, schema: Schema) -> tuple[Problem, ...]:
    """Return everything that a schema refuses in a value."""
    return tuple(
        problem
        for error in _validator(schema).iter_errors(_plain(value))
        for problem in _problems_of(error, value)
    )


def _validator(schema: Schema) -> Any:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - slow to import

    return Draft202012Validator(schema)


def _plain(value: object) -> object:
    """Make of a value what the library can read: Secrets become their text."""
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, Unknown) else value


def _at(value: object, path: Sequence[str | int]) -> object:
    """Return what a path of the library leads to in the value as it was given."""
    for part in path:
        value = cast("Any", value)[part]
    return value


def _is_open(value: object) -> bool:
    """Whether a value is not known before it is resolved."""
    return isinstance(value, Unknown) or (isinstance(value, str) and is_open(value))


def _problems_of(error: ValidationError, value: object) -> Iterator[Problem]:
    """Turn one complaint of the library into ours; it may name several keys."""
    path: Path = tuple(error.absolute_path)
    original = _at(value, path)
    if _is_open(original):
        return
    keyword = str(error.validator)
    if keyword == "additionalProperties":
        yield from _unknown_keys(error, path)
    elif keyword == "required":
        yield from _missing_keys(error, path)
    elif "propertyNames" in error.absolute_schema_path:
        yield _bad_key(error, path)
    else:
        yield _bad_value(error, path, original)


def _bad_value(error: ValidationError, path: Path, original: object) -> Problem:
    found = f"{_subject(path)} is {_shown(original)}"
    if error.validator == "type":
        wanted = _wanted(cast("str | list[str]", error.validator_value))
        return Problem(
            WrongType, path, f"{found}, not {wanted}", _type_hint(error, path)
        )
    hint = _example_hint(error, path, original)
    return Problem(InvalidValue, path, f"{found}: {_rule(error)}", hint)


def _unknown_keys(error: ValidationError, path: Path) -> Iterator[Problem]:
    schema = cast("Schema", error.schema)
    known = set(schema.get("properties", {}))
    patterns = [re.compile(each) for each in schema.get("patternProperties", {})]
    for key in cast("Schema", error.instance):
        if key not in known and not any(each.search(key) for each in patterns):
            yield Problem(
                UnknownKey,
                (*path, key),
                f"the key `{key}` is not known here",
                suggestion(key, known, what="key"),
            )


def _missing_keys(error: ValidationError, path: Path) -> Iterator[Problem]:
    # The library reports each missing key by itself and names it in the message.
    schema = cast("Schema", error.schema)
    for key in cast("list[str]", error.validator_value):
        if error.message.startswith(f"{key!r} is "):
            example = _example(schema.get("properties", {}).get(key, {}))
            yield Problem(
                MissingKey,
                path,
                f"the key `{key}` is missing",
                f"Add the line `{key}: {example}`.",
            )


def _bad_key(error: ValidationError, path: Path) -> Problem:
    return Problem(
        UnknownKey,
        (*path, str(error.instance)),
        f"the key `{error.instance}` is not allowed: {_rule(error)}",
        "Rename the key.",
    )


def _subject(path: Path) -> str:
    return f"`{path[-1]}`" if path else "the file"


def _shown(value: object) -> str:
    """A value in a message: shortened, and never a secret's."""
    if isinstance(value, Secret):
        return str(value)
    if isinstance(value, dict):
        return TYPE_NAMES["object"]
    if isinstance(value, list | tuple):
        return TYPE_NAMES["array"]
    if value is None:
        return "empty"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."


def _wanted(types: str | list[str]) -> str:
    names = [types] if isinstance(types, str) else types
    return " or ".join(TYPE_NAMES.get(name, name) for name in names)


def _rule(error: ValidationError) -> str:
    """Say a rule in words, without the value."""
    limit = error.validator_value
    rules: Mapping[str, str] = {
        "enum": f"it must be one of {_listed(limit)}",
        "const": f"it must be {_shown(limit)}",
        "pattern": f"it must match the pattern {limit}",
        "minimum": f"it must be at least {limit}",
        "maximum": f"it must be at most {limit}",
        "minLength": f"it needs at least {limit} characters",
        "maxLength": f"it may have at most {limit} characters",
        "minItems": f"it needs at least {limit} entries",
        "maxItems": f"it may have at most {limit} entries",
        "minProperties": f"it needs at least {limit} keys",
        "uniqueItems": "an entry stands in it twice",
    }
    return rules.get(
        str(error.validator), f"the schema's `{error.validator}` refuses it"
    )


def _listed(values: object) -> str:
    items = values if isinstance(values, list) else [values]
    return ", ".join(_shown(each) for each in items)


def _type_hint(error: ValidationError, path: Path) -> str:
    schema = cast("Schema", error.schema)
    wanted = _wanted(cast("str | list[str]", error.validator_value))
    key = f"{path[-1]}: " if path and isinstance(path[-1], str) else ""
    return f"Write {wanted} there, such as `{key}{_example(schema)}`."


def _example_hint(error: ValidationError, path: Path, original: object) -> str:
    schema = cast("Schema", error.schema)
    if error.validator == "enum" and isinstance(original, str):
        return suggestion(original, map(str, schema["enum"]), what="value")
    key = f"{path[-1]}: " if path and isinstance(path[-1], str) else ""
    return f"Write a value that fits, such as `{key}{_example(schema)}`."


def _example(schema: Schema) -> str:
    """Something that may be typed, from the schema's own examples."""
    for found in (*schema.get("examples", ()), *schema.get("enum", ())):
        return found if isinstance(found, str) else json.dumps(found)
    defaults = {"integer": "1", "number": "1", "boolean": "true", "array": "[]"}
    return defaults.get(str(schema.get("type")), "...")
