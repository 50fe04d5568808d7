"""Routes about certificates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from launchbook.sandbox.vercel.body import read_fields
from launchbook.sandbox.vercel.faults import ApiError, bad_request, not_found
from launchbook.sandbox.vercel.paging import cut, read_end
from launchbook.sandbox.vercel.platform import account_of

if TYPE_CHECKING:
    from launchbook.sandbox.vercel.platform import Platform
    from launchbook.sandbox.vercel.records import Certificate, Domain, Json


class CertificateHandlers:
    """Certificates of custom domains. They come by themselves, too."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._state = platform.state

    async def listed(self, request: web.Request) -> web.Response:
        """GET /v8/certs, newest first."""
        account_of(request)
        until = read_end(request.query)
        found = [
            one for one in self._state.certificates.values() if one.created_at < until
        ]
        found.sort(key=lambda one: one.created_at, reverse=True)
        shown, pagination = cut(found, request.query, lambda one: one.created_at)
        certs = [certificate_answer(one) for one in shown]
        return web.json_response({"certs": certs, "pagination": pagination})

    async def read(self, request: web.Request) -> web.Response:
        """GET /v8/certs/{certificate}."""
        return web.json_response(certificate_answer(self._certificate(request)))

    async def issue(self, request: web.Request) -> web.Response:
        """POST /v8/certs ``cns``: 449 while DNS does not lead here."""
        account_id = account_of(request)
        hosts = (await read_fields(request, {"cns"})).texts("cns")
        if not hosts:
            raise bad_request("missing required property `cns`")
        for host in hosts:
            await self._check(self._domain(account_id, host.lower()))
        certificate = self._platform.certifier.issue([host.lower() for host in hosts])
        return web.json_response(certificate_answer(certificate))

    async def delete(self, request: web.Request) -> web.Response:
        """DELETE /v8/certs/{certificate}: the edge shows it no more."""
        certificate = self._certificate(request)
        del self._state.certificates[certificate.id]
        self._state.save()
        return web.json_response({})

    def _certificate(self, request: web.Request) -> Certificate:
        account_of(request)
        found = self._state.certificates.get(request.match_info["certificate"])
        if found is None:
            raise not_found("Certificate")
        return found

    def _domain(self, account_id: str, host: str) -> Domain:
        domain = self._state.domains.get(host)
        if domain is not None:
            project = self._state.projects[domain.project_id]
            if project.account_id == account_id:
                return domain
        raise ApiError(404, "not_found", f"Domain {host} not found.")

    async def _check(self, domain: Domain) -> None:
        """Refuse what the authority would refuse, in the vendor's words."""
        host, certifier = domain.name, self._platform.certifier
        if not domain.is_verified:
            message = f"The domain {host} is not verified."
            raise ApiError(400, "domain_not_verified", message, {"domain": host})
        if await certifier.configured_by(host) is None:
            message = f"The domain {host} is not configured to lead here."
            details = {"domain": host, "external": True, "statusCode": 449}
            raise ApiError(449, "configuration_error", message, details)
        if conflict := await certifier.conflict(host):
            message = f"CAA records of {conflict} forbid letsencrypt.org."
            raise ApiError(400, "conflicting_caa_record", message, {"domain": host})
        operation = f"certificate {host}"
        fault = self._platform.faults.take(operation, "certificate_failed")
        if fault:
            code = str(fault.details.get("code", "rate_limited"))
            message = str(fault.details.get("message", "Too many certificates."))
            raise ApiError(400, code, message, {"domains": [host]})


def certificate_answer(certificate: Certificate) -> Json:
    """Return a certificate."""
    return {
        "id": certificate.id,
        "cns": certificate.names,
        "autoRenew": True,
        "createdAt": certificate.created_at,
        "expiresAt": certificate.expires_at,
    }
