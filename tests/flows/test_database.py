"""Whether a database is safe, asked by a person, of the one that was provisioned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.supabase_world import Project, Supabase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.journey import Journey, Provisioned

pytestmark = pytest.mark.xdist_group("journey")
HOLE = """
create policy hole on public.rewards for update to authenticated using (true);
grant update on public.rewards to authenticated;
"""
CLOSED = """
drop policy hole on public.rewards;
revoke update on public.rewards from authenticated;
"""


@pytest.fixture
def project(journey: Journey, provisioned: Provisioned) -> Project:
    supabase = Supabase(journey.sandbox)
    [found] = supabase.get("/v1/projects")
    return Project(supabase, found["ref"])


@pytest.fixture
def hole(project: Project) -> Iterator[None]:
    project.query(HOLE)
    yield
    project.query(CLOSED)


def test_a_provisioned_database_is_safe_and_nothing_of_the_trial_stays(
    journey: Journey, project: Project
) -> None:
    count = "select count(*)::int as n from public.feedback"
    before = project.query(count)
    advised, proven = journey.run("database.advise"), journey.run("database.prove")
    assert (0, 0) == (advised.status, proven.status), advised.err + proven.err
    assert "14 rules over 10 tables, 21 policies, 0 views, 3 functions" in advised.lines
    assert "0 to mend or to accept by name, 0 to know, 1 accepted" in advised.lines
    assert "0 came out wrong; nothing of them stays in the database" in proven.lines
    assert before == project.query(count)


def test_a_hole_made_by_hand_is_told_with_what_mends_it(
    journey: Journey, hole: None
) -> None:
    advised, proven = journey.run("database.advise"), journey.run("database.prove")
    assert (4, 4) == (advised.status, proven.status)
    assert "ERROR  public.rewards.hole: it lets authenticated update every row" in (
        advised.lines
    )
    wrong = "WRONG  public.rewards: user C tries to change any row and is allowed"
    assert wrong in proven.lines
    records = journey.run("database.prove", "--json").records
    assert 3 == sum(each.get("is_right") is False for each in records)
    assert "policies-proven" == records[-1]["kind"]


def test_a_database_that_is_not_there_is_said(
    journey: Journey, provisioned: Provisioned
) -> None:
    asked = journey.run("database.advise", "--environment", "development")
    assert (8, "platform-not-found") == (asked.status, asked.code)
    assert "invoke provision.infrastructure --environment development" in asked.hint
