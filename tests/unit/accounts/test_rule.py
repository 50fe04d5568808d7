"""What accounts must be able to hold: one thing wrong, one finding says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from launchbook.accounts.rule import (
    NAMES,
    Railway,
    Seen,
    Supabase,
    Vercel,
    Wishes,
    judge,
)
from launchbook.model.account import Spending, Tenancy
from launchbook.model.gate import Verdict

NOW = datetime(2030, 1, 2, tzinfo=UTC)
WISHES = Wishes(
    environment="staging",
    names={"database": "shop-staging", "backend": "shop-staging"},
    replicas=2,
    instance_size="micro",
)
WORKSPACE = Tenancy("w1", "shop", "pro", Spending(3.0))
RAILWAY = Railway(token_kind="account", workspace=WORKSPACE)
VERCEL = Vercel(team=Tenancy("t1", "shop", "pro", answered_at=NOW))
SUPABASE = Supabase(organization=Tenancy("o1", "shop", "pro", answered_at=NOW))
GOOD = Seen(RAILWAY, VERCEL, SUPABASE, NOW)


def spent(dollars: float, limit: float | None, *, is_over: bool = False) -> Railway:
    spending = Spending(dollars, limit, is_over)
    return replace(RAILWAY, workspace=replace(WORKSPACE, spending=spending))


def railway(plan: str) -> Railway:
    return replace(RAILWAY, workspace=replace(WORKSPACE, plan=plan))


def vercel(plan: str, *, told: datetime | None = NOW) -> Vercel:
    return Vercel(team=Tenancy("t1", "shop", plan, answered_at=told))


def supabase(plan: str, *projects: str, told: datetime | None = NOW) -> Supabase:
    return Supabase("", Tenancy("o1", "shop", plan, answered_at=told), projects)


def blocking(seen: Seen, wishes: Wishes = WISHES) -> dict[str, Verdict]:
    return {f.name: f.verdict for f in judge(seen, wishes) if f.is_blocking}


def test_everything_is_found_in_a_fixed_order_and_all_is_well() -> None:
    assert list(NAMES) == [each.name for each in judge(GOOD, WISHES)]
    assert {} == blocking(GOOD)


@pytest.mark.parametrize(
    ("seen", "name"),
    [
        (replace(RAILWAY, token_kind="project"), "railway-token"),
        (Railway(token_kind="account", workspaces=2), "railway-token"),
        (railway("free"), "railway-plan"),
        (spent(20.0, 20.0), "railway-spend"),
        (spent(5.0, 20.0, is_over=True), "railway-spend"),
        (replace(RAILWAY, projects={"shop-staging": 2}), "railway-names"),
    ],
)
def test_what_is_wrong_with_railway_is_named(seen: Railway, name: str) -> None:
    assert Verdict.FAIL is blocking(replace(GOOD, railway=seen))[name]


@pytest.mark.parametrize(
    "seen",
    [
        spent(19.0, 20.0),
        replace(RAILWAY, projects={"shop-staging": 1, "other": 2}),
        railway("a plan of next year"),
    ],
)
def test_what_is_right_with_railway_passes(seen: Railway) -> None:
    assert {} == blocking(replace(GOOD, railway=seen))


def test_a_plan_holds_as_many_replicas_as_it_has() -> None:
    wishes = replace(WISHES, replicas=6)
    assert {} == blocking(replace(GOOD, railway=railway("hobby")), wishes)
    more = replace(WISHES, replicas=7)
    found = blocking(replace(GOOD, railway=railway("hobby")), more)
    assert {"railway-plan": Verdict.FAIL} == found


def test_a_refused_token_leaves_the_rest_untold() -> None:
    assert {
        "railway-token": Verdict.FAIL,
        "railway-plan": Verdict.INCONCLUSIVE,
        "railway-spend": Verdict.INCONCLUSIVE,
        "railway-names": Verdict.INCONCLUSIVE,
    } == blocking(replace(GOOD, railway=Railway(refusal="not authorized")))
    found = blocking(
        replace(GOOD, vercel=Vercel(refusal="no"), supabase=Supabase("no"))
    )
    assert {
        "vercel-token": Verdict.FAIL,
        "vercel-plan": Verdict.INCONCLUSIVE,
        "supabase-token": Verdict.FAIL,
        "supabase-plan": Verdict.INCONCLUSIVE,
        "clock": Verdict.INCONCLUSIVE,
    } == found


def test_a_token_that_ends_today_is_no_token() -> None:
    ending = replace(VERCEL, token_ends_at=NOW + timedelta(hours=5))
    assert {"vercel-token": Verdict.FAIL} == blocking(replace(GOOD, vercel=ending))
    lasting = replace(VERCEL, token_ends_at=NOW + timedelta(days=5))
    assert {} == blocking(replace(GOOD, vercel=lasting))


def test_an_environment_beside_production_needs_a_paid_team() -> None:
    hobby = replace(GOOD, vercel=vercel("hobby"))
    assert {"vercel-plan": Verdict.FAIL} == blocking(hobby)
    assert {} == blocking(hobby, replace(WISHES, environment="production"))


def test_a_free_organization_has_two_projects_of_the_smallest_sizes() -> None:
    small = replace(WISHES, instance_size="small")
    free = replace(GOOD, supabase=supabase("free", "shop-staging", "one"))
    assert {} == blocking(free)
    assert {"supabase-plan": Verdict.FAIL} == blocking(free, small)
    full = replace(GOOD, supabase=supabase("free", "one", "two"))
    assert {"supabase-plan": Verdict.FAIL} == blocking(full)


def test_a_host_name_that_somebody_has_is_named() -> None:
    taken = replace(GOOD, taken={"api.shop.example": "in use"})
    assert {"domain-names": Verdict.FAIL} == blocking(taken)


@pytest.mark.parametrize(("seconds", "count"), [(59, 0), (-59, 0), (61, 1), (-61, 1)])
def test_a_clock_that_is_a_minute_off_is_told(seconds: int, count: int) -> None:
    told = NOW + timedelta(seconds=seconds)
    seen = Seen(RAILWAY, vercel("pro", told=told), supabase("pro", told=told), NOW)
    assert count == len(blocking(seen))


def test_a_free_database_is_none_for_customers() -> None:
    seen = replace(GOOD, supabase=supabase("free"))
    assert {} == blocking(seen)
    wanted = replace(WISHES, environment="production")
    assert {"supabase-plan": Verdict.FAIL} == blocking(seen, wanted)


@pytest.mark.parametrize(("plan", "fit"), [("free", 1), ("hobby", 2), ("pro", 20)])
def test_a_plan_has_so_many_domains_and_no_more(plan: str, fit: int) -> None:
    seen = replace(GOOD, railway=railway(plan))
    wanted = replace(WISHES, replicas=1, domains=fit)
    assert {} == blocking(seen, wanted)
    more = replace(wanted, domains=fit + 1)
    assert {"railway-plan": Verdict.FAIL} == blocking(seen, more)
