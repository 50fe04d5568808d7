from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from launchbook.config.yaml import load, parse, pointer_of
from launchbook.errors import DuplicateKey, FileMissing, InvalidYaml, Location

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("null", None),
        ("010", 10),
        ("-7", -7),
        ("0o17", 15),
        ("0x1F", 31),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("1.", 1.0),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("2026-01-01", "2026-01-01"),
        ("'12'", "12"),
        ('"true"', "true"),
        ("<<", "<<"),
    ],
)
def test_scalars_follow_the_core_schema(text: str, expected: object) -> None:
    value = parse(f"key: {text}", "f.yml").value
    assert {"key": expected} == value
    assert isinstance(value, dict)
    assert type(expected) is type(value["key"])


def test_a_duplicate_key_is_refused_with_both_lines() -> None:
    with pytest.raises(DuplicateKey) as caught:
        parse("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n", "f.yml")
    assert Location("f.yml", 5, 3, "/b/c") == caught.value.location
    assert "line 3 and again in line 5" in caught.value.message
    assert 3 == caught.value.details["first_line"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("a: &x 1\nb: *x\n", "anchor &x"),
        ("b: *x\n", "alias *x"),
        ("a: !!str 1\n", "tag tag:yaml.org,2002:str"),
        ("a: !python/object:os.system {}\n", "tag !python/object:os.system"),
        ("a: ! b\n", "tag !"),
    ],
)
def test_anchors_aliases_and_tags_are_refused(text: str, word: str) -> None:
    with pytest.raises(InvalidYaml, match="is not read here") as caught:
        parse(text, "f.yml")
    assert word in caught.value.message
    assert caught.value.location is not None
    assert (1, 4) == (caught.value.location.line, caught.value.location.column)


def test_signs_inside_texts_are_no_anchors() -> None:
    assert {"a": "x && y", "b": "0 6 * * 1", "c": "hello!"} == parse(
        "a: x && y\nb: 0 6 * * 1\nc: hello!\n", "f.yml"
    ).value


@pytest.mark.parametrize(
    "text",
    [
        "a: [1",
        "a: b: c",
        "a: 1\n---\nb: 1\n",
        "a: .inf",
        "a: .nan",
        "a: " + "9" * 5000,
        "1: a",
        "true: a",
        "? [a]\n: 1",
        "a: \x07",
        "[" * 5000 + "]" * 5000,
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(InvalidYaml) as caught:
        parse(text, "f.yml")
    assert caught.value.location is not None
    assert "f.yml" == caught.value.location.file
    assert caught.value.hint.endswith(".")


def test_every_value_and_key_has_a_place() -> None:
    document = parse("a:\n  b:\n    - x\n    - y: 1\n", "f.yml")
    assert Location("f.yml", 4, 10, "/a/b/1/y") == document.locate("/a/b/1/y")
    assert Location("f.yml", 4, 7, "/a/b/1/y") == document.locate("/a/b/1/y", key=True)
    assert Location("f.yml", 3, 7, "/a/b/0") == document.locate("/a/b/0")


def test_what_is_absent_is_located_at_the_nearest_thing_above() -> None:
    document = parse("a:\n  b: 1\n", "f.yml")
    assert Location("f.yml", 2, 6, "/a/b/c/d") == document.locate("/a/b/c/d")
    assert Location("f.yml", 1, 1, "/nothing") == document.locate("/nothing")


def test_keys_are_escaped_in_pointers() -> None:
    document = parse("a/b:\n  c~d: 1\n", "f.yml")
    pointer = pointer_of(("a/b", "c~d"))
    assert "/a~1b/c~0d" == pointer
    assert 2 == document.locate(pointer).line


def test_an_empty_file_holds_nothing() -> None:
    document = parse("# only a comment\n", "f.yml")
    assert document.value is None
    assert {} == document.mapping()


def test_a_missing_file_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(
        FileMissing, match=r"no\.yml cannot be read: No such file"
    ) as caught:
        load(tmp_path / "no.yml")
    assert "launchbook init" in caught.value.hint


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "f.yml"
    path.write_bytes(b"a: \xff\n")
    with pytest.raises(InvalidYaml, match=r"inventory/f\.yml is not UTF-8"):
        load(path, name="inventory/f.yml")
