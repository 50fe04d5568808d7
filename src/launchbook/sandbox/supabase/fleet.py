"""The real servers behind the projects."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from importlib import resources
from typing import TYPE_CHECKING, Final

import asyncpg

from launchbook.sandbox.pooler import Tenant
from launchbook.sandbox.postgres import Cluster, DatabaseFailed, find_installation

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from launchbook.sandbox.postgres import Installation
    from launchbook.sandbox.supabase.state import Project, State
    from launchbook.sandbox.world import World

BOOTSTRAP: Final = "bootstrap.sql"
PROBE_SECONDS: Final = 2.0


class Fleet:
    """One cluster a project.

    Args:
        world: Folders and processes.
        state: The projects.
    """

    def __init__(self, world: World, state: State) -> None:
        self._world = world
        self._state = state
        self._clusters: dict[str, Cluster] = {}
        self._installation: Installation | None = None

    async def create(self, project: Project) -> None:
        """Make, start and furnish a project's cluster.

        Raises:
            DatabaseFailed: It could not be.
        """
        cluster = await self._cluster(project.ref)
        await cluster.create()
        await cluster.start()
        sql = resources.files(__package__).joinpath(BOOTSTRAP).read_text("utf-8")
        async with cluster.admin() as connection:
            await connection.execute(sql)
        await self.set_password(project)
        cluster.mark_furnished()

    async def start(self, project: Project) -> None:
        """Start a project's cluster again; one that was never finished is made."""
        cluster = await self._cluster(project.ref)
        if not cluster.is_furnished:
            shutil.rmtree(cluster.data, ignore_errors=True)
            await self.create(project)
        elif not cluster.is_running:
            await cluster.start()

    async def stop(self, ref: str) -> None:
        """Stop a project's cluster."""
        if ref in self._clusters:
            await self._clusters[ref].stop()

    async def stop_all(self) -> None:
        """Stop every cluster."""
        await asyncio.gather(*(each.stop() for each in self._clusters.values()))
        self._clusters.clear()

    async def remove(self, ref: str) -> None:
        """Stop a cluster and delete its data."""
        await self.stop(ref)
        self._clusters.pop(ref, None)
        await asyncio.to_thread(shutil.rmtree, self._folder(ref), ignore_errors=True)

    async def set_password(self, project: Project) -> None:
        """Give the role postgres the project's password."""
        async with self._clusters[project.ref].admin() as connection:
            quoted = await connection.fetchval(
                "select quote_literal($1)", project.password
            )
            await connection.execute(f"alter role postgres password {quoted}")
            await connection.execute(f"alter role authenticator password {quoted}")

    async def answers(self, ref: str) -> bool:
        """Whether a project's server answers a query now."""
        with contextlib.suppress(
            OSError, TimeoutError, asyncpg.PostgresError, DatabaseFailed, KeyError
        ):
            async with asyncio.timeout(PROBE_SECONDS), self._clusters[ref].admin():
                return True
        return False

    @contextlib.asynccontextmanager
    async def session(self, ref: str) -> AsyncIterator[asyncpg.Connection]:
        """Open a session as the role postgres for the body."""
        async with self._clusters[ref].admin() as connection:
            await connection.execute("set session authorization postgres")
            yield connection

    def tenant(self, ref: str) -> Tenant | None:
        """Return a project as the pooler sees it."""
        project = self._state.projects.get(ref)
        if project is None:
            return None
        cluster = self._clusters.get(ref)
        is_open = cluster is not None and cluster.is_running and project.is_up
        rules = project.restrictions
        networks = (*rules.cidrs, *rules.cidrs_v6) if rules.is_applied else None
        return Tenant(
            ref=ref,
            socket=cluster.socket_path if cluster and is_open else None,
            is_tls_enforced=project.is_tls_enforced,
            networks=networks,
            pool_size=project.pool_size,
            session_limit=project.pool_size,
        )

    def _folder(self, ref: str) -> Path:
        """Where a project's cluster lives."""
        return self._world.folder("supabase") / ref

    async def _cluster(self, ref: str) -> Cluster:
        """Return a project's cluster, known or new."""
        if self._installation is None:
            self._installation = await find_installation()
        if ref not in self._clusters:
            self._clusters[ref] = Cluster(
                self._folder(ref), self._installation, self._world.processes
            )
        return self._clusters[ref]
