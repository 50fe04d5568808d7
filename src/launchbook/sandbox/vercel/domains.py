"""Routes about host names: those of a project, and aliases."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from launchbook.sandbox.issuance import apex_of
from launchbook.sandbox.vercel.answers import domain_answer
from launchbook.sandbox.vercel.body import read_fields
from launchbook.sandbox.vercel.certifier import (
    EDGE_ADDRESSES,
    GENERAL_TARGET,
    target_of,
)
from launchbook.sandbox.vercel.deployment_answers import alias_answer, created_text
from launchbook.sandbox.vercel.faults import ApiError, bad_request, not_found
from launchbook.sandbox.vercel.paging import cut, read_end, whole
from launchbook.sandbox.vercel.platform import account_of
from launchbook.sandbox.vercel.records import Domain
from launchbook.sandbox.vercel.state import HOST_SUFFIX

if TYPE_CHECKING:
    from launchbook.sandbox.vercel.body import Fields
    from launchbook.sandbox.vercel.platform import Platform
    from launchbook.sandbox.vercel.records import Json, Project

_HOST: Final = re.compile(
    r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}"
)
_STATUSES: Final = (301, 302, 307, 308)
_CHANGEABLE: Final = frozenset({"gitBranch", "redirect", "redirectStatusCode"})


class DomainHandlers:
    """Host names of a project."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._state = platform.state

    async def create(self, request: web.Request) -> web.Response:
        """POST /v10/projects/{project}/domains.

        400 when the project has it already, 409 when another one has.
        """
        project = self._platform.project(request)
        fields = await read_fields(
            request, _CHANGEABLE | {"name", "customEnvironmentId"}
        )
        name = fields.text("name").lower()
        if not _HOST.fullmatch(name):
            raise ApiError(400, "invalid_domain", f"The domain {name!r} is not valid.")
        self._refuse_taken(project, name)
        environment_id = self._environment_id(project, fields)
        moment = self._state.moment()
        domain = Domain(
            name=name,
            project_id=project.id,
            created_at=moment,
            updated_at=moment,
            custom_environment_id=environment_id,
            challenge=self._challenge(name),
        )
        _apply(domain, fields)
        self._state.domains[name] = domain
        self._platform.publisher.attach(domain)
        self._platform.certifier.accompany(domain)
        self._state.save()
        return web.json_response(domain_answer(domain))

    async def listed(self, request: web.Request) -> web.Response:
        """GET /v9/projects/{project}/domains."""
        project = self._platform.project(request)
        query = request.query
        found = [
            domain
            for domain in self._state.domains_of(project.id)
            if query.get("customEnvironmentId") in {None, domain.custom_environment_id}
            and (query.get("production") != "true" or domain.is_productive)
            and (query.get("verified") in {None, str(domain.is_verified).lower()})
        ]
        domains = [domain_answer(domain) for domain in found]
        return web.json_response({"domains": domains, "pagination": whole(domains)})

    async def read(self, request: web.Request) -> web.Response:
        """GET /v9/projects/{project}/domains/{domain}."""
        return web.json_response(domain_answer(self._domain(request)))

    async def update(self, request: web.Request) -> web.Response:
        """PATCH /v9/projects/{project}/domains/{domain}."""
        domain = self._domain(request)
        _apply(domain, await read_fields(request, _CHANGEABLE))
        domain.updated_at = self._state.moment()
        if domain.redirect:
            self._state.aliases.pop(domain.name, None)
        else:
            self._platform.publisher.attach(domain)
        self._state.save()
        return web.json_response(domain_answer(domain))

    async def verify(self, request: web.Request) -> web.Response:
        """POST /v9/projects/{project}/domains/{domain}/verify: looks into DNS."""
        domain = self._domain(request)
        operation = "POST /v9/projects/{project}/domains/{domain}/verify"
        is_refused = self._platform.faults.take(operation, "verify_failed") is not None
        if is_refused or not await self._is_proven(domain):
            message = f"Domain _vercel.{domain.apex} is missing required TXT Record."
            raise ApiError(400, "missing_txt_record", message)
        domain.challenge = None
        self._platform.publisher.attach(domain)
        self._state.save()
        return web.json_response(domain_answer(domain))

    async def delete(self, request: web.Request) -> web.Response:
        """DELETE /v9/projects/{project}/domains/{domain}."""
        domain = self._domain(request)
        del self._state.domains[domain.name]
        self._state.aliases.pop(domain.name, None)
        self._state.save()
        return web.json_response({})

    async def configuration(self, request: web.Request) -> web.Response:
        """GET /v6/domains/{domain}/config: whether DNS leads here.

        What should be set differs from project to project.
        """
        account_id = account_of(request)
        name = request.match_info["domain"].lower()
        domain = self._state.domains.get(name)
        project = self._state.find_project(
            account_id, request.query.get("projectIdOrName", "")
        )
        owner = project.id if project else domain.project_id if domain else name
        kind = await self._platform.certifier.configured_by(name)
        return web.json_response(
            {
                "configuredBy": kind,
                "acceptedChallenges": ["http-01"] if kind else [],
                "recommendedIPv4": [{"rank": 1, "value": list(EDGE_ADDRESSES)}],
                "recommendedCNAME": [
                    {"rank": 1, "value": f"{target_of(owner)}."},
                    {"rank": 2, "value": f"{GENERAL_TARGET}."},
                ],
                "misconfigured": kind is None,
            }
        )

    async def _is_proven(self, domain: Domain) -> bool:
        """Whether the TXT record that was asked for is there, or none was."""
        challenge = domain.challenge
        if challenge is None:
            return True
        found = await self._platform.world.names.lookup(challenge["domain"], "TXT")
        return challenge["value"] in found

    def _domain(self, request: web.Request) -> Domain:
        project = self._platform.project(request)
        domain = self._state.domains.get(request.match_info["domain"].lower())
        if domain is None or domain.project_id != project.id:
            raise not_found("Project Domain")
        return domain

    def _refuse_taken(self, project: Project, name: str) -> None:
        taken = self._state.domains.get(name)
        deployment = self._state.deployment_at(name)
        holder = taken.project_id if taken else deployment and deployment.project_id
        if taken and holder == project.id:
            message = f"Cannot add {name} since it's already in use by your project."
            raise ApiError(400, "domain_already_exists", message)
        if holder and holder != project.id:
            message = f"Cannot add {name} since it's already in use by another project."
            raise ApiError(409, "domain_already_in_use", message)

    def _environment_id(self, project: Project, fields: Fields) -> str | None:
        wanted = fields.optional_text("customEnvironmentId")
        if wanted is None:
            return None
        environment = self._state.find_environment(project.id, wanted)
        if environment is None:
            raise bad_request(f"custom environment {wanted} not found")
        return environment.id

    def _challenge(self, name: str) -> Json | None:
        """Return the record that must be set first, when that was ordered."""
        operation = "POST /v10/projects/{project}/domains"
        if not self._platform.faults.take(operation, "domain_unverified"):
            return None
        return {
            "type": "TXT",
            "domain": f"_vercel.{apex_of(name)}",
            "value": f"vc-domain-verify={name},{secrets.token_hex(10)}",
            "reason": "pending_domain_verification",
        }


def _apply(domain: Domain, fields: Fields) -> None:
    """Set what a request says about a name."""
    if "gitBranch" in fields:
        domain.git_branch = fields.optional_text("gitBranch")
    if "redirect" in fields:
        domain.redirect = fields.optional_text("redirect")
    if "redirectStatusCode" in fields:
        status: Any = fields.data["redirectStatusCode"]
        if status not in {None, *_STATUSES}:
            raise bad_request("`redirectStatusCode` should be 301, 302, 307 or 308")
        domain.redirect_status = status


class AliasHandlers:
    """Host names that lead to deployments."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._state = platform.state

    async def listed(self, request: web.Request) -> web.Response:
        """GET /v4/aliases, newest first, by ``projectId`` and ``domain``."""
        account_id, query = account_of(request), request.query
        until = read_end(query)
        found = [
            alias
            for alias in self._state.aliases.values()
            if self._state.projects[alias.project_id].account_id == account_id
            and query.get("projectId") in {None, alias.project_id}
            and query.get("domain") in {None, alias.host}
            and alias.created_at < until
        ]
        found.sort(key=lambda alias: alias.created_at, reverse=True)
        shown, pagination = cut(found, query, lambda alias: alias.created_at)
        aliases = [alias_answer(self._state, alias) for alias in shown]
        return web.json_response({"aliases": aliases, "pagination": pagination})

    async def of_deployment(self, request: web.Request) -> web.Response:
        """GET /v2/deployments/{deployment}/aliases."""
        deployment = self._platform.deployment(request)
        aliases = [
            {"uid": x.id, "alias": x.host, "created": created_text(x), "redirect": None}
            for x in self._state.aliases_of(deployment.id)
        ]
        return web.json_response({"aliases": aliases})

    async def assign(self, request: web.Request) -> web.Response:
        """POST /v2/deployments/{deployment}/aliases: taken from its holder."""
        deployment = self._platform.deployment(request)
        fields = await read_fields(request, {"alias", "redirect"})
        host = fields.text("alias").lower()
        host = host if "." in host else f"{host}{HOST_SUFFIX}"
        if not _HOST.fullmatch(host):
            raise ApiError(400, "invalid_alias", f"The alias {host!r} is not valid.")
        if deployment.state != "READY":
            message = "The supplied deployment is not ready to be aliased."
            raise ApiError(400, "deployment_not_ready", message)
        holder = self._state.aliases.get(host)
        if holder and holder.deployment_id == deployment.id:
            message = "This deployment has the alias already."
            raise ApiError(409, "not_modified", message)
        if holder and not self._may_take(deployment.account_id, holder.project_id):
            raise ApiError(403, "alias_in_use", f"The alias {host} is in use.")
        before = self._state.point(host, deployment)
        alias = self._state.aliases[host]
        self._state.save()
        return web.json_response(
            {
                "uid": alias.id,
                "alias": host,
                "created": created_text(alias),
                "oldDeploymentId": before,
            }
        )

    def _may_take(self, account_id: str, project_id: str) -> bool:
        return self._state.projects[project_id].account_id == account_id
