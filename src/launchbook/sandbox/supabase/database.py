"""The database's configuration and queries."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

import asyncpg
from aiohttp import web

from launchbook.sandbox.supabase.answers import pooler_entries, restrictions_answer
from launchbook.sandbox.supabase.faults import ApiError, paused
from launchbook.sandbox.supabase.handlers import body_of, text_of
from launchbook.sandbox.supabase.rows import json_rows
from launchbook.sandbox.supabase.state import Restrictions

if TYPE_CHECKING:
    from launchbook.sandbox.supabase.platform import Platform
    from launchbook.sandbox.supabase.state import Project


class DatabaseHandlers:
    """Handlers of pooler, TLS, network, settings, password and queries."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def pooler(self, request: web.Request) -> web.Response:
        """Return the pooler's configuration; 404 until there is one."""
        project = self._platform.project(request)
        if (
            self._platform.world.clock.timestamp() < project.pooler_at
            or not project.pooler_at
        ):
            raise ApiError(404, "Pooler config not found")
        return web.json_response(pooler_entries(project, self._platform.ports()))

    async def change_pooler(self, request: web.Request) -> web.Response:
        """Change the pool's size."""
        project = self._platform.project(request)
        size = (await body_of(request)).get("default_pool_size")
        if isinstance(size, int) and 1 <= size <= 3000:
            project.pool_size = size
            self._platform.state.save()
        elif size is not None:
            raise ApiError(400, "default_pool_size must be between 1 and 3000")
        answer = {"default_pool_size": project.pool_size, "pool_mode": "transaction"}
        return web.json_response(answer)

    async def tls(self, request: web.Request) -> web.Response:
        """Say whether TLS is enforced."""
        return web.json_response(_tls(self._platform.project(request)))

    async def change_tls(self, request: web.Request) -> web.Response:
        """Enforce TLS, or stop."""
        project = self._platform.project(request)
        wish = (await body_of(request)).get("requestedConfig")
        if not isinstance(wish, dict) or not isinstance(wish.get("database"), bool):
            raise ApiError(400, "requestedConfig.database must be a boolean")
        await self._platform.world.clock.delay("supabase.setting")
        project.is_tls_enforced = wish["database"]
        self._platform.state.save()
        return web.json_response(_tls(project))

    async def network(self, request: web.Request) -> web.Response:
        """Say who may reach the database."""
        project = self._platform.project(request)
        return web.json_response(restrictions_answer(project.restrictions))

    async def apply_network(self, request: web.Request) -> web.Response:
        """Replace who may; stored at once, applied a moment later."""
        project = self._platform.project(request)
        body = await body_of(request)
        project.restrictions = Restrictions(
            cidrs=_networks(body, "dbAllowedCidrs"),
            cidrs_v6=_networks(body, "dbAllowedCidrsV6"),
            is_applied=False,
            updated_at=self._platform.world.clock.iso(),
        )
        self._platform.state.save()
        self._platform.settle_restrictions(project)
        return web.json_response(restrictions_answer(project.restrictions), status=201)

    async def settings(self, request: web.Request) -> web.Response:
        """Return what of PostgreSQL's settings was changed."""
        return web.json_response(self._platform.project(request).settings)

    async def change_settings(self, request: web.Request) -> web.Response:
        """Change some of PostgreSQL's settings."""
        project = self._platform.project(request)
        body = await body_of(request)
        body.pop("restart_database", None)
        async with self._platform.fleet.session(project.ref) as connection:
            await connection.execute("reset session authorization")
            for name, value in body.items():
                try:
                    quoted = await connection.fetchval(
                        "select quote_literal($1)", str(value)
                    )
                    await connection.execute(
                        f"alter system set {_plain(name)} = {quoted}"
                    )
                except asyncpg.PostgresError as error:
                    raise ApiError(400, str(error)) from None
            await connection.execute("select pg_reload_conf()")
        project.settings.update(body)
        self._platform.state.save()
        return web.json_response(project.settings)

    async def change_password(self, request: web.Request) -> web.Response:
        """Change the database's password."""
        project = self._platform.project(request)
        project.password = text_of(await body_of(request), "password")
        await self._platform.fleet.set_password(project)
        self._platform.state.save()
        return web.json_response({"message": "Successfully updated password"})

    async def backups(self, request: web.Request) -> web.Response:
        """List the vendor's backups: there are none in a new project."""
        project = self._platform.project(request)
        answer = {
            "region": project.region,
            "walg_enabled": True,
            "pitr_enabled": False,
            "backups": [],
            "physical_backup_data": {},
        }
        return web.json_response(answer)

    async def query(self, request: web.Request) -> web.Response:
        """Run SQL as the role postgres."""
        return await self._query(request, is_read_only=False)

    async def read_only_query(self, request: web.Request) -> web.Response:
        """Run SQL that must not change anything."""
        return await self._query(request, is_read_only=True)

    async def _query(self, request: web.Request, *, is_read_only: bool) -> web.Response:
        project = self._platform.project(request)
        if project.status == "INACTIVE":
            raise paused()
        body = await body_of(request)
        sql = text_of(body, "query")
        is_read_only = is_read_only or bool(body.get("read_only"))
        try:
            async with self._platform.fleet.session(project.ref) as connection:
                if is_read_only:
                    await connection.execute("set default_transaction_read_only = on")
                rows = await json_rows(connection, sql, body.get("parameters"))
        except asyncpg.PostgresError as error:
            text = f"Failed to run sql query: ERROR:  {error.sqlstate}: {error}"
            raise ApiError(400, text) from None
        return web.json_response(rows, status=201)


def _tls(project: Project) -> dict[str, object]:
    """The answer about TLS."""
    return {
        "currentConfig": {"database": project.is_tls_enforced},
        "appliedSuccessfully": True,
    }


def _networks(body: dict[str, Any], key: str) -> list[str]:
    """Networks of one family.

    Raises:
        ApiError: 400, one of them is none.
    """
    given = body.get(key, [])
    try:
        return [str(ipaddress.ip_network(str(each), strict=False)) for each in given]
    except ValueError as error:
        raise ApiError(400, f"{key}: {error}") from None


def _plain(name: str) -> str:
    """A setting's name that may stand in SQL.

    Raises:
        ApiError: 400, it may not.
    """
    if not name.replace("_", "").isalnum():
        raise ApiError(400, f"{name!r} is not a setting")
    return name
