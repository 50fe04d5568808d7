from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from launchbook.config.schema import (
    Schema,
    load_schema,
    problems,
    validate,
    validate_value,
)
from launchbook.config.yaml import parse
from launchbook.errors import (
    InputError,
    InvalidValue,
    InventoryError,
    Location,
    MissingKey,
    UnknownKey,
    WrongType,
)
from launchbook.model.change import Unknown
from launchbook.redact import Secret

SCHEMA: Schema = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "examples": ["shop"], "minLength": 2},
        "count": {"type": "integer", "maximum": 3, "examples": [2]},
        "level": {"type": "string", "enum": ["info", "error"]},
        "is_open": {"type": "boolean"},
        "words": {
            "type": "object",
            "propertyNames": {"pattern": "^[A-Z]+$"},
            "additionalProperties": {"type": "integer"},
        },
    },
}


@pytest.mark.parametrize(
    ("text", "error", "place", "message", "hint"),
    [
        (
            "name: ab\ncuont: 1\n",
            UnknownKey,
            Location("f.yml", 2, 1, "/cuont"),
            "the key `cuont` is not known here",
            "Write `count` instead of `cuont`.",
        ),
        (
            "count: 1\n",
            MissingKey,
            Location("f.yml", 1, 1, ""),
            "the key `name` is missing",
            "Add the line `name: shop`.",
        ),
        (
            "name: 7\n",
            WrongType,
            Location("f.yml", 1, 7, "/name"),
            "`name` is 7, not a text",
            "Write a text there, such as `name: shop`.",
        ),
        (
            "name: ab\ncount: 9\n",
            InvalidValue,
            Location("f.yml", 2, 8, "/count"),
            "`count` is 9: it must be at most 3",
            "Write a value that fits, such as `count: 2`.",
        ),
        (
            "name: ab\nlevel: inof\n",
            InvalidValue,
            Location("f.yml", 2, 8, "/level"),
            '`level` is "inof": it must be one of "info", "error"',
            "Write `info` instead of `inof`.",
        ),
        (
            "name: ab\nwords: {lower: 1}\n",
            UnknownKey,
            Location("f.yml", 2, 9, "/words/lower"),
            "the key `lower` is not allowed: it must match the pattern ^[A-Z]+$",
            "Rename the key.",
        ),
        (
            "name: ab\nis_open: no\n",
            WrongType,
            Location("f.yml", 2, 10, "/is_open"),
            '`is_open` is "no", not true or false',
            "Write true or false there, such as `is_open: true`.",
        ),
    ],
)
def test_a_problem_names_place_reason_and_what_to_type(
    text: str, error: type[InventoryError], place: Location, message: str, hint: str
) -> None:
    with pytest.raises(InventoryError) as caught:
        validate(parse(text, "f.yml"), SCHEMA)
    assert error is type(caught.value)
    assert place == caught.value.location
    assert f"{place}: {message}" == caught.value.message
    assert hint == caught.value.hint


def test_the_first_problem_of_the_file_is_raised_and_the_others_are_listed() -> None:
    with pytest.raises(InvalidValue) as caught:
        validate(parse("count: 9\nzzz: 1\nname: 1\n", "f.yml"), SCHEMA)
    others = caught.value.details["problems"]
    assert isinstance(others, list)
    assert ["f.yml:2", "f.yml:3"] == [each[:7] for each in others]


def test_a_misspelt_key_comes_before_the_key_that_it_leaves_missing() -> None:
    with pytest.raises(UnknownKey, match="nmae"):
        validate(parse("nmae: ab\n", "f.yml"), SCHEMA)


@pytest.mark.parametrize(
    "value",
    ["${inventory.name}", "a-${steps.x.outputs.y}", "secret:NAME", Unknown("s", "o")],
)
def test_what_is_not_known_yet_passes(value: object) -> None:
    assert () == problems({"name": value, "count": value, "level": value}, SCHEMA)


def test_an_escaped_reference_is_a_known_text() -> None:
    (problem,) = problems({"name": "ab", "level": "$${info}"}, SCHEMA)
    assert InvalidValue is problem.error


def where(pointer: str, *, key: bool = False) -> Location:
    return Location("p.yml", 9, 1 if key else 5, pointer)


@pytest.mark.parametrize("inputs", [{"name": "ab"}, {"name": Secret("ab"), "count": 1}])
def test_right_inputs_pass_also_as_secrets(inputs: dict[str, object]) -> None:
    validate_value(inputs, SCHEMA, where)


def test_a_wrong_input_points_into_the_playbook() -> None:
    with pytest.raises(InputError) as caught:
        validate_value({"name": "ab", "nmae": 1}, SCHEMA, where)
    assert Location("p.yml", 9, 1, "/nmae") == caught.value.location
    assert "Write `name` instead of `nmae`." == caught.value.hint


@pytest.mark.parametrize(
    "inputs",
    [
        {"name": "ab", "level": Secret("hunter22")},
        {"name": "ab", "count": Secret("hunter22")},
        {"name": Secret("hunter22"), "level": Secret("hunter22"), "other": 1},
    ],
)
def test_a_secrets_value_is_looked_into_and_never_shown(inputs: dict[str, Any]) -> None:
    with pytest.raises(InputError) as caught:
        validate_value(inputs, SCHEMA, where)
    said = f"{caught.value.message} {caught.value.hint} {caught.value.details}"
    assert "hunter22" not in said


def test_the_programs_schemas_are_valid_and_closed() -> None:
    for name in ("product", "environment", "platforms", "variables"):
        Draft202012Validator.check_schema(load_schema(f"inventory/{name}"))
    Draft202012Validator.check_schema(load_schema("playbook"))


def nodes(schema: Any, path: str = "") -> list[tuple[str, Any]]:
    """Every property below a schema, with its path."""
    found = []
    for key, each in schema.get("properties", {}).items():
        found += [(f"{path}/{key}", each), *nodes(each, f"{path}/{key}")]
    for word in ("items", "additionalProperties"):
        if isinstance(schema.get(word), dict):
            found += nodes(schema[word], f"{path}/{word}")
    return found


@pytest.mark.parametrize(
    "name",
    [
        "playbook",
        *(
            f"inventory/{x}"
            for x in ("product", "environment", "platforms", "variables")
        ),
    ],
)
def test_every_key_is_described_and_has_an_example(name: str) -> None:
    found = nodes(load_schema(name))
    assert [] == [path for path, each in found if not each.get("description")]
    assert [] == [
        path
        for path, each in found
        if "examples" not in each and "properties" not in each
    ]
    assert [] == [
        path
        for path, each in found
        if "properties" in each and each.get("additionalProperties") is not False
    ]


@pytest.mark.parametrize(
    "name",
    [
        "playbook",
        *(
            f"inventory/{x}"
            for x in ("product", "environment", "platforms", "variables")
        ),
    ],
)
def test_every_example_is_valid_by_its_own_schema(name: str) -> None:
    wrong = [
        f"{path}: {problem.message}"
        for path, each in nodes(load_schema(name))
        for example in each.get("examples", ())
        for problem in problems(example, each)
        if problem.error is not MissingKey
    ]
    assert [] == wrong


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ([1], "`name` is a list, not a text"),
        ({"a": 1}, "`name` is a mapping, not a text"),
        (None, "`name` is empty, not a text"),
        (False, "`name` is false, not a text"),
    ],
)
def test_a_value_is_shown_as_people_call_it(value: object, shown: str) -> None:
    (problem,) = problems({"name": value}, SCHEMA)
    assert shown == problem.message


def test_a_long_value_is_cut() -> None:
    (problem,) = problems({"name": "ab", "level": "x" * 500}, SCHEMA)
    assert len(problem.message) < 150
