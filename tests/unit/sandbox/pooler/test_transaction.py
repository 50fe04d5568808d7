"""Transaction mode: server connections are shared between transactions."""

from __future__ import annotations

import asyncio
import io
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from tests.support.supabase_world import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from tests.support.supabase_world import Project


pytestmark = pytest.mark.xdist_group("pooler-transaction")


@pytest.fixture(autouse=True)
def a_pool_of_one(project: Project) -> Iterator[None]:
    path = project.path("/config/database/pooler")
    project.vendor.done("PATCH", path, {"default_pool_size": 1})
    yield
    project.vendor.done("PATCH", path, {"default_pool_size": 15})


@asynccontextmanager
async def clients(project: Project, count: int) -> AsyncIterator[list[Any]]:
    opened = [await project.connect("transaction") for _ in range(count)]
    try:
        yield opened
    finally:
        for each in opened:
            await each.close()


def test_many_clients_share_one_server_connection(project: Project) -> None:
    async def work() -> set[int]:
        async with clients(project, 8) as opened:
            asked = [each.fetchval("select pg_backend_pid()") for each in opened * 1]
            return set(await asyncio.gather(*asked))

    assert len(asyncio.run(work())) == 1


def test_a_transaction_is_alone_on_its_connection(project: Project) -> None:
    project.query("create table turns (id serial, who text)")

    async def turn(connection: Any, who: str) -> None:
        async with connection.transaction():
            for _ in range(3):
                await connection.execute("insert into turns (who) values ($1)", who)
                await asyncio.sleep(0.01)

    async def work() -> list[str]:
        async with clients(project, 3) as opened:
            await asyncio.gather(
                *(turn(each, who) for each, who in zip(opened, "abc", strict=True))
            )
            rows = await opened[0].fetch("select who from turns order by id")
            return [row["who"] for row in rows]

    order = "".join(asyncio.run(work()))
    assert sorted(order) == list("aaabbbccc")
    assert all(who * 3 in order for who in "abc")


def test_nothing_of_a_session_is_left_for_the_next_client(project: Project) -> None:
    async def work() -> list[Any]:
        async with clients(project, 2) as (one, other):
            before = await other.fetchval("show statement_timeout")
            await one.execute("set statement_timeout = '7s'")
            await one.execute("select pg_advisory_lock(1)")
            after = await other.fetchval("show statement_timeout")
            locks = await other.fetchval(
                "select count(*) from pg_locks where locktype = 'advisory'"
            )
            return [before == after, locks]

    assert [True, 0] == asyncio.run(work())


def test_a_client_that_asks_at_once_again_gets_no_more_than_a_transaction(
    project: Project,
) -> None:
    async def turns(connection: Any) -> set[str]:
        found = set()
        for count in range(30):
            await connection.execute(f"set work_mem = '{count + 100}kB'")
            found.add(await connection.fetchval("show work_mem"))
        return found

    async def work() -> list[set[str]]:
        async with clients(project, 3) as opened:
            return await asyncio.gather(*(turns(each) for each in opened))

    assert [{"4MB"}] * 3 == asyncio.run(work())


def test_a_prepared_statement_is_gone_after_its_transaction(project: Project) -> None:
    async def work() -> None:
        async with clients(project, 1) as (one,):
            await one.execute("prepare named as select 1")
            with pytest.raises(asyncpg.InvalidSQLStatementNameError):
                await one.execute("execute named")

    asyncio.run(work())


def test_an_error_ends_the_transaction_and_not_the_client(project: Project) -> None:
    async def work() -> Any:
        async with clients(project, 2) as (one, other):
            with pytest.raises(asyncpg.DivisionByZeroError):
                await one.fetchval("select 1 / 0")
            with pytest.raises(asyncpg.DivisionByZeroError):
                async with one.transaction():
                    await one.fetchval("select 1 / 0")
            return await other.fetchval("select 1"), await one.fetchval("select 2")

    assert (1, 2) == asyncio.run(work())


def test_a_client_that_leaves_within_a_transaction_leaves_nothing(
    project: Project,
) -> None:
    project.query("create table abandoned (n int)")

    async def work() -> Any:
        async with clients(project, 1) as (one,):
            leaving = await project.connect("transaction")
            await leaving.execute("begin; insert into abandoned values (1)")
            leaving.terminate()
            return await one.fetchval("select count(*) from abandoned")

    assert asyncio.run(work()) == 0


def test_a_copy_passes_and_gives_the_connection_back(project: Project) -> None:
    project.query("create table copied (n int)")
    lines = io.BytesIO(b"".join(b"%d\n" % n for n in range(20_000)))

    async def work() -> Any:
        async with clients(project, 2) as (one, other):
            await one.copy_to_table("copied", source=lines)
            out = io.BytesIO()
            await other.copy_from_query("select * from copied", output=out)
            return await other.fetchval("select count(*) from copied"), out.tell()

    assert (20_000, len(lines.getvalue())) == asyncio.run(work())


def test_a_query_can_be_cancelled(project: Project) -> None:
    async def work() -> Any:
        async with clients(project, 1) as (one,):
            with pytest.raises(TimeoutError):
                await one.execute("select pg_sleep(60)", timeout=0.3)
            return await one.fetchval("select 1")

    assert asyncio.run(work()) == 1


def test_a_waiting_client_goes_on_when_the_pool_grows(project: Project) -> None:
    path = project.path("/config/database/pooler")

    async def work() -> Any:
        async with clients(project, 2) as (one, other), one.transaction():
            await one.execute("select 1")
            waiting = asyncio.create_task(other.fetchval("select 2"))
            await asyncio.sleep(0.2)
            assert not waiting.done()
            body = {"default_pool_size": 2}
            await asyncio.to_thread(project.vendor.done, "PATCH", path, body)
            third = await project.connect("transaction")
            assert await third.fetchval("select 3") == 3
            await third.close()
            return await asyncio.wait_for(waiting, 5)

    assert asyncio.run(work()) == 2


def test_clients_stay_over_a_restart_of_the_server(project: Project) -> None:
    async def work() -> Any:
        async with clients(project, 1) as (one,):
            await one.fetchval("select 1")
            path = project.path("/restart")
            await asyncio.to_thread(project.vendor.done, "POST", path)
            await asyncio.to_thread(project.reach, "ACTIVE_HEALTHY")
            return await one.fetchval("select 2")

    assert asyncio.run(work()) == 2
    until(lambda: project.query("select 1 as n") == [{"n": 1}])
