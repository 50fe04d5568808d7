from __future__ import annotations

import pytest

from launchbook.cli.options import (
    read_count,
    read_duration_seconds,
    read_switch,
    read_text,
)
from launchbook.errors import InputError


def test_an_option_that_is_absent_or_none_is_its_default() -> None:
    assert "" == read_text({}, "environment")
    assert "staging" == read_text({"environment": None}, "environment", "staging")
    assert "live" == read_text({"environment": "live"}, "environment", "staging")


@pytest.mark.parametrize(
    ("value", "expected"), [(True, True), (False, False), (None, False)]
)
def test_a_switch_is_on_only_when_it_was_given(value: object, expected: object) -> None:
    assert expected is read_switch({"check": value}, "check")


@pytest.mark.parametrize(("text", "expected"), [("1", 1), ("64", 64), ("008", 8)])
def test_a_whole_number_within_its_bounds_is_read(text: str, expected: int) -> None:
    assert expected == read_count({"workers": text}, "workers", least=1, most=64)


@pytest.mark.parametrize(
    "text", ["", "0", "65", "-1", "1.5", "eight", "1e3", " 8", "9" * 10]
)
def test_what_is_no_whole_number_within_bounds_is_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        read_count({"workers": text}, "workers", least=1, most=64)
    expected = f"--workers takes a whole number from 1 to 64, not {text!r}"
    assert expected == caught.value.message
    assert "Give the number after the flag, as --workers 8." == caught.value.hint


def test_the_flag_of_a_refusal_is_spelt_as_it_is_typed() -> None:
    with pytest.raises(InputError, match="--edge-port takes"):
        read_count({"edge_port": "x"}, "edge_port", least=1, most=65535)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("15m", 900), ("36h", 129_600), ("7d", 604_800), ("0s", 0)],
)
def test_a_duration_is_read_in_seconds(text: str, seconds: int) -> None:
    assert seconds == read_duration_seconds(text)


@pytest.mark.parametrize("text", ["", "7", "d", "-1d", "1.5h", "7 d", "7D", "1w"])
def test_a_duration_without_number_and_unit_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="whole number and a unit") as caught:
        read_duration_seconds(text)
    assert caught.value.hint.endswith("90s, 15m, 36h or 7d.")
