"""Session mode: one server connection a client, up to the project's number."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING, Any

import asyncpg
import pg8000.native
import pytest

from tests.support.supabase_world import PASSWORD, Supabase, until

if TYPE_CHECKING:
    from tests.support.sandbox import Sandbox
    from tests.support.supabase_world import Project


pytestmark = pytest.mark.xdist_group("pooler")


def pg8000_connection(project: Project, context: ssl.SSLContext) -> Any:
    return pg8000.native.Connection(
        f"postgres.{project.ref}",
        host="127.0.0.1",
        port=project.vendor.ports["session_port"],
        database="postgres",
        password=PASSWORD,
        ssl_context=context,
        timeout=10,
    )


def test_a_client_talks_to_the_real_server_over_verified_tls(project: Project) -> None:
    connection = pg8000_connection(project, project.vendor.tls)
    try:
        assert [["postgres"]] == connection.run("select current_user")
        assert connection.run("select version()")[0][0].startswith("PostgreSQL ")
    finally:
        connection.close()


def test_a_client_that_trusts_somebody_else_refuses_the_certificate(
    project: Project,
) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        pg8000_connection(project, ssl.create_default_context())


def test_another_role_of_the_project_may_log_in(project: Project) -> None:
    project.query("create role worker login password 'w'")

    async def work() -> Any:
        user = f"worker.{project.ref}"
        connection = await project.connect(user=user, password="w")
        name = await connection.fetchval("select current_user::text")
        await connection.close()
        return name

    assert asyncio.run(work()) == "worker"


def test_a_session_keeps_its_state(project: Project) -> None:
    async def work(connection: Any) -> tuple[Any, Any]:
        await connection.execute("set statement_timeout = '7s'")
        pids = {await connection.fetchval("select pg_backend_pid()") for _ in range(3)}
        return len(pids), await connection.fetchval("show statement_timeout")

    assert (1, "7s") == project.run(work)


def test_notifications_reach_a_listener(project: Project) -> None:
    async def work(connection: Any) -> str:
        heard: asyncio.Queue[str] = asyncio.Queue()

        def hear(*event: Any) -> None:
            heard.put_nowait(event[-1])

        await connection.add_listener("news", hear)
        await asyncio.to_thread(project.query, "notify news, 'hello'")
        return await asyncio.wait_for(heard.get(), 5)

    assert project.run(work) == "hello"


def test_a_query_can_be_cancelled(project: Project) -> None:
    async def work(connection: Any) -> None:
        with pytest.raises(TimeoutError):
            # On a time-out the driver sends a cancel request and waits for its effect.
            await connection.execute("select pg_sleep(60)", timeout=0.3)
        assert await connection.fetchval("select 1") == 1

    project.run(work)


def test_clients_over_the_pool_size_are_refused(
    project: Project, supabase_sandbox: Sandbox
) -> None:
    path = project.path("/config/database/pooler")
    supabase = Supabase(supabase_sandbox)
    supabase.done("PATCH", path, {"default_pool_size": 2})

    async def work() -> str:
        held = [await project.connect() for _ in range(2)]
        with pytest.raises(asyncpg.PostgresError) as refused:
            await project.connect()
        for connection in held:
            await connection.close()
        return str(refused.value)

    message = asyncio.run(work())
    assert message == (
        "(EMAXCONNSESSION) max clients reached in session mode - "
        "max clients are limited to pool_size: 2"
    )
    supabase.done("PATCH", path, {"default_pool_size": 15})
    status = supabase_sandbox.world.emulators["supabase"].status
    until(lambda: status()["session_clients"] == 0)
    assert 1 == project.run(lambda c: c.fetchval("select 1"))


def test_a_large_answer_and_a_large_question_pass_whole(project: Project) -> None:
    async def work(connection: Any) -> tuple[int, int]:
        text = "x" * 3_000_000
        back = await connection.fetchval("select $1::text || $1", text)
        count = await connection.fetch("select generate_series(1, 50000)")
        return len(back), len(count)

    assert (6_000_000, 50_000) == project.run(work)


@pytest.mark.parametrize(
    ("effect", "sqlstate", "words"),
    [
        ("pool_full", "XX000", "(EMAXCONNSESSION) max clients reached"),
        ("server_full", "53300", "sorry, too many clients already"),
    ],
)
def test_a_full_pooler_and_a_full_server_can_be_ordered(
    supabase: Supabase, project: Project, effect: str, sqlstate: str, words: str
) -> None:
    supabase.fault(effect, "CONNECT session", times=2)
    for _ in range(2):
        found, message = project.refusal()
        assert sqlstate == found
        assert message.startswith(words)
    assert 1 == project.run(lambda c: c.fetchval("select 1"))


def test_a_failover_leaves_connections_that_take_no_writes(
    supabase: Supabase, project: Project
) -> None:
    supabase.fault("standby", "CONNECT session")

    async def write(connection: Any) -> str:
        try:
            await connection.execute("create table written (n int)")
        except asyncpg.ReadOnlySQLTransactionError as error:
            return str(error.sqlstate)
        return "written"

    assert ["25006", "written"] == [project.run(write) for _ in range(2)]


def test_while_a_server_restarts_the_pooler_says_so(
    supabase: Supabase, project: Project
) -> None:
    supabase.done("POST", project.path("/restart"))

    async def come_back() -> set[tuple[str, str]]:
        seen: set[tuple[str, str]] = set()
        while True:
            try:
                connection = await project.connect()
                assert await connection.fetchval("select true")
            except asyncpg.PostgresError as error:
                seen.add((str(error.sqlstate), str(error)))
            except OSError:
                pass  # cut off within the login
            else:
                await connection.close()
                return seen
            # The driver closes without waiting: let TLS say goodbye.
            await asyncio.sleep(0.05)

    seen = asyncio.run(asyncio.wait_for(come_back(), 20))
    assert ("XX000", "DbHandler exited") in seen
    assert {"XX000", "57P01", "57P03"} >= {sqlstate for sqlstate, _ in seen}
    project.reach("ACTIVE_HEALTHY")
