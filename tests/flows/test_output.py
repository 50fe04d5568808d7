"""What programs read: JSON lines of known kinds, and text without a terminal."""

from __future__ import annotations

import re

import pytest

from launchbook.model.event import EventKind
from tests.support.hand import Hand
from tests.support.journey import STAGING, Journey, Provisioned, total

pytestmark = pytest.mark.xdist_group("journey")

CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\x9b]")
KINDS = {str(kind) for kind in EventKind} | {"checked", "error", "summary"}
REDACTED = "[redacted]"
UPSERT = "variableCollectionUpsert"


def kinds(records: list[dict[str, object]]) -> list[str]:
    return [str(each["kind"]) for each in records]


def test_a_run_with_json_tells_its_events_in_order(journey: Journey) -> None:
    Hand(journey.sandbox).set_backend(LOG_LEVEL="debug")
    told = journey.run(STAGING, "--json")
    assert (0, "") == (told.status, told.err)
    assert set(kinds(told.records)) <= KINDS
    assert ["run-started", "plan-ready"] == kinds(told.records)[:2]
    assert ["run-finished", "summary"] == kinds(told.records)[-2:]
    changed = [each for each in told.records if each["kind"] == "step-changed"]
    assert ["backend_variables"] == [each["step"] for each in changed]
    finished, summary = told.records[-2:]
    assert (1, total() - 1, 0) == (
        finished["changed"],
        finished["unchanged"],
        finished["exit_status"],
    )
    assert 1 == len({each["run"] for each in told.records})
    urls = summary["urls"]
    assert isinstance(urls, dict)
    assert ["backend_health", "customer_page", "business_page", "admin_page"] == [*urls]
    assert "invoke provision.staging --check" == summary["next"]


def test_a_check_with_json_carries_the_whole_plan(torn: Journey) -> None:
    Hand(torn.sandbox).set_backend(
        LOG_LEVEL="debug", SUPABASE_ANON_KEY="typed by hand", JWT_SECRET="by hand too"
    )
    told = torn.run(STAGING, "--check", "--json")
    assert 3 == told.status
    assert set(kinds(told.records)) <= KINDS
    (plan,) = [each for each in told.records if each["kind"] == "plan-ready"]
    changes = plan["changes"]
    assert isinstance(changes, list)
    unknown = [each["name"] for each in changes if each["action"] == "unknown"]
    assert ["backend JWT_SECRET"] == unknown
    pending = [
        each for each in changes if each["action"] not in {"no-change", "unknown"}
    ]
    assert {
        "backend SUPABASE_ANON_KEY": [REDACTED, REDACTED],
        "backend LOG_LEVEL": ["debug", "info"],
    } == {
        each["name"]: [each["fields"][0]["before"], each["fields"][0]["after"]]
        for each in pending
    }


def test_a_failure_with_json_is_one_error_with_its_facts(journey: Journey) -> None:
    Hand(journey.sandbox).set_backend(LOG_LEVEL="debug")
    journey.order("railway", UPSERT, "status", status=500)
    told = journey.run(STAGING, "--json")
    assert (8, "") == (told.status, told.err)
    assert set(kinds(told.records)) <= KINDS
    (error,) = [each for each in told.records if each["kind"] == "error"]
    assert ("platform-unavailable", 8, True) == (
        error["code"],
        error["exit_status"],
        error["retryable"],
    )
    assert str(error["hint"]).endswith(".")


def test_an_input_error_with_json_carries_file_and_line(shop: Journey) -> None:
    shop.edit("inventory/product.yml", "team:", "teem:")
    told = shop.run(STAGING, "--json")
    (error,) = told.records
    assert ("error", "unknown-key", 2) == (
        error["kind"],
        error["code"],
        told.status,
    )
    details = error["details"]
    assert isinstance(details, dict)
    assert "/teem" == details["pointer"]
    assert shop.line_of("inventory/product.yml", "teem:") == details["line"]


@pytest.mark.parametrize(
    "words", [(STAGING,), (STAGING, "--verbose"), (STAGING, "--check"), ("--list",)]
)
def test_without_a_terminal_there_are_no_control_characters(
    journey: Journey, words: tuple[str, ...]
) -> None:
    told = journey.run(*words)
    assert 0 == told.status
    assert None is CONTROL.search(told.out + told.err)


def test_the_first_run_told_what_it_did_in_plain_lines(
    provisioned: Provisioned,
) -> None:
    first = provisioned.first
    assert None is CONTROL.search(first.out)
    assert "sandbox platforms, staging: infrastructure, staging" == first.lines[0]
    assert "plan: 6 to create, 38 cannot know yet, 4 unchanged" == first.lines[1]
    assert any(line.startswith("ledger head ") for line in first.lines)
    assert "next: invoke provision.staging --check" in first.lines
