from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from launchbook.config.keys import KeyRing
from launchbook.config.rotation import Rotation, RotationPhase
from launchbook.config.secret import (
    Run,
    SecretPolicy,
    SecretRule,
    SecretSource,
    Surroundings,
    run_none,
)
from launchbook.config.secret_file import SecretStore
from launchbook.errors import MissingSecret
from launchbook.redact import Redactor, Secret

if TYPE_CHECKING:
    from pathlib import Path

ONLY_GIVEN = SecretPolicy(is_generating=False)
GENERATING = SecretPolicy(is_generating=True)
CHECKING = SecretPolicy(is_generating=True, is_read_only=True)


def source(
    folder: Path,
    policy: SecretPolicy,
    *,
    environ: dict[str, str] | None = None,
    rules: dict[str, SecretRule] | None = None,
    redactor: Redactor | None = None,
    run: Run = run_none,
) -> SecretSource:
    store = SecretStore(
        folder / "secrets" / "staging.age", KeyRing.open(folder / "home")
    )
    return SecretSource(
        store,
        policy,
        Surroundings(folder, environ or {}, run),
        rules=rules or {},
        redactor=redactor or Redactor(),
    )


def test_values_come_from_store_environment_and_files(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("-----BEGIN-----\n")
    given = source(tmp_path, ONLY_GIVEN, environ={"TOKEN": "from-environment"})
    SecretStore(
        tmp_path / "secrets" / "staging.age", KeyRing.open(tmp_path / "home")
    ).add({"A": Secret("from-store")})
    assert Secret("from-store") == given("secret:A")
    assert Secret("from-environment") == given("env:TOKEN")
    assert Secret("-----BEGIN-----") == given("file:key.pem")
    assert Secret("-----BEGIN-----") == given(f"file:{tmp_path}/key.pem")


def test_every_value_that_is_given_out_is_redacted_from_then_on(tmp_path: Path) -> None:
    redactor = Redactor()
    given = source(
        tmp_path, ONLY_GIVEN, environ={"TOKEN": "hunter22"}, redactor=redactor
    )
    given("env:TOKEN")
    assert "it is [redacted]" == redactor.clean("it is hunter22")


def test_missing_secrets_are_listed_all_at_once(tmp_path: Path) -> None:
    given = source(tmp_path, ONLY_GIVEN, environ={"EMPTY": ""})
    (tmp_path / "blank").write_text("\n")
    wanted = [
        "secret:B",
        "secret:A",
        "env:EMPTY",
        "file:blank",
        "file:none",
        "secret:A",
    ]
    with pytest.raises(MissingSecret) as caught:
        given.require(wanted)
    listed = ["env:EMPTY", "file:blank", "file:none", "secret:A", "secret:B"]
    assert listed == caught.value.details["missing"]
    assert f"5 secrets have no value: {', '.join(listed)}" == caught.value.message
    command = "invoke secrets.set A --environment staging --platforms live"
    assert command in caught.value.hint
    assert "export EMPTY=..." in caught.value.hint


def test_nothing_is_made_up_when_something_else_is_missing(tmp_path: Path) -> None:
    given = source(tmp_path, GENERATING)
    with pytest.raises(MissingSecret, match="1 secret has no value: env:TOKEN"):
        given.require(["secret:A", "env:TOKEN"])
    assert not given.has("secret:A")


def test_a_missing_secret_is_made_up_once_and_kept(tmp_path: Path) -> None:
    first = source(tmp_path, GENERATING)
    first.require(["secret:A", "secret:B"])
    again = source(tmp_path, GENERATING)
    again.require(["secret:A"])
    assert first("secret:A") == again("secret:A")
    assert first("secret:A") != first("secret:B")


def test_reading_a_secret_makes_it_up_where_that_is_allowed(tmp_path: Path) -> None:
    assert 43 == len(source(tmp_path, GENERATING)("secret:A").reveal())
    with pytest.raises(MissingSecret):
        source(tmp_path, ONLY_GIVEN)("secret:B")


@pytest.mark.parametrize(
    ("rule", "length"),
    [
        (SecretRule(), 43),
        (SecretRule(min_length=32), 43),
        (SecretRule(min_length=64), 64),
        (SecretRule(max_length=16), 16),
        (SecretRule(min_length=10, max_length=100), 43),
    ],
)
def test_what_is_made_up_has_the_length_that_the_contract_asks(
    tmp_path: Path, rule: SecretRule, length: int
) -> None:
    made = source(tmp_path, GENERATING, rules={"A": rule})("secret:A").reveal()
    assert length == len(made)
    assert made.isalnum()


def test_a_check_makes_secrets_up_without_writing_them(tmp_path: Path) -> None:
    KeyRing.open(tmp_path / "home")
    before = sorted(tmp_path.rglob("*"))
    given = source(tmp_path, CHECKING)
    given.require(["secret:A"])
    assert given("secret:A") == given("secret:A")
    assert before == sorted(tmp_path.rglob("*"))


def test_two_runs_at_once_agree_on_what_they_made_up(tmp_path: Path) -> None:
    KeyRing.open(tmp_path / "home")

    def make(_: int) -> str:
        given = source(tmp_path, GENERATING)
        given.require([f"secret:S{n}" for n in range(5)])
        return json.dumps([given(f"secret:S{n}").reveal() for n in range(5)])

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(make, range(8)))
    assert 1 == len(set(found))


def test_a_command_is_run_once_and_what_it_puts_out_is_redacted(tmp_path: Path) -> None:
    asked: list[str] = []

    def run(reference: str) -> Secret | None:
        asked.append(reference)
        return None if "empty" in reference else Secret("hunter22")

    redactor = Redactor()
    given = source(tmp_path, ONLY_GIVEN, run=run, redactor=redactor)
    assert given.has("cmd:vault:jwt")
    assert Secret("hunter22") == given("cmd:vault:jwt")
    assert ["cmd:vault:jwt"] == asked
    assert "[redacted]" == redactor.clean("hunter22")
    with pytest.raises(MissingSecret, match="no value: cmd:vault:empty") as caught:
        given("cmd:vault:empty")
    assert "See why cmd:vault:empty puts out nothing" in caught.value.hint


def test_a_value_that_is_read_and_not_given_out_is_redacted_too(tmp_path: Path) -> None:
    store = SecretStore(
        tmp_path / "secrets" / "staging.age", KeyRing.open(tmp_path / "home")
    )
    rotation = Rotation(
        "A",
        RotationPhase.REVOKING,
        datetime(2026, 1, 1, tzinfo=UTC),
        0,
        Secret("retired"),
    )
    store.add({"A": Secret("hunter22"), "B": Secret("hunter33")})
    store.change(lambda content: content.with_rotation(rotation))
    redactor = Redactor()
    source(tmp_path, ONLY_GIVEN, redactor=redactor)("secret:A")
    assert "[redacted] [redacted]" == redactor.clean("hunter33 retired")
