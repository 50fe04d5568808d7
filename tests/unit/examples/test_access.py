"""Row level security: what each role sees, asked of the database itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pg8000.exceptions
import pytest

if TYPE_CHECKING:
    from tests.support.cluster import Cluster
    from tests.support.vocilia import Backend

pytestmark = pytest.mark.xdist_group("vocilia")
TABLES = "from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"


def test_every_table_has_row_level_security_and_a_policy(database: Cluster) -> None:
    bare = database.run(
        f"select relname {TABLES} and not (relrowsecurity and exists"
        " (select 1 from pg_policy where polrelid = pg_class.oid))"
    )
    assert bare == []
    assert database.run(f"select count(*) {TABLES}") == [[10]]


def test_every_foreign_key_starts_an_index(database: Cluster) -> None:
    unindexed = database.run(
        "select conrelid::regclass::text, conname from pg_constraint as key"
        " where contype = 'f' and connamespace = 'public'::regnamespace"
        " and not exists (select 1 from pg_index where indrelid = key.conrelid"
        " and indkey[0] = key.conkey[1])"
    )
    assert unindexed == []


@pytest.mark.parametrize("role", ["anon", "authenticated"])
@pytest.mark.parametrize(
    "table",
    ["staff", "jobs", "job_dead_letters", "worker_heartbeats", "payment_batches"],
)
def test_the_service_s_tables_are_closed_to_the_api_roles(
    database: Cluster, role: str, table: str
) -> None:
    with pytest.raises(pg8000.exceptions.DatabaseError, match="permission denied"):
        database.run_as(role, "{}", f"select * from {table}")


@pytest.mark.parametrize("role", ["anon", "authenticated"])
def test_nobody_reads_the_hash_of_an_access_key(database: Cluster, role: str) -> None:
    with pytest.raises(pg8000.exceptions.DatabaseError, match="permission denied"):
        database.run_as(role, "{}", "select access_key_hash from businesses")


def test_a_customer_without_a_claim_reads_no_feedback(
    database: Cluster, backend: Backend
) -> None:
    leave(backend, "demo", "a0000000-0000-4000-8000-000000000001")
    assert database.run_as("anon", "{}", "select id from feedback") == []


def test_an_owner_sees_only_the_own_business(
    database: Cluster, backend: Backend
) -> None:
    leave(backend, "demo", "a0000000-0000-4000-8000-000000000002")
    leave(backend, "second", "a0000000-0000-4000-8000-000000000003")
    [[owner]] = database.run(
        "select owner_id::text from businesses where slug='second'"
    )
    seen = database.run_as(
        "authenticated",
        f'{{"sub": "{owner}"}}',
        "select distinct slug from feedback join businesses as b on b.id = business_id",
    )
    assert seen == [["second"]]


def test_a_customer_cannot_book_feedback_on_another_business(
    database: Cluster, backend: Backend
) -> None:
    with pytest.raises(pg8000.exceptions.DatabaseError, match="row-level security"):
        database.run_as(
            "anon",
            "{}",
            "insert into feedback (business_id, location_id, rating)"
            " select b.id, l.id, 5 from businesses as b, locations as l"
            " where b.slug = 'demo' and l.code = 'second'",
        )


def test_an_owner_cannot_change_a_score(database: Cluster) -> None:
    with pytest.raises(pg8000.exceptions.DatabaseError, match="permission denied"):
        database.run_as("authenticated", "{}", "update feedback set score = 100")


def leave(backend: Backend, shop: str, feedback_id: str) -> None:
    body = {"id": feedback_id, "shop": shop, "rating": 4, "comment": "fine"}
    assert backend.post("/api/feedback", body).status == 201
