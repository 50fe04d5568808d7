from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from launchbook.errors import MalformedAnswer
from launchbook.transport.answer import Fields, fields_of

if TYPE_CHECKING:
    from collections.abc import Callable

THING = {
    "text": "a",
    "null": None,
    "whole": 5,
    "float": 5.0,
    "flag": True,
    "list": ["a", "b"],
    "mixed": ["a", 1],
    "object": {"inner": "x"},
    "objects": [{"inner": "x"}],
    "time": "2026-11-22T13:00:00+01:00",
    "milliseconds": 1_795_348_800_000,
}


def fields() -> Fields:
    return Fields(THING, "vendor thing")


def test_values_of_the_promised_type_are_returned() -> None:
    found = fields()
    assert ("a", 5, 5, True) == (
        found.text("text"),
        found.whole("whole"),
        found.optional_whole("float"),
        found.optional_flag("flag"),
    )
    assert "x" == found.child("object").text("inner")
    assert ["x"] == [each.text("inner") for each in found.children("objects")]
    assert (("a", "b"), ("a",)) == (found.texts("list"), found.texts("text"))
    assert {"inner": "x"} == found.mapping("object")


@pytest.mark.parametrize("name", ["null", "absent"])
def test_what_is_null_or_absent_may_be_left_out(name: str) -> None:
    found = fields()
    assert (None, "", None, None, None, False) == (
        found.optional_text(name),
        found.text_or_empty(name),
        found.optional_whole(name),
        found.optional_flag(name),
        found.optional_child(name),
        found.is_truthy(name),
    )
    assert ((), (), {}, None) == (
        found.optional_children(name),
        found.texts(name),
        found.mapping(name),
        found.moment(name),
    )


@pytest.mark.parametrize("name", ["time", "milliseconds"])
def test_times_are_read_as_utc(name: str) -> None:
    assert datetime(2026, 11, 22, 12, tzinfo=UTC) == fields().moment(name)


@pytest.mark.parametrize(
    ("verb", "name"),
    [
        ("text", "whole"),
        ("text", "absent"),
        ("whole", "text"),
        ("whole", "flag"),
        ("whole", "absent"),
        ("optional_flag", "text"),
        ("child", "absent"),
        ("child", "list"),
        ("children", "absent"),
        ("children", "mixed"),
        ("texts", "mixed"),
        ("texts", "object"),
        ("mapping", "list"),
        ("moment", "text"),
    ],
)
def test_what_breaks_the_promise_is_named_by_its_place(verb: str, name: str) -> None:
    read: Callable[[str], object] = getattr(fields(), verb)
    with pytest.raises(MalformedAnswer, match=f"vendor thing.{name}"):
        read(name)


def test_a_list_must_be_a_list() -> None:
    with pytest.raises(MalformedAnswer, match="vendor list should be a list"):
        fields_of({}, "vendor list")


def test_the_value_itself_is_never_shown() -> None:
    with pytest.raises(MalformedAnswer) as caught:
        Fields({"password": ["hush hush"]}, "vendor thing").text("password")
    assert "hush" not in str(caught.value)
    assert "vendor" == caught.value.platform
