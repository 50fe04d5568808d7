"""Destroying an environment: shown, asked for, done, and proven."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.hand import RAILWAY_IDS, Hand

if TYPE_CHECKING:
    from tests.support.journey import Journey

pytestmark = pytest.mark.xdist_group("journey")

DESTROY = "destroy.staging"
ALL = ("--include", "database,domain", "--confirm", "staging")


def left(journey: Journey) -> dict[str, int]:
    """How much the platforms list."""
    hand = Hand(journey.sandbox)
    zones = journey.sandbox.api("cloudflare", "GET", "/client/v4/zones").json()
    (zone,) = zones["result"]
    path = f"/client/v4/zones/{zone['id']}/dns_records"
    records = journey.sandbox.api("cloudflare", "GET", path).json()["result"]
    return {
        "railway": len(hand.railway(RAILWAY_IDS)["projects"]["edges"]),
        "vercel": len(hand.vercel("GET", "/v10/projects")["projects"]),
        "supabase": len(journey.sandbox.api("supabase", "GET", "/v1/projects").json()),
        "records": sum("staging" in each["name"] for each in records),
        "others": sum("staging" not in each["name"] for each in records),
    }


def test_what_would_die_is_shown_and_nothing_is_written(journey: Journey) -> None:
    mark = journey.mark()
    told = journey.run(DESTROY, "--check")
    assert (3, []) == (told.status, journey.written(mark))
    for line in (
        "  - railway.project vocilia-staging",
        "      - railway.service worker",
        "      - railway.variable backend JWT_SECRET",
        "      - vercel.domain staging-customer.vocilia.com",
    ):
        assert line in told.lines
    kept = [line for line in told.lines if line.startswith("  = ")]
    assert ["database", "domain"] == sorted(
        line.partition("--include ")[2].split()[0] for line in kept
    )


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        ((), 2, "input-error"),
        (("--confirm", "production"), 2, "input-error"),
        (("--include", "databse", "--confirm", "staging"), 2, "input-error"),
    ],
)
def test_without_the_environments_name_nothing_dies(
    journey: Journey, words: tuple[str, ...], status: int, code: str
) -> None:
    mark = journey.mark()
    refused = journey.run(DESTROY, *words)
    assert (status, code, []) == (
        refused.status,
        refused.code,
        journey.written(mark),
    )


def test_everything_dies_but_what_is_protected_until_that_is_named(
    torn: Journey,
) -> None:
    before = left(torn)
    told = torn.run(DESTROY, "--confirm", "staging")
    assert 0 == told.status, told.out + told.err
    assert "may take" in told.out
    assert {**before, "railway": 0, "vercel": 0} == left(torn)
    told = torn.run(DESTROY, *ALL)
    assert 0 == told.status, told.out + told.err
    assert {"railway": 0, "vercel": 0, "supabase": 0, "records": 0} == {
        name: count for name, count in left(torn).items() if name != "others"
    }
    # Who may issue certificates is about the zone, not about one environment.
    assert before["others"] == left(torn)["others"]
    again = torn.run(DESTROY, *ALL)
    assert (0, "nothing of staging is there to destroy") == (
        again.status,
        again.lines[-1],
    )
    assert 0 == torn.run("ledger.verify").status


def test_a_platform_that_refuses_stops_it_and_the_same_command_goes_on(
    torn: Journey,
) -> None:
    torn.order("railway", "projectDelete", "status", status=500, times=0)
    stopped = torn.run(DESTROY, *ALL)
    assert 8 == stopped.status
    assert 1 == left(torn)["railway"]
    torn.sandbox.control("DELETE", "/faults")
    assert 0 == torn.run(DESTROY, *ALL).status
    assert 0 == left(torn)["railway"]
