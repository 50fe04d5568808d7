from __future__ import annotations

from dataclasses import replace

import pytest

from launchbook.errors import InvalidVariable, Location
from launchbook.model.change import Unknown
from launchbook.redact import Secret
from launchbook.variables.check import Rules, check_values, find_faults
from launchbook.variables.contract import Contract, Kind, Limits, Variable

STAGING = Rules("staging", is_local_allowed=True)
LIVE = Rules("staging", is_local_allowed=False)

PLAIN = Variable(
    name="",
    description="",
    kind=Kind.STRING,
    limits=Limits(),
    limits_in={},
    min_length=0,
    max_length=None,
    pattern="",
    options=(),
    schemes=("https", "http"),
    items=Kind.STRING,
    required_in=frozenset({"staging"}),
    is_secret=False,
    is_build_time=False,
    is_written=True,
    location=Location("v.yml", 1),
)
VARIABLES = {
    "TEXT": PLAIN,
    "OPTIONAL": replace(PLAIN, required_in=frozenset()),
    "COUNT": replace(
        PLAIN,
        kind=Kind.INTEGER,
        limits=Limits(1, 100),
        limits_in={"staging": Limits(8, 15)},
        required_in=frozenset(),
    ),
    "FLAG": replace(PLAIN, kind=Kind.BOOLEAN, required_in=frozenset()),
    "URL": replace(PLAIN, kind=Kind.URL, required_in=frozenset()),
    "DATABASE": replace(
        PLAIN,
        kind=Kind.URL,
        schemes=("postgresql",),
        is_secret=True,
        is_sealed=True,
        required_in=frozenset(),
    ),
    "ORIGINS": replace(PLAIN, kind=Kind.LIST, items=Kind.URL, required_in=frozenset()),
    "WORDS": replace(PLAIN, kind=Kind.LIST, required_in=frozenset()),
    "LEVEL": replace(
        PLAIN, kind=Kind.ENUM, options=("info", "error"), required_in=frozenset()
    ),
    "TIME": replace(PLAIN, kind=Kind.DURATION, required_in=frozenset()),
    "CODE": replace(PLAIN, pattern="[0-9]{4}", max_length=6, required_in=frozenset()),
    "KEY": replace(
        PLAIN, is_secret=True, is_sealed=True, min_length=32, required_in=frozenset()
    ),
    "GIVEN": replace(PLAIN, is_written=False),
}
CONTRACTS = {
    "backend": Contract(
        "backend", {name: replace(each, name=name) for name, each in VARIABLES.items()}
    )
}


def faults(name: str, value: object, rules: Rules = STAGING) -> list[str]:
    found = find_faults(CONTRACTS, {"backend": {"TEXT": "x", name: value}}, rules)
    return [f"{each.name} {each.text}" for each in found]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COUNT", "8"),
        ("COUNT", "15"),
        ("FLAG", "true"),
        ("URL", "https://a.example.com/x?y=1"),
        ("URL", "https://a.localhost:8443"),
        ("DATABASE", Secret("postgresql://u:p@127.0.0.1:5432/db")),
        ("ORIGINS", "https://a.b,https://c.d:8443"),
        ("WORDS", "a,b"),
        ("LEVEL", "info"),
        ("TIME", "15m"),
        ("TIME", "900"),
        ("CODE", "1234"),
        ("KEY", Secret("k" * 32)),
        ("COUNT", Unknown("a", "b")),
        ("URL", ""),
        ("OPTIONAL", None),
    ],
)
def test_a_value_that_fits_or_is_not_known_passes(name: str, value: object) -> None:
    assert [] == faults(name, value)


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("COUNT", "7", "is below 8"),
        ("COUNT", "16", "is above 15"),
        ("COUNT", "8.0", "is not a whole number"),
        ("COUNT", "9" * 30, "is not a whole number"),
        ("FLAG", "yes", "is not true or false"),
        ("FLAG", "True", "is not true or false"),
        ("URL", "a.example.com", "is no address that starts with https:// or http://"),
        ("URL", "https://", "is no address that starts with https:// or http://"),
        ("URL", "https://a:x", "is no address that starts with https:// or http://"),
        ("URL", "https://a b", "is no address that starts with https:// or http://"),
        ("DATABASE", "https://a", "is no address that starts with postgresql://"),
        ("ORIGINS", "https://a,", "is a list with an empty entry"),
        (
            "ORIGINS",
            "https://a,b",
            "has an entry that is no address that starts with https:// or http://",
        ),
        ("LEVEL", "loud", "is not one of info, error"),
        ("TIME", "soon", "is no duration, such as 15m, 30s or 500ms"),
        ("CODE", "12a4", "does not match the pattern [0-9]{4}"),
        ("KEY", Secret("k" * 31), "has 31 characters, fewer than 32"),
        ("TEXT", "", "has no value, and staging requires one"),
        ("TEXT", "PENDING", "holds a placeholder that nobody replaced"),
        (
            "URL",
            "https://PENDING.example.com",
            "holds a placeholder that nobody replaced",
        ),
        ("TEXT", "changeme", "holds a placeholder that nobody replaced"),
        ("TEXT", "<your key>", "holds a placeholder that nobody replaced"),
    ],
)
def test_a_value_that_breaks_the_contract_is_named(
    name: str, value: object, fault: str
) -> None:
    assert [f"{name} {fault}"] == faults(name, value)


def test_a_value_may_break_several_rules() -> None:
    assert [
        "CODE has 7 characters, more than 6",
        "CODE does not match the pattern [0-9]{4}",
    ] == faults("CODE", "1234567")


@pytest.mark.parametrize(
    "value",
    [
        "https://localhost:3000",
        "https://a.localhost",
        "http://127.0.0.1/x",
        "http://[::1]:8080",
        "https://a.b,http://0.0.0.0:1",
        "postgresql://u@localhost/db",
    ],
)
def test_live_platforms_take_no_addresses_of_this_machine(value: str) -> None:
    assert ["TEXT names this machine, which live platforms cannot reach"] == faults(
        "TEXT", value, LIVE
    )
    assert [] == faults("TEXT", value)


@pytest.mark.parametrize(
    "value", ["https://localhost.example.com", "https://10.0.0.1", "xlocalhost"]
)
def test_other_addresses_are_not_taken_for_local(value: str) -> None:
    assert [] == faults("TEXT", value, LIVE)


def test_a_required_value_that_is_absent_is_named() -> None:
    found = find_faults(CONTRACTS, {"backend": {}}, STAGING)
    assert ["TEXT"] == [each.name for each in found]
    elsewhere = Rules("development", is_local_allowed=True)
    assert () == find_faults(CONTRACTS, {"backend": {}}, elsewhere)


def public(name: str, *, is_secret: bool = False) -> dict[str, Contract]:
    variable = replace(PLAIN, name=name, required_in=frozenset(), is_secret=is_secret)
    return {**CONTRACTS, "web": Contract("web", {name: variable})}


@pytest.mark.parametrize(
    ("contracts", "text"),
    [
        (
            public("NEXT_PUBLIC_KEY", is_secret=True),
            "is secret, and its prefix makes it public",
        ),
        (
            public("NEXT_PUBLIC_API_SECRET"),
            "is called a secret, and its prefix makes it public",
        ),
    ],
)
def test_a_secret_under_the_public_prefix_is_refused(
    contracts: dict[str, Contract], text: str
) -> None:
    values = {"backend": {"TEXT": "x"}, "web": {}}
    assert [text] == [each.text for each in find_faults(contracts, values, STAGING)]


def test_a_public_variable_that_holds_another_apps_secret_is_refused() -> None:
    values: dict[str, dict[str, object]] = {
        "backend": {"TEXT": "x", "KEY": Secret("k" * 40)},
        "web": {"NEXT_PUBLIC_ANON": Secret("k" * 40)},
    }
    (fault,) = find_faults(public("NEXT_PUBLIC_ANON"), values, STAGING)
    assert "is public, and holds the value of the secret KEY" == fault.text


def test_all_problems_come_at_once_with_places_and_without_values() -> None:
    rules = Rules(
        "staging",
        is_local_allowed=True,
        locate=lambda path: Location("v.yml", 7, 3, path),
    )
    values = {"backend": {"COUNT": "hunter22", "KEY": Secret("hunter22"), "TEXT": "x"}}
    with pytest.raises(InvalidVariable) as caught:
        check_values(CONTRACTS, values, rules)
    assert [
        "v.yml:7: backend COUNT is not a whole number",
        "v.yml:7: backend KEY has 8 characters, fewer than 32",
    ] == caught.value.details["problems"]
    assert caught.value.message.endswith(
        "backend COUNT, backend KEY break the variable contract"
    )
    assert "invoke inventory.explain variables.backend.COUNT" in caught.value.hint
    assert "hunter22" not in str(caught.value.as_event())


def test_values_that_fit_raise_nothing() -> None:
    check_values(CONTRACTS, {"backend": {"TEXT": "x"}}, STAGING)
