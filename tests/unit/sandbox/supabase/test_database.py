"""The database's configuration and queries, over the Management API."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.support.supabase_world import Project, Supabase

from tests.support.supabase_world import PASSWORD, until

pytestmark = pytest.mark.xdist_group("supabase-database")


def test_rows_come_back_as_json(project: Project) -> None:
    sql = """select 1 as n, 'a;b' as t, true as b, null as x, 1.5::numeric as d,
        '{"k": [1]}'::jsonb as j, array[1, 2] as a, '\\x01ff'::bytea as raw,
        '2026-01-02T03:04:05Z'::timestamptz as at, interval '1 hour' as i"""
    (row,) = project.query(sql)
    assert row == {
        "n": 1,
        "t": "a;b",
        "b": True,
        "x": None,
        "d": 1.5,
        "j": {"k": [1]},
        "a": [1, 2],
        "raw": "\\x01ff",
        "at": "2026-01-02T03:04:05+00:00",
        "i": "1:00:00",
    }


def test_a_query_takes_parameters(project: Project) -> None:
    assert [{"n": "x"}] == project.query("select $1::text as n", "x")


def test_several_statements_run_as_a_script(project: Project) -> None:
    assert project.query("create table s (n int); insert into s values (1)") == []
    assert [{"n": 1}] == project.query("select n from s")


def test_an_sql_error_is_told_with_its_sqlstate(
    supabase: Supabase, project: Project
) -> None:
    path = project.path("/database/query")
    status, message = supabase.refused("POST", path, {"query": "select * from nowhere"})
    assert status == 400
    assert message == (
        'Failed to run sql query: ERROR:  42P01: relation "nowhere" does not exist'
    )


def test_queries_run_as_postgres_who_is_no_superuser(project: Project) -> None:
    sql = "select current_user::text as u, rolsuper from pg_roles where rolname = current_user"
    assert [{"u": "postgres", "rolsuper": False}] == project.query(sql)


def test_a_query_finds_extensions_without_their_schema(project: Project) -> None:
    sql = (
        "select uuid_generate_v4() is not null as u, current_schemas(false)::text as s"
    )
    assert [{"u": True, "s": "{public,extensions}"}] == project.query(sql)


def test_a_read_only_query_cannot_write(supabase: Supabase, project: Project) -> None:
    path = project.path("/database/query/read-only")
    before = supabase.endpoints.last_sequence()
    assert [{"n": 1}] == supabase.done("POST", path, {"query": "select 1 as n"})
    body = {"query": "create table forbidden (n int)"}
    status, message = supabase.refused("POST", path, body)
    assert (400, True) == (status, "25006" in message)
    assert supabase.endpoints.mutating_count(since=before) == 0


def test_the_pooler_is_described_and_its_size_can_be_set(
    supabase: Supabase, project: Project
) -> None:
    path = project.path("/config/database/pooler")
    (entry,) = supabase.get(path)
    assert entry["db_host"] == "127.0.0.1"
    assert entry["db_port"] == supabase.ports["transaction_port"]
    assert entry["db_user"] == f"postgres.{project.ref}"
    assert entry["pool_mode"] == "transaction"
    assert entry["default_pool_size"] == 15
    supabase.done("PATCH", path, {"default_pool_size": 20})
    assert supabase.get(path)[0]["default_pool_size"] == 20
    assert supabase.refused("PATCH", path, {"default_pool_size": 0})[0] == 400
    supabase.done("PATCH", path, {"default_pool_size": 15})
    assert PASSWORD not in entry["connection_string"]


def test_network_restrictions_are_stored_and_then_applied(
    supabase: Supabase, project: Project
) -> None:
    path = project.path("/network-restrictions")
    assert supabase.get(path)["status"] == "applied"
    body = {"dbAllowedCidrs": ["127.0.0.0/8"], "dbAllowedCidrsV6": ["::1/128"]}
    answer = supabase.done("POST", f"{path}/apply", body)
    assert (body, "stored") == (answer["config"], answer["status"])
    until(lambda: supabase.get(path)["status"] == "applied")
    wrong = {"dbAllowedCidrs": ["::1/128"]}
    assert supabase.refused("POST", f"{path}/apply", wrong)[0] == 400
    assert (
        supabase.refused("POST", f"{path}/apply", {"dbAllowedCidrs": ["here"]})[0]
        == 400
    )


def test_tls_that_was_not_applied_is_said(supabase: Supabase, project: Project) -> None:
    path = project.path("/ssl-enforcement")
    supabase.fault("not_applied", "PUT /v1/projects/{ref}/ssl-enforcement")
    body = {"requestedConfig": {"database": True}}
    answer = supabase.done("PUT", path, body)
    assert answer == {
        "currentConfig": {"database": False},
        "appliedSuccessfully": False,
    }
    assert supabase.done("PUT", path, body)["currentConfig"] == {"database": True}
    assert supabase.refused("PUT", path, {"requestedConfig": {}})[0] == 400
    project.enforce_tls(is_enforced=False)


def test_a_setting_of_the_server_changes_for_real(
    supabase: Supabase, project: Project
) -> None:
    path = project.path("/config/database/postgres")
    supabase.done("PUT", path, {"statement_timeout": "9s"})
    assert supabase.get(path) == {"statement_timeout": "9s"}
    until(
        lambda: project.query("show statement_timeout") == [{"statement_timeout": "9s"}]
    )
    for wrong in ({"a b": 1}, {"no_such_setting": 1}):
        assert supabase.refused("PUT", path, wrong)[0] == 400
    body = {"max_connections": 61, "restart_database": True}
    supabase.done("PUT", path, body)
    project.reach("ACTIVE_HEALTHY")
    assert [{"max_connections": "61"}] == project.query("show max_connections")


def test_a_new_password_replaces_the_old_one_at_once(
    supabase: Supabase, project: Project
) -> None:
    path = project.path("/database/password")

    async def one_query(mode: str, password: str) -> Any:
        connection = await project.connect(mode, password=password)
        try:
            return await connection.fetchval("select 1")
        finally:
            await connection.close()

    assert asyncio.run(one_query("transaction", PASSWORD)) == 1
    supabase.done("PATCH", path, {"password": "another one"})
    for mode in ("session", "transaction"):
        assert asyncio.run(one_query(mode, "another one")) == 1
        assert project.refusal(mode)[0] == "28P01"
    assert supabase.refused("PATCH", path, {"password": "abc"})[0] == 400
    supabase.done("PATCH", path, {"password": PASSWORD})


def test_there_are_no_vendor_backups_yet(supabase: Supabase, project: Project) -> None:
    assert supabase.get(project.path("/database/backups"))["backups"] == []


def test_the_instance_size_decides_the_number_of_connections(
    supabase: Supabase,
) -> None:
    project = supabase.project(desired_instance_size="small")
    assert [{"max_connections": "90"}] == project.query("show max_connections")
    (entry,) = supabase.get(project.path("/config/database/pooler"))
    assert entry["max_client_conn"] == 400


def test_a_body_that_is_no_object_is_refused(
    supabase: Supabase, project: Project
) -> None:
    for body in (b"[]", b"{", b'{"query": ""}'):
        assert supabase.refused("POST", project.path("/database/query"), body)[0] == 400
