from __future__ import annotations

import base64
import json
import pickle
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchbook.redact import REDACTED, Redactor, Secret, fingerprint, sealed
from tests.support.sentinel import leaks

VALUE = 'sentinel/Jåt+value&with=signs%and?spaces "quoted" ~ 0123456789'
PEM = (
    "-----BEGIN PRIVATE KEY-----\n"
    "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\n"
    "VJTUt9Us8cKjMzEfYyjiWA4R4ypbHqGC0H0=\n"
    "-----END PRIVATE KEY-----"
)


def redactor(*values: str) -> Redactor:
    found = Redactor()
    for value in values:
        found.learn(Secret(value))
    return found


def test_a_value_is_taken_out_in_every_spelling() -> None:
    wrapped = [b"#" * offset + VALUE.encode() + b"###" for offset in range(3)]
    texts = [base64.b64encode(each).decode() for each in wrapped]
    texts += [base64.urlsafe_b64encode(each).decode() for each in wrapped]
    texts += [json.dumps({"value": VALUE}), repr({"value": VALUE})]
    texts += [VALUE, quote(VALUE), quote(VALUE, safe=""), quote_plus(VALUE)]
    texts += [quote(VALUE, safe="").replace("%C3%A5", "%c3%a5")]
    cleaned = redactor(VALUE).clean("\n".join(f"before {text} after" for text in texts))
    assert [] == leaks([VALUE], {"cleaned": cleaned.encode()})
    assert [len(texts)] * 2 == [cleaned.count("before"), cleaned.count("after")]


@given(
    value=st.text(st.characters(codec="utf-8"), min_size=8, max_size=60),
    before=st.binary(max_size=5),
)
def test_no_value_survives_inside_base64(value: str, before: bytes) -> None:
    text = base64.b64encode(before + value.encode() + b"after it").decode()
    places = {"cleaned": redactor(value).clean(text).encode()}
    assert [] == leaks([value], places)


def test_a_key_of_several_lines_is_found_line_by_line() -> None:
    cleaned = redactor(PEM).clean(f"the log says {PEM.splitlines()[1]} and no more")
    assert f"the log says {REDACTED} and no more" == cleaned
    assert "-----BEGIN PRIVATE KEY-----" == redactor(PEM).clean(PEM.splitlines()[0])
    assert REDACTED == redactor(PEM).clean(PEM)


def test_short_values_do_not_hide_plain_words() -> None:
    assert "this is it" == redactor("is", "this").clean("this is it")


def test_a_longer_value_wins_over_one_inside_it() -> None:
    assert REDACTED == redactor("hunter22", "hunter22hunter33").clean(
        "hunter22hunter33"
    )


def test_nested_values_are_cleaned_with_their_keys() -> None:
    dirty = {"hunter22": ["x hunter22", Secret("y")], "n": 1}
    assert {REDACTED: [f"x {REDACTED}", REDACTED], "n": 1} == redactor(
        "hunter22"
    ).clean_value(dirty)


def test_a_secret_prints_and_pickles_nowhere() -> None:
    secret = Secret("hunter22")
    assert [REDACTED] * 3 == [repr(secret), str(secret), f"{secret:>40}"]
    with pytest.raises(TypeError, match="never pickled"):
        pickle.dumps(secret)


def test_a_fingerprint_depends_on_the_key_and_on_the_value() -> None:
    one = fingerprint(b"a", Secret("hunter22"))
    assert one == fingerprint(b"a", "hunter22")
    assert 3 == len({one, fingerprint(b"b", "hunter22"), fingerprint(b"a", "x")})
    assert {"k": [{"$fingerprint": one}]} == sealed(b"a", {"k": (Secret("hunter22"),)})
