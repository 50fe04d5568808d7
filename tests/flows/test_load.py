"""Load, page speed and acceptance against a provisioned staging."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.chromium import installed_browser

if TYPE_CHECKING:
    from tests.support.journey import Journey, Outcome

pytestmark = [pytest.mark.timeout(240), pytest.mark.xdist_group("journey")]

REFUSED = 4


def figures(outcome: Outcome) -> dict[str, dict[str, object]]:
    found = [each for each in outcome.records if each["kind"] == "figure"]
    return {str(each["figure"]): each for each in found}


def test_users_come_and_what_they_noticed_is_judged(journey: Journey) -> None:
    told = journey.run("verify.load", "--users", "8", "--seconds", "2",
                       "--peak-users", "0", "--json")  # fmt: skip
    found = figures(told)
    # Eight users for two seconds are too few for a verdict, and it says so.
    assert REFUSED == told.status, told.out + told.err
    assert "inconclusive" == found["load: API p95"]["verdict"]
    assert 0 == found["load: error rate"]["value"], told.out
    assert "pass" == found["database queries, average"]["verdict"]
    assert "load-progress" in {each["kind"] for each in told.records}
    verdict = told.records[-1]
    with Path(str(verdict["report"])).open(encoding="utf-8") as kept:
        assert verdict["digest"] == json.load(kept)["digest"]


def test_flags_that_contradict_each_other_are_refused(journey: Journey) -> None:
    refused = journey.run("verify.load", "--master", "--worker", "load-1")
    assert (2, "input-error") == (refused.status, refused.code)
    few = journey.run("verify.pages", "--runs", "2")
    assert (2, "input-error") == (few.status, few.code)


@pytest.mark.heavy
@pytest.mark.browser
def test_pages_are_measured_in_a_browser_over_a_slow_line(journey: Journey) -> None:
    installed_browser()
    told = journey.run("verify.pages", "--app", "customer", "--json")
    found = figures(told)
    for name in ("first contentful paint", "whole page"):
        figure = found[f"customer: {name}"]
        assert (3, "pass") == (figure["n"], figure["verdict"]), told.out
    # The line is really slow: a page over loopback takes a tenth of this.
    assert float(str(found["customer: whole page"]["value"])) > 300
    assert "pass" == found["customer: cache hits, second visit"]["verdict"]
    unknown = journey.run("verify.pages", "--app", "courier")
    assert (2, "input-error") == (unknown.status, unknown.code)


@pytest.mark.heavy
@pytest.mark.browser
def test_every_scenario_has_its_rows_and_what_is_not_there_does_not_pass(
    journey: Journey,
) -> None:
    installed_browser()
    told = journey.run("verify.acceptance", "--json")
    found = figures(told)
    assert set("1234567") == {name[0] for name in found}
    assert REFUSED == told.status
    failed = [name for name, each in found.items() if each["verdict"] == "fail"]
    assert [] == failed, told.out
    passed = {name[0] for name, each in found.items() if each["verdict"] == "pass"}
    assert set("1234") == passed
    assert "inconclusive" == found["4 load in full"]["verdict"]
