"""The routes of the vendor's API that are emulated, and their handlers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from launchbook.sandbox.vercel.accounts import AccountHandlers
from launchbook.sandbox.vercel.certificates import CertificateHandlers
from launchbook.sandbox.vercel.customenvironments import EnvironmentHandlers
from launchbook.sandbox.vercel.deployments import DeploymentHandlers
from launchbook.sandbox.vercel.domains import AliasHandlers, DomainHandlers
from launchbook.sandbox.vercel.handlers import FileHandlers, VariableHandlers
from launchbook.sandbox.vercel.projects import ProjectHandlers
from launchbook.sandbox.vercel.promotions import PromotionHandlers
from launchbook.sandbox.vercel.repositories import RepositoryHandlers
from launchbook.sandbox.vercel.tokens import TokenHandlers

if TYPE_CHECKING:
    from launchbook.sandbox.vercel.platform import Platform


def routes(platform: Platform) -> list[web.RouteDef]:
    """Return all routes."""
    return [
        *_account_routes(platform),
        *_project_routes(platform),
        *_variable_routes(platform),
        *_domain_routes(platform),
        *_deployment_routes(platform),
    ]


def _account_routes(platform: Platform) -> list[web.RouteDef]:
    accounts = AccountHandlers(platform)
    tokens = TokenHandlers(platform.state, platform.doorkeeper)
    return [
        web.get("/v2/user", accounts.user),
        web.get("/v2/teams", accounts.teams),
        web.get("/v2/teams/{team}", accounts.team),
        web.get("/v6/user/tokens", tokens.listed),
        web.post("/v3/user/tokens", tokens.create),
        web.get("/v5/user/tokens/{token}", tokens.read),
        web.delete("/v3/user/tokens/{token}", tokens.delete),
    ]


def _project_routes(platform: Platform) -> list[web.RouteDef]:
    projects = ProjectHandlers(platform)
    environments = EnvironmentHandlers(platform)
    promotions = PromotionHandlers(platform)
    repositories = RepositoryHandlers(platform)
    one = "/v9/projects/{project}"
    many = "/v9/projects/{project}/custom-environments"
    return [
        web.get("/v10/projects", projects.listed),
        web.post("/v11/projects", projects.create),
        web.get(one, projects.read),
        web.patch(one, projects.update),
        web.delete(one, projects.delete),
        web.post(one + "/link", repositories.connect),
        web.delete(one + "/link", repositories.disconnect),
        web.patch("/v1/projects/{project}/protection-bypass", projects.change_bypass),
        web.get(many, environments.listed),
        web.post(many, environments.create),
        web.get(many + "/{environment}", environments.read),
        web.patch(many + "/{environment}", environments.update),
        web.delete(many + "/{environment}", environments.delete),
        web.post("/v10/projects/{project}/promote/{deployment}", promotions.promote),
        web.post("/v1/projects/{project}/rollback/{deployment}", promotions.roll_back),
    ]


def _variable_routes(platform: Platform) -> list[web.RouteDef]:
    variables = VariableHandlers(platform)
    return [
        web.get("/v10/projects/{project}/env", variables.listed),
        web.post("/v10/projects/{project}/env", variables.create),
        web.get("/v1/projects/{project}/env/{variable}", variables.read),
        web.delete("/v1/projects/{project}/env", variables.delete_many),
        web.patch("/v9/projects/{project}/env/{variable}", variables.update),
        web.delete("/v9/projects/{project}/env/{variable}", variables.delete),
    ]


def _domain_routes(platform: Platform) -> list[web.RouteDef]:
    domains = DomainHandlers(platform)
    certificates = CertificateHandlers(platform)
    one = "/v9/projects/{project}/domains/{domain}"
    return [
        web.post("/v10/projects/{project}/domains", domains.create),
        web.get("/v9/projects/{project}/domains", domains.listed),
        web.get(one, domains.read),
        web.patch(one, domains.update),
        web.delete(one, domains.delete),
        web.post(one + "/verify", domains.verify),
        web.get("/v6/domains/{domain}/config", domains.configuration),
        web.get("/v8/certs", certificates.listed),
        web.post("/v8/certs", certificates.issue),
        web.get("/v8/certs/{certificate}", certificates.read),
        web.delete("/v8/certs/{certificate}", certificates.delete),
    ]


def _deployment_routes(platform: Platform) -> list[web.RouteDef]:
    files = FileHandlers(platform)
    deployments = DeploymentHandlers(platform)
    aliases = AliasHandlers(platform)
    return [
        web.post("/v2/files", files.upload),
        web.post("/v13/deployments", deployments.create),
        web.get("/v13/deployments/{deployment}", deployments.read),
        web.delete("/v13/deployments/{deployment}", deployments.delete),
        web.get("/v7/deployments", deployments.listed),
        web.get("/v3/deployments/{deployment}/events", deployments.events),
        web.patch("/v12/deployments/{deployment}/cancel", deployments.cancel),
        web.get("/v4/aliases", aliases.listed),
        web.get("/v2/deployments/{deployment}/aliases", aliases.of_deployment),
        web.post("/v2/deployments/{deployment}/aliases", aliases.assign),
    ]
