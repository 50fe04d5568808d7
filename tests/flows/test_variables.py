"""Variables between the contract and the platforms, as a person works with them."""

from __future__ import annotations

import stat

import pytest

from launchbook.transport.process import Command, Processes
from tests.support.hand import Hand
from tests.support.journey import STAGING, Journey

pytestmark = pytest.mark.xdist_group("journey")

CONTRACT = "inventory/variables/backend.yml"
DIFF = "env.diff"
SYNC = "env.sync"
SEALED = 4
"""Secrets of the backend's contract that staging has."""
SERVICES = 3


@pytest.fixture
def hand(journey: Journey) -> Hand:
    return Hand(journey.sandbox)


def states(journey: Journey) -> dict[str, str]:
    """Every variable whose state is worth a word."""
    told = journey.run(DIFF, "--json")
    rows = [each for each in told.records if each["kind"] == "variable"]
    return {str(r["name"]): str(r["state"]) for r in rows if r["state"] != "equal"}


def _make_repository(shop: Journey) -> None:
    Processes().run(Command(("git", "init", "--quiet"), cwd=shop.root))


def test_what_was_provisioned_is_equal_and_nothing_is_written(journey: Journey) -> None:
    mark = journey.mark()
    assert 0 == journey.run(DIFF).status
    assert 0 == journey.run(SYNC).status
    assert {} == states(journey)
    assert [] == journey.written(mark)


def test_each_change_by_hand_has_its_own_word_and_only_differences_are_written(
    torn: Journey, hand: Hand
) -> None:
    hand.set_backend(LOG_LEVEL="debug", JWT_SECRET="by hand" * 6, STRAY_KEY="x")
    before = {
        "backend LOG_LEVEL": "differs",
        "backend JWT_SECRET": "unknown",
        "backend STRAY_KEY": "stray",
    }
    assert (3, before) == (torn.run(DIFF).status, states(torn))
    assert ["~ railway.variable backend LOG_LEVEL"] == torn.run(
        STAGING, "--check"
    ).pending
    mark = torn.mark()
    assert 0 == torn.run(SYNC).status
    assert ["variableCollectionUpsert"] == torn.written(mark)
    del before["backend LOG_LEVEL"]
    assert (0, before) == (torn.run(DIFF).status, states(torn))
    assert 0 == torn.run(SYNC, "--assert").status
    assert {"backend STRAY_KEY": "stray"} == states(torn)


def test_without_a_ledger_exactly_what_cannot_be_read_is_unknown(
    torn: Journey,
) -> None:
    for path in torn.ledger.parent.glob("ledger.*"):
        path.unlink()
    found = states(torn)
    assert SEALED * SERVICES == len(found)
    assert {"unknown"} == set(found.values())
    mark = torn.mark()
    assert 0 == torn.run(STAGING).status
    assert [] == torn.written(mark)
    assert 0 == torn.run(SYNC, "--assert").status
    assert {} == states(torn)


@pytest.mark.heavy
def test_a_stray_key_is_removed_where_the_contract_says_so(
    torn: Journey, shop: Journey, hand: Hand
) -> None:
    hand.set_backend(STRAY_KEY="x")
    path = shop.root / CONTRACT
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}\nstrays: {{STRAY_KEY: remove}}\n", encoding="utf-8")
    assert {"backend STRAY_KEY": "to remove"} == states(shop)
    mark = shop.mark()
    assert 0 == shop.run(SYNC).status
    assert ["variableDelete"] == shop.written(mark)
    assert {} == states(shop)


def test_a_value_that_a_step_puts_out_is_checked_before_it_is_written(
    shop: Journey,
) -> None:
    shop.edit(CONTRACT, "    schemes: [postgresql, postgres]", "    schemes: [mysql]")
    mark = shop.mark()
    refused = shop.run(SYNC)
    assert (2, "invalid-variable") == (refused.status, refused.code)
    assert "backend DATABASE_URL" in refused.err
    assert [] == shop.written(mark)


def test_a_file_of_values_is_for_its_owner_alone(shop: Journey) -> None:
    _make_repository(shop)
    pulled = shop.run("env.pull", "development")
    assert 0 == pulled.status
    path = shop.root / "examples/vocilia/apps/backend/.env"
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    text = path.read_text(encoding="utf-8")
    assert "\nPORT=3000\n" in text
    assert "\nNODE_ENV=development\n" in text
    assert 2 == shop.run("env.pull", "staging").status
    assert 0 == shop.run("env.pull", "staging", "--yes").status
    assert "DATABASE_URL='postgresql://" in path.read_text(encoding="utf-8")


def test_a_file_of_values_is_refused_where_git_would_take_it(shop: Journey) -> None:
    _make_repository(shop)
    (shop.root / "examples/vocilia/.gitignore").unlink()
    refused = shop.run("env.pull", "development")
    assert (2, "input-error") == (refused.status, refused.code)
    assert not (shop.root / "examples/vocilia/apps/backend/.env").exists()


def test_a_signature_holds_until_the_value_changes(shop: Journey) -> None:
    item = "backend JWT_SECRET"
    signed = shop.run("env.checklist", "--sign", item, "--note", "made today")
    assert 0 == signed.status
    assert item in next(line for line in signed.lines if " signed " in line)
    bare = shop.run("env.checklist", "--sign", item)
    assert (2, "input-error") == (bare.status, bare.code)
    shop.edit(CONTRACT, "value: secret:JWT_SECRET\n", "value: secret:JWT_OTHER\n")
    listed = shop.run("env.checklist", "--json")
    states = {r["item"]: r["state"] for r in listed.records if r["kind"] == "item"}
    assert "changed since" == states[item]


def test_the_shipped_folder_passes_its_check(journey: Journey) -> None:
    checked = journey.run("env.check", "--verbose")
    assert 0 == checked.status
    assert any(
        line.startswith("customer  NEXT_PUBLIC_API_URL") for line in checked.lines
    )
