"""The vendor's edge: from a host name to the replicas of what is live there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from launchbook.sandbox.ports import LOOPBACK
from launchbook.sandbox.proxy import UpstreamUnavailable, proxy
from launchbook.sandbox.railway.records import CustomDomain
from launchbook.sandbox.railway.state import new_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from launchbook.sandbox.emulator import Handler
    from launchbook.sandbox.railway.deployments import Deployments
    from launchbook.sandbox.railway.parts import Parts
    from launchbook.sandbox.railway.records import ServiceDomain


class Front:
    """Serves the host names of services.

    Args:
        parts: The emulator's shared parts.
        deployments: Knows what runs.
    """

    def __init__(self, parts: Parts, deployments: Deployments) -> None:
        self._state = parts.state
        self._deployments = deployments

    def hosts(self) -> Iterable[str]:
        """Return all host names, those that the vendor gave first."""
        given = [domain.host for domain in self._state.domains.values()]
        return given + [domain.host for domain in self._state.custom_domains.values()]

    def serves(self, host: str) -> Handler | None:
        """Return who answers a host name."""
        domain = self._state.domain_at(host) or self._state.custom_domain_at(host)
        if domain is None:
            return None

        async def answer(request: web.Request) -> web.StreamResponse:
            return await self._answer(request, domain)

        return answer

    async def _answer(
        self, request: web.Request, domain: ServiceDomain | CustomDomain
    ) -> web.StreamResponse:
        """Ask one replica; the next one where the first does not answer at all.

        A custom domain whose ownership is not proven leads nowhere.
        """
        headers = {
            "Server": "railway-edge",
            "X-Railway-Request-Id": new_id().replace("-", "")[:22],
        }
        instance = self._state.find_instance(domain.service_id, domain.environment_id)
        is_ours = not isinstance(domain, CustomDomain) or domain.is_verified
        if not is_ours or instance is None or instance.active_deployment_id is None:
            headers["X-Railway-Fallback"] = "true"
            return _error(404, "Application not found", headers)
        replicas = self._deployments.replicas(instance.active_deployment_id)
        for port in replicas.ports() if replicas else []:
            try:
                return await proxy(request, LOOPBACK, port, headers=headers)
            except UpstreamUnavailable:
                if request.can_read_body:
                    # Part of the body may be gone: it cannot be sent again.
                    break
        return _error(502, "Application failed to respond", headers)


def _error(status: int, message: str, headers: dict[str, str]) -> web.Response:
    body = {
        "status": "error",
        "code": status,
        "message": message,
        "request_id": headers["X-Railway-Request-Id"],
    }
    return web.json_response(body, status=status, headers=headers)
