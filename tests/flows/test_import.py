"""Taking over what is there: a lost ledger, and projects that were made by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.hand import RAILWAY_IDS, Hand
from tests.support.journey import STAGING, Journey, web_project

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.xdist_group("journey")

IMPORT = "import.staging"
ENVIRONMENT = "inventory/environments/staging.yml"
RENAME = """
mutation Rename($id: String!, $input: ProjectUpdateInput!) {
  projectUpdate(id: $id, input: $input) { name }
}
"""
HISTORY = "select version, name from supabase_migrations.schema_migrations order by 1"
BY_HAND = """
delete from supabase_migrations.schema_migrations;
insert into supabase_migrations.schema_migrations (version, name)
values ('20250101000000', 'by_hand');
"""


def lose_ledger(journey: Journey) -> None:
    for path in journey.ledger.parent.glob("ledger.*"):
        path.unlink()


def sql(journey: Journey, ref: str, query: str) -> Any:
    path = f"/v1/projects/{ref}/database/query"
    answer = journey.sandbox.api("supabase", "POST", path, {"query": query})
    assert answer.status == 201, answer.text
    return answer.json()


def the_database(journey: Journey) -> str:
    (project,) = journey.sandbox.api("supabase", "GET", "/v1/projects").json()
    return str(project["ref"])


def make_by_hand(journey: Journey) -> dict[str, str]:
    """Give everything the names, and the database the history, of somebody else."""
    hand = Hand(journey.sandbox)
    (railway,) = hand.railway(RAILWAY_IDS)["projects"]["edges"]
    hand.railway(RENAME, id=railway["node"]["id"], input={"name": "shop"})
    ref = the_database(journey)
    renamed = {"name": "shop-db"}
    journey.sandbox.api("supabase", "PATCH", f"/v1/projects/{ref}", renamed)
    names = {"database": "shop-db", "backend": "shop"}
    for app in ("customer", "business", "admin"):
        names[app] = f"shop-{app}"
        hand.vercel("PATCH", f"/v9/projects/{web_project(app)}", {"name": names[app]})
    sql(journey, ref, BY_HAND)
    return names


def test_a_lost_ledger_comes_back_from_the_platforms_without_a_write(
    torn: Journey,
) -> None:
    lose_ledger(torn)
    mark = torn.mark()
    told = torn.run(IMPORT)
    assert 0 == told.status, told.out + told.err
    assert "0 differ, 0 not looked at; nothing was written to a platform" in told.out
    assert [] == torn.written(mark)
    assert 0 == torn.run("ledger.verify").status
    assert [] == torn.run(STAGING, "--check").pending
    assert 0 == torn.run(STAGING).status
    assert [] == torn.written(mark)


def test_projects_made_by_hand_are_adopted_without_a_single_write(
    torn: Journey, tmp_path: Path
) -> None:
    names = make_by_hand(torn)
    lose_ledger(torn)
    ref = the_database(torn)
    rows = "select count(*) from public.businesses"
    before = sql(torn, ref, rows), sql(torn, ref, HISTORY)
    shop = torn.elsewhere(tmp_path / "shop")
    adopt = ",".join(f"{what}={name}" for what, name in names.items())
    words = ("--adopt", adopt, "--baseline", "20260101000300")
    mark = torn.mark()

    dry = shop.run(IMPORT, "--check", *words)
    assert (0, []) == (dry.status, dry.pending), dry.out + dry.err
    assert "shop-db" not in (shop.root / ENVIRONMENT).read_text()

    told = shop.run(IMPORT, *words)
    assert 0 == told.status, told.out + told.err
    kept = (shop.root / ENVIRONMENT).read_text()
    for what, name in names.items():
        assert f"  {what}: {name}\n" in kept
    assert '  baseline: "20260101000300"\n' in kept
    assert "# Projects of its own on each platform" in kept

    assert [] == shop.run(STAGING, "--check").pending
    # The SQL that the test itself asked for is all that was written.
    assert [] == [each for each in torn.written(mark) if "/query" not in each]
    assert before == (sql(torn, ref, rows), sql(torn, ref, HISTORY))


def test_a_name_that_no_platform_knows_is_refused_with_those_that_it_knows(
    journey: Journey,
) -> None:
    refused = journey.run(IMPORT, "--adopt", "database=shop-bd")
    assert (8, "platform-not-found") == (refused.status, refused.code)
    assert "It has: vocilia-staging" in refused.hint


@pytest.mark.parametrize(
    "words",
    [
        ("--adopt", "database"),
        ("--adopt", "databse=shop"),
        ("--baseline", "first"),
    ],
)
def test_a_wrong_adoption_is_refused_before_anything_is_read(
    journey: Journey, words: tuple[str, ...]
) -> None:
    mark = journey.mark()
    refused = journey.run(IMPORT, *words)
    assert (2, []) == (refused.status, journey.written(mark))
    assert refused.hint
