"""Real servers: made, started, killed, recovered; and never left behind."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import pytest

from launchbook.sandbox.installation import (
    NOBODY,
    DatabaseFailed,
    Installation,
    find_installation,
    find_programs,
    lodged_installation,
)
from launchbook.sandbox.postgres import Cluster
from launchbook.sandbox.process import ProcessTable
from tests.support.sandbox import child_sandbox
from tests.support.supabase_world import Project, Supabase, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.xdist_group("sandbox-postgres")
only_root = pytest.mark.skipif(
    os.geteuid() != 0, reason="only root can become another user"
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    # Deeper than the path of a Unix socket may be, and nobody else may look in.
    path = tmp_path / ("deep" * 30)
    path.mkdir(mode=0o700)
    return path


@pytest.fixture
def table(home: Path) -> ProcessTable:
    return ProcessTable(home / "processes.json")


@pytest.fixture(scope="module")
def lodged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    home = tmp_path_factory.mktemp("lodged")
    table = ProcessTable(home / "processes.json")
    found = asyncio.run(lodged_installation(find_programs(), home, table))
    yield found
    found.close()
    assert found.copy is not None
    assert not found.copy.exists()


async def insert(cluster: Cluster) -> None:
    async with cluster.admin() as connection:
        await connection.execute(
            "create table kept (n int); insert into kept values (7)"
        )


async def kept(cluster: Cluster) -> object:
    async with cluster.admin() as connection:
        return await connection.fetchval("select n from kept")


def installation(home: Path, table: ProcessTable) -> Installation:
    return asyncio.run(find_installation(home, table))


def test_data_survives_a_stop_and_a_crash(home: Path, table: ProcessTable) -> None:
    found = installation(home, table)

    async def live() -> list[object]:
        cluster = Cluster(home / "one", found, table)
        await cluster.create({"max_connections": "33"})
        await cluster.start()
        values: list[object] = [cluster.is_running]
        await insert(cluster)
        await cluster.stop(Cluster.AT_ONCE)
        await cluster.start()
        values.append(await kept(cluster))
        await cluster.stop()
        values.append(cluster.is_running)
        await cluster.start()
        values.append(await kept(cluster))
        async with cluster.admin() as connection:
            values.append(await connection.fetchval("show max_connections"))
        await cluster.stop()
        return values

    assert [True, 7, False, 7, "33"] == asyncio.run(live())


def test_the_socket_is_short_private_and_gone_and_no_folder_changed_its_mode(
    home: Path, table: ProcessTable
) -> None:
    modes = (home.stat().st_mode, home.parent.stat().st_mode)
    cluster = Cluster(home / "one", installation(home, table), table)

    async def live() -> tuple[int, int]:
        await cluster.create()
        await cluster.start()
        path = cluster.socket_path
        mode = path.parent.stat().st_mode & 0o777
        await cluster.stop()
        return len(os.fsencode(path)), mode

    length, mode = asyncio.run(live())
    assert length <= 107
    assert mode == 0o700
    assert modes == (home.stat().st_mode, home.parent.stat().st_mode)
    assert not cluster.socket_path.parent.exists()


def test_a_server_that_cannot_start_tells_the_end_of_its_log(
    home: Path, table: ProcessTable
) -> None:
    cluster = Cluster(home / "one", installation(home, table), table)

    async def live() -> None:
        await cluster.create({"shared_buffers": "none"})
        await cluster.start()

    with pytest.raises(DatabaseFailed, match="shared_buffers"):
        asyncio.run(live())
    assert not cluster.socket_path.parent.exists()


def test_a_folder_that_others_may_read_is_not_used_for_the_socket(
    home: Path, table: ProcessTable
) -> None:
    cluster = Cluster(home / "one", installation(home, table), table)
    place = cluster.socket_path.parent
    place.mkdir(mode=0o755)
    try:
        with pytest.raises(DatabaseFailed, match="not private"):
            asyncio.run(cluster.start())
    finally:
        place.rmdir()


@only_root
def test_where_namespaces_are_refused_another_user_runs_the_server(
    home: Path, table: ProcessTable, lodged: Installation
) -> None:
    cluster = Cluster(home / "one", lodged, table)

    async def live() -> tuple[int, object]:
        await cluster.create()
        await cluster.start()
        assert cluster.pid is not None
        with open(f"/proc/{cluster.pid}/status") as file:  # noqa: PTH123 - not a path of ours
            (line,) = [line for line in file if line.startswith("Uid:")]
        await insert(cluster)
        await cluster.stop()
        await cluster.start()
        value = await kept(cluster)
        await cluster.stop()
        return int(line.split()[1]), value

    assert (NOBODY, 7) == asyncio.run(live())
    assert (home / "one" / "data" / "PG_VERSION").is_file()


@only_root
def test_what_a_killed_sandbox_left_with_another_user_is_taken_up_again(
    home: Path, table: ProcessTable, lodged: Installation
) -> None:
    async def live() -> object:
        killed = Cluster(home / "one", lodged, table)
        await killed.create()
        await killed.start()
        await insert(killed)
        assert killed._process is not None
        await killed._process.kill()
        again = Cluster(home / "one", lodged, table)
        await again.start()
        value = await kept(again)
        await again.stop()
        return value

    assert asyncio.run(live()) == 7


def test_a_killed_sandbox_leaves_no_server_and_loses_no_commit(tmp_path: Path) -> None:
    home = tmp_path / "emulator"
    with child_sandbox(home) as sandbox:
        project = Supabase(sandbox).project()
        project.query("create table kept as select 7 as n")
        data = f"{home}/supabase/{project.ref}/data"
        (pid,) = _servers(data)
        sandbox.kill()
        until(lambda: not _servers(data))
    with child_sandbox(home) as sandbox:
        again = Project(Supabase(sandbox), project.ref)
        assert [{"n": 7}] == again.query("select n from kept")
        assert [pid] != _servers(data)


def _servers(data: str) -> list[int]:
    """The processes that run a server on a data folder."""
    found = []
    for folder in os.scandir("/proc"):
        if folder.name.isdigit():
            try:
                with open(f"{folder.path}/cmdline", "rb") as file:  # noqa: PTH123 - many
                    words = file.read().split(b"\0")
            except OSError:
                continue
            if data.encode() in words:
                found.append(int(folder.name))
    return found
