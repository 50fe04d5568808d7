"""What the edge answers for the host names of deployments."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from aiohttp import web
from yarl import URL

from launchbook.sandbox.edge import find_handler, host_of
from launchbook.sandbox.vercel.answers import REGION
from launchbook.sandbox.vercel.edgecache import (
    EdgeCache,
    browser_headers,
    lifetime_of,
)
from launchbook.sandbox.vercel.protection import (
    LOGIN_HOST,
    Protection,
    login_page,
    page,
    remember,
)
from launchbook.sandbox.vercel.sites import Site, Visit, content_type, decoded
from launchbook.sandbox.vercel.state import HOST_SUFFIX

if TYPE_CHECKING:
    from collections.abc import Callable

    from launchbook.sandbox.emulator import Handler
    from launchbook.sandbox.vercel.blobs import Folders
    from launchbook.sandbox.vercel.faults import OrderedFaults
    from launchbook.sandbox.vercel.records import Deployment
    from launchbook.sandbox.vercel.state import State
    from launchbook.sandbox.world import World

DEFAULT_CACHE_CONTROL: Final = "public, max-age=0, must-revalidate"
_READING: Final = frozenset({"GET", "HEAD"})


class Serving:
    """Answers requests for deployments.

    Args:
        world: The sandbox.
        state: The account.
        faults: What is to go wrong.
        folders: Where a deployment's files lie.
    """

    def __init__(
        self,
        world: World,
        state: State,
        faults: OrderedFaults,
        folders: Callable[[Deployment], Folders],
    ) -> None:
        self._world = world
        self._state = state
        self._folders = folders
        self._protection = Protection(state, faults)
        self._cache = EdgeCache(world.clock.timestamp)
        self._sites: dict[str, Site] = {}

    def forget(self) -> None:
        """Empty the caches: the files below may be others now."""
        self._cache.clear()
        self._sites.clear()

    def handler(self, host: str) -> Handler | None:
        """Return who answers a host name; None when it is not one of ours."""
        is_ours = host.endswith(HOST_SUFFIX) or host == LOGIN_HOST
        if is_ours or host in self._state.domains or host in self._state.aliases:
            return self.answer
        return None

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer a request, with the headers that every answer of the edge has."""
        response = await self._answer(request, host_of(request))
        if not response.prepared:
            stamp = f"{secrets.token_hex(3)[:5]}-{self._world.clock.milliseconds()}"
            response.headers["server"] = "Vercel"
            response.headers["x-vercel-id"] = (
                f"{REGION}::{stamp}-{secrets.token_hex(6)}"
            )
            response.headers.setdefault(
                "strict-transport-security", _transport_rule(host_of(request))
            )
        return response

    async def _answer(self, request: web.Request, host: str) -> web.StreamResponse:
        if host == LOGIN_HOST:
            return login_page()
        domain = self._state.domains.get(host)
        if domain and domain.redirect:
            _, colon, port = request.host.partition(":")
            location = f"https://{domain.redirect}{colon}{port}{request.rel_url}"
            return _moved(location, domain.redirect_status or 307)
        deployment = self._state.deployment_at(host)
        if deployment is None:
            return _error(404, "DEPLOYMENT_NOT_FOUND")
        if not self._protection.is_protected(host, deployment):
            return await self._serve(request, host, deployment)
        secret = self._protection.opened_by(request, deployment)
        if secret is None:
            return self._protection.refusal(request, host)
        response = await self._serve(request, host, deployment)
        if isinstance(response, web.Response):
            remember(request, response, secret)
        return response

    async def _serve(
        self, request: web.Request, host: str, deployment: Deployment
    ) -> web.StreamResponse:
        if deployment.state != "READY":
            return _error(404, "DEPLOYMENT_NOT_READY")
        site = self._site(deployment)
        visit = Visit(
            host=host,
            path=decoded(request.raw_path),
            headers={name.lower(): text for name, text in request.headers.items()},
            cookies=request.cookies,
            query=request.query,
        )
        if moved := site.moved(visit):
            return _moved(_with_query(moved[0], request), moved[1])
        headers = {"cache-control": DEFAULT_CACHE_CONTROL} | site.headers(visit)
        if deployment.target != "production":
            headers["x-robots-tag"] = "noindex"
        name = site.find(visit.path)
        if name is None and (destination := site.rewritten(visit)):
            if destination.startswith(("https://", "http://")):
                return await self._pass_on(request, destination)
            name = site.find(destination.partition("?")[0])
        return self._file(request, deployment, site, name, headers)

    def _site(self, deployment: Deployment) -> Site:
        if deployment.id not in self._sites:
            self._sites[deployment.id] = Site(self._folders(deployment))
        return self._sites[deployment.id]

    def _file(
        self,
        request: web.Request,
        deployment: Deployment,
        site: Site,
        name: str | None,
        headers: dict[str, str],
    ) -> web.Response:
        """Answer with a file; without a name, with the site's own 404 page."""
        found = name or site.not_found_page
        if found is None:
            return _error(404, "NOT_FOUND")
        if request.method not in _READING:
            return _error(405, "METHOD_NOT_ALLOWED")
        outcome, entry = self._cache.fetch(
            (deployment.id, found), lifetime_of(headers), lambda: site.read(found)
        )
        response = web.Response(status=200 if name else 404, body=entry.body)
        if name and _knows(request, entry.etag):
            response = web.Response(status=304)
        else:
            response.headers["content-type"] = content_type(found)
        response.headers.update(
            {
                "access-control-allow-origin": "*",
                "age": str(self._cache.age_seconds(entry)),
                "etag": entry.etag,
                "x-vercel-cache": outcome,
                **browser_headers(headers),
            }
        )
        return response

    async def _pass_on(
        self, request: web.Request, destination: str
    ) -> web.StreamResponse:
        """Answer with what another host name of this sandbox answers."""
        url = URL(_with_query(destination, request))
        handler = find_handler(self._world, (url.host or "").lower())
        if handler is None:
            return _error(502, "ROUTER_EXTERNAL_TARGET_ERROR")
        headers = request.headers.copy()
        headers["host"] = url.host or ""
        return await handler(
            request.clone(rel_url=url.relative(), headers=headers, host=url.host or "")
        )


def _transport_rule(host: str) -> str:
    """Return the HSTS header: of somebody's own name it binds no other names."""
    is_ours = host.endswith(HOST_SUFFIX)
    return "max-age=63072000" + ("; includeSubDomains; preload" if is_ours else "")


def _moved(location: str, status: int) -> web.Response:
    response = web.Response(status=status, text="Redirecting...")
    response.headers["location"] = location
    return response


def _with_query(destination: str, request: web.Request) -> str:
    """Return a destination with the request's query, unless it has its own."""
    if not request.query_string or "?" in destination:
        return destination
    return f"{destination}?{request.query_string}"


def _knows(request: web.Request, etag: str) -> bool:
    """Whether the client has this version of a file already."""
    known = request.headers.get("if-none-match", "")
    tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
    return etag in tags or "*" in tags


def _error(status: int, code: str) -> web.Response:
    response = page(status, f"{status}: {code}", f"Code: {code}")
    response.headers["x-vercel-error"] = code
    response.headers["cache-control"] = "public, max-age=0, must-revalidate"
    return response
