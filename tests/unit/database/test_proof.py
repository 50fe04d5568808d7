"""The behaviour of policies: what a hole looks like, and that none is overlooked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from launchbook.database.ownership import Intentions
from launchbook.database.proof import Proof, prove
from launchbook.database.reading import read_catalog
from launchbook.errors import InvalidValue
from launchbook.migration.apply import apply_pending
from launchbook.migration.file import read_migrations
from tests.support.cluster import SUPERUSER
from tests.support.vocilia import MIGRATIONS

if TYPE_CHECKING:
    from launchbook.transport.postgres import Session
    from tests.support.cluster import Cluster

pytestmark = pytest.mark.xdist_group("database")

OWN = "owner = (select auth.uid())"
SCHEMA = """
create table shops (
  id uuid primary key default gen_random_uuid(), owner uuid not null, name text not null
);
create table visits (
  id bigint generated always as identity primary key,
  shop uuid not null references shops, at timestamptz not null
);
create table jobs (kind text primary key check (kind in ('mail', 'bill')));
alter table shops enable row level security;
alter table visits enable row level security;
alter table jobs enable row level security;
create policy own on shops to authenticated using (owner = (select auth.uid()));
create policy own on visits to authenticated
  using (shop in (select id from shops where owner = (select auth.uid())));
create policy work on jobs to service_role using (true);
revoke all on shops, visits, jobs from anon;
revoke all on jobs from authenticated;
"""
INTENTIONS = Intentions(owners={"public.shops": "owner"})
VOCILIA = Intentions(
    owners={"public.businesses": "owner_id"},
    readable=frozenset({"public.businesses", "public.locations"}),
    writable=frozenset({"public.feedback"}),
    samples={"public.payment_batches.week": "2026-W01"},
)


def proof_of(
    session: Session, more: str = "", intentions: Intentions = INTENTIONS
) -> Proof:
    session.execute_script(SCHEMA + more)
    return prove(session, read_catalog(session), intentions)


def test_good_policies_have_no_problem_and_everybody_tried(session: Session) -> None:
    proof = proof_of(session)
    assert () == proof.problems
    assert {"anon", "user A", "user B", "user C", "service"} == set(proof.counts)
    assert min(proof.counts.values()) >= 3


def test_nothing_stays_of_the_trial(session: Session) -> None:
    proof_of(session)
    for table in ("shops", "visits", "jobs"):
        assert [] == session.query(f"select 1 as one from {table}")


HOLES = {
    "create policy p on visits for update to authenticated using (at is not null)"
    " with check (at = '2026-02-03')": "tries to change",
    "alter table visits disable row level security": "user A tries to read rows of others",
    "grant select on jobs to anon; alter table jobs disable row level security": (
        "anon tries to read any row"
    ),
    "grant select (name) on shops to anon; create policy p on shops to anon using (true)": (
        "anon tries to read any row"
    ),
    "create policy p on shops for update to authenticated using (true)": (
        "tries to change"
    ),
    "create policy p on shops for select to authenticated using (name is not null)": (
        "user B tries to read rows of others"
    ),
    "create policy p on visits for insert to authenticated with check (at is not null)": (
        "user B tries to add a row of user A"
    ),
    "grant insert (kind) on jobs to anon; create policy p on jobs for insert to anon"
    " with check (true)": "anon tries to add a row of the service",
    "create policy p on shops for delete to authenticated using (true);"
    " create policy q on shops for select to authenticated using (true)": (
        "tries to remove"
    ),
    "drop policy own on shops; create policy own on shops to authenticated"
    " using (owner = '00000000-0000-4000-8000-000000000000')": (
        "user A tries to read the own row and is refused"
    ),
    "revoke all on shops from service_role": "service tries to read the row of user A",
    "create view names as select name from shops; grant select on names to anon": (
        "public.names: anon tries to read any row"
    ),
}


@pytest.mark.parametrize("hole", sorted(HOLES))
def test_a_hole_is_found_and_told_by_who_and_what(session: Session, hole: str) -> None:
    problems = proof_of(session, f"{hole};").problems
    assert any(HOLES[hole] in each for each in problems), problems


def test_a_new_table_is_tried_without_anybody_naming_it(session: Session) -> None:
    proof = proof_of(
        session,
        "create table secrets (id int primary key, shop uuid references shops);",
    )
    assert any(each.startswith("public.secrets: anon") for each in proof.problems)


def test_zero_attempts_are_a_failure(session: Session) -> None:
    proof = prove(session, read_catalog(session), Intentions())
    assert ("nothing was tried: the database has no tables",) == proof.problems


def test_a_table_that_cannot_be_tried_is_a_failure_and_says_what_helps(
    session: Session,
) -> None:
    odd = "create table odd (id text primary key check (id ~ '^x{9}$'));"
    close = " alter table odd enable row level security;"
    [problem] = proof_of(session, odd + close).problems
    assert "public.odd: cannot be tried" in problem
    assert "database.policies.samples" in problem
    sampled = Intentions(owners=INTENTIONS.owners, samples={"public.odd.id": "x" * 9})
    assert () == prove(session, read_catalog(session), sampled).problems


def test_a_table_without_a_key_is_a_failure(session: Session) -> None:
    bare = "create table bare (n int); alter table bare enable row level security;"
    [problem] = proof_of(session, bare).problems
    assert "public.bare: cannot be tried: it has no primary key" in problem


def test_what_is_meant_to_be_public_is_no_problem(session: Session) -> None:
    openly = (
        "create policy p on shops for select to anon using (true);"
        " grant select on shops to anon;"
    )
    assert () != proof_of(session, openly).problems
    meant = Intentions(owners=INTENTIONS.owners, readable=frozenset({"public.shops"}))
    assert () == prove(session, read_catalog(session), meant).problems


@pytest.mark.parametrize(
    "wrong",
    [
        Intentions(owners={"public.shops": "ownr"}),
        Intentions(owners={"public.shop": "owner"}),
        Intentions(readable=frozenset({"public.gone"})),
        Intentions(samples={"public.shops.nam": "x"}),
    ],
)
def test_an_intention_that_names_nothing_is_refused(
    session: Session, wrong: Intentions
) -> None:
    with pytest.raises(InvalidValue, match="the database has no public"):
        proof_of(session, intentions=wrong)


def test_the_rows_of_a_user_may_hang_on_a_table_of_another_schema(
    server: Cluster, session: Session
) -> None:
    people = """
    create table public.people (id uuid primary key references auth.users);
    alter table people enable row level security;
    create policy own on people to authenticated using (id = (select auth.uid()));
    revoke all on people from anon;
    """
    server.run(
        "create table auth.users (id uuid primary key, email text);"
        " grant all on auth.users to postgres",
        user=SUPERUSER,
    )
    mine = Intentions(owners={"public.shops": "owner", "public.people": "id"})
    try:
        assert () == proof_of(session, people, mine).problems
    finally:
        server.run("drop table auth.users cascade", user=SUPERUSER)


def test_the_reference_products_policies_hold(session: Session) -> None:
    apply_pending(session, read_migrations(MIGRATIONS[0].parent))
    proof = prove(session, read_catalog(session), VOCILIA)
    assert () == proof.problems
    assert len(proof.checks) > 100
