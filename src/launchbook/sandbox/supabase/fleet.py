"""The real servers behind the projects."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from importlib import resources
from typing import TYPE_CHECKING, Final

import asyncpg

from launchbook.sandbox.installation import DatabaseFailed, find_installation
from launchbook.sandbox.pooler import Tenant
from launchbook.sandbox.postgres import Cluster
from launchbook.sandbox.supabase.recovery import Recovery, server_settings
from launchbook.sandbox.supabase.shims import write_extensions
from launchbook.sandbox.supabase.sizes import SIZES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from launchbook.sandbox.installation import Installation
    from launchbook.sandbox.supabase.state import Project, State
    from launchbook.sandbox.world import World

BOOTSTRAP: Final = "bootstrap.sql"
EXTENSIONS: Final = "extensions"
PROBE_SECONDS: Final = 2.0
ROLE_SETTINGS: Final = """
select set_config(split_part(each, '=', 1), substr(each, strpos(each, '=') + 1), false)
from pg_db_role_setting, unnest(setconfig) as each
where setrole = 'postgres'::regrole and setdatabase = 0
"""
"""What a login as ``postgres`` would set, such as the search path."""


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
        self._extensions: Path | None = None
        self._finding = asyncio.Lock()

    async def start(self, project: Project) -> None:
        """Start a project's cluster; one that was never finished is made anew.

        Raises:
            DatabaseFailed: It could not be made or started.
        """
        cluster = await self._cluster(project.ref)
        if not cluster.is_furnished:
            await self._create(project, cluster)
        elif not cluster.is_running:
            await cluster.start(server_settings(project.size))

    async def stop(self, ref: str) -> None:
        """Stop a project's cluster."""
        if ref in self._clusters:
            await self._clusters[ref].stop()

    async def stop_all(self) -> None:
        """Stop every cluster."""
        await asyncio.gather(*(each.stop() for each in self._clusters.values()))
        self._clusters.clear()
        if self._installation is not None:
            await asyncio.to_thread(self._installation.close)
            self._installation = None

    async def remove(self, ref: str) -> None:
        """Remove a project's cluster with its data."""
        cluster = self._clusters.pop(ref, None)
        if cluster is not None:
            await cluster.stop(cluster.AT_ONCE)
        await asyncio.to_thread(shutil.rmtree, self._folder(ref), ignore_errors=True)

    async def remove_strangers(self) -> None:
        """Remove data whose project is gone: a kill came between the two."""
        kept = {EXTENSIONS, *self._state.projects}
        for path in self._world.folder("supabase").iterdir():
            if path.is_dir() and path.name not in kept:
                await asyncio.to_thread(shutil.rmtree, path, ignore_errors=True)

    async def set_password(self, project: Project) -> None:
        """Give the login roles the project's password."""
        async with self._clusters[project.ref].admin() as connection:
            quoted = await connection.fetchval(
                "select quote_literal($1)", project.password
            )
            for role in ("postgres", "authenticator"):
                await connection.execute(f"alter role {role} password {quoted}")

    async def keep_history(self, project: Project) -> None:
        """Begin to keep what a recovery to a point in time needs.

        Raises:
            DatabaseFailed: The server does not run.
        """
        await (await self._recovery(project)).begin()

    async def drop_history(self, project: Project) -> None:
        """Forget it."""
        await (await self._recovery(project)).end()

    async def recover(self, project: Project) -> None:
        """Bring a project's data back to ``recover_to``; the password stays.

        Raises:
            DatabaseFailed: The server did not come back.
        """
        recovery = await self._recovery(project)
        await recovery.run(project.recover_to, server_settings(project.size))
        await self.set_password(project)

    async def answers(self, ref: str) -> bool:
        """Whether a project's server answers a query now."""
        cluster = self._clusters.get(ref)
        if cluster is None or not cluster.is_running:
            return False
        with contextlib.suppress(OSError, TimeoutError, asyncpg.PostgresError):
            async with asyncio.timeout(PROBE_SECONDS), cluster.admin() as connection:
                return bool(await connection.fetchval("select true"))
        return False

    @contextlib.asynccontextmanager
    async def admin(self, ref: str) -> AsyncIterator[asyncpg.Connection]:
        """Open a superuser's session for the body.

        Raises:
            DatabaseFailed: The server does not run.
        """
        cluster = self._clusters.get(ref)
        if cluster is None or not cluster.is_running:
            raise DatabaseFailed("the server does not run")
        async with cluster.admin() as connection:
            yield connection

    @contextlib.asynccontextmanager
    async def session(self, ref: str) -> AsyncIterator[asyncpg.Connection]:
        """Open a session as the role postgres for the body.

        Raises:
            DatabaseFailed: The server does not run.
        """
        async with self.admin(ref) as connection:
            await connection.execute("set session authorization postgres")
            await connection.execute(ROLE_SETTINGS)
            yield connection

    def tenant(self, ref: str) -> Tenant | None:
        """Return a project as the pooler sees it."""
        project = self._state.projects.get(ref)
        if project is None:
            return None
        cluster = self._clusters.get(ref)
        is_open = cluster is not None and cluster.is_running and project.is_up
        return Tenant(
            ref=ref,
            socket=cluster.socket_path if cluster and is_open else None,
            is_tls_enforced=project.is_tls_enforced,
            networks=tuple(project.restrictions.in_force),
            pool_size=project.pool_size,
            session_limit=project.pool_size,
            is_restarting=project.status in {"RESTARTING", "RESIZING"}
            or bool(project.recover_to),
        )

    async def _create(self, project: Project, cluster: Cluster) -> None:
        """Make, start and furnish a cluster."""
        await cluster.stop(cluster.AT_ONCE)
        connections = SIZES[project.size].max_connections
        await cluster.create({"max_connections": str(connections)})
        await cluster.start(server_settings(project.size))
        sql = resources.files(__package__).joinpath(BOOTSTRAP).read_text("utf-8")
        try:
            async with cluster.admin() as connection:
                await connection.execute(sql)
        except asyncpg.PostgresError as error:
            raise DatabaseFailed(f"bootstrap failed: {error}") from error
        await self.set_password(project)
        cluster.mark_furnished()

    async def _recovery(self, project: Project) -> Recovery:
        cluster = await self._cluster(project.ref)
        return Recovery(self._folder(project.ref), cluster)

    def _folder(self, ref: str) -> Path:
        """Where a project's cluster lives."""
        return self._world.folder("supabase") / ref

    async def _cluster(self, ref: str) -> Cluster:
        """Return a project's cluster, known or new."""
        installation = await self._found()
        if ref not in self._clusters:
            self._clusters[ref] = Cluster(
                self._folder(ref),
                installation,
                self._world.processes,
                self._extensions,
            )
        return self._clusters[ref]

    async def _found(self) -> Installation:
        """Return the programs; looked for once, with the extensions written."""
        async with self._finding:
            if self._installation is None:
                folder = self._world.folder("supabase")
                found = await find_installation(folder, self._world.processes)
                self._extensions = await asyncio.to_thread(
                    write_extensions, folder / EXTENSIONS, found
                )
                self._installation = found
            return self._installation
