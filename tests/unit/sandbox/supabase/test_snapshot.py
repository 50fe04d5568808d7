"""A snapshot of the world holds the projects' databases."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.support.supabase_world import Project, Supabase

pytestmark = pytest.mark.xdist_group("supabase-snapshot")


def test_a_restore_brings_back_rows_settings_and_the_way_in(
    supabase: Supabase, project: Project
) -> None:
    project.query("create table kept as select 7 as n")
    assert 201 == supabase.endpoints.control("POST", "/snapshots/one").status
    project.query("update kept set n = 8; create table later (n int)")
    project.enforce_tls(is_enforced=True)
    supabase.create()
    restored = supabase.endpoints.control("POST", "/snapshots/one/restore")
    assert 200 == restored.status

    async def look(connection: Any) -> list[Any]:
        return [
            await connection.fetchval("select n from kept"),
            await connection.fetchval("select to_regclass('later')"),
        ]

    assert [7, None] == project.run(look, "session")
    assert [7, None] == project.run(look, "transaction")
    assert 7 == asyncio.run(_without_tls(project))
    (only,) = supabase.get("/v1/projects")
    assert project.ref == only["ref"]


async def _without_tls(project: Project) -> Any:
    connection = await project.connect(ssl=False)
    try:
        return await connection.fetchval("select n from kept")
    finally:
        await connection.close()
