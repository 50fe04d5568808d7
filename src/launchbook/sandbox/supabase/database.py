"""The database's configuration and queries."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any, Final

import asyncpg
from aiohttp import web

from launchbook.sandbox.supabase.answers import pooler_entries, restrictions_answer
from launchbook.sandbox.supabase.faults import ApiError
from launchbook.sandbox.supabase.handlers import body_of, text_of
from launchbook.sandbox.supabase.rows import json_rows
from launchbook.sandbox.supabase.state import Restrictions

if TYPE_CHECKING:
    from launchbook.sandbox.supabase.platform import Platform
    from launchbook.sandbox.supabase.state import Project

SHORTEST_PASSWORD: Final = 4


class DatabaseHandlers:
    """Handlers of pooler, TLS, network, settings, password and queries."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def pooler(self, request: web.Request) -> web.Response:
        """Return the pooler's configuration; 404 until there is one."""
        project = self._platform.project(request)
        is_missing = self._platform.fault(request, "pooler_missing")
        if is_missing or not self._platform.has_pooler(project):
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
        if self._platform.fault(request, "not_applied"):
            return web.json_response({**_tls(project), "appliedSuccessfully": False})
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
            cidrs=_networks(body, "dbAllowedCidrs", version=4),
            cidrs_v6=_networks(body, "dbAllowedCidrsV6", version=6),
            in_force=project.restrictions.in_force,
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
        """Change some of PostgreSQL's settings, for real."""
        project = self._platform.awake(request)
        body = await body_of(request)
        is_restart = bool(body.pop("restart_database", False))
        try:
            async with self._platform.fleet.admin(project.ref) as connection:
                for name, value in body.items():
                    await _alter_system(connection, name, value)
                await connection.execute("select pg_reload_conf()")
        except asyncpg.PostgresError as error:
            raise ApiError(400, str(error)) from None
        project.settings.update(body)
        self._platform.state.save()
        if is_restart:
            self._platform.change(project, "RESTARTING")
        return web.json_response(project.settings)

    async def change_password(self, request: web.Request) -> web.Response:
        """Change the database's password."""
        project = self._platform.awake(request)
        password = text_of(await body_of(request), "password")
        if len(password) < SHORTEST_PASSWORD:
            raise ApiError(400, f"password must have {SHORTEST_PASSWORD} characters")
        project.password = password
        await self._platform.fleet.set_password(project)
        self._platform.state.save()
        return web.json_response({"message": "Successfully updated password"})

    async def query(self, request: web.Request) -> web.Response:
        """Run SQL as the role postgres."""
        return await self._query(request, is_read_only=False)

    async def read_only_query(self, request: web.Request) -> web.Response:
        """Run SQL that must not change anything."""
        return await self._query(request, is_read_only=True)

    async def _query(self, request: web.Request, *, is_read_only: bool) -> web.Response:
        project = self._platform.awake(request)
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


def _networks(body: dict[str, Any], key: str, *, version: int) -> list[str]:
    """Networks of one family.

    Raises:
        ApiError: 400, one of them is none, or of the other family.
    """
    given = body.get(key, [])
    try:
        found = [ipaddress.ip_network(str(each), strict=False) for each in given]
    except (TypeError, ValueError) as error:
        raise ApiError(400, f"{key}: {error}") from None
    if any(network.version != version for network in found):
        raise ApiError(400, f"{key} takes networks of IPv{version} only")
    return [str(network) for network in found]


async def _alter_system(
    connection: asyncpg.Connection, name: str, value: object
) -> None:
    """Write one setting.

    Raises:
        ApiError: 400, the name cannot be one.
    """
    if not name.replace("_", "").replace(".", "").isalnum():
        raise ApiError(400, f"{name!r} is not a setting")
    text = str(value).lower() if isinstance(value, bool) else str(value)
    quoted = await connection.fetchval("select quote_literal($1)", text)
    await connection.execute(f"alter system set {name} = {quoted}")
