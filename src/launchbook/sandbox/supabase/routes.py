"""The routes of the Management API that are emulated, and their handlers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from launchbook.sandbox.supabase.backups import BackupHandlers
from launchbook.sandbox.supabase.billing import BillingHandlers
from launchbook.sandbox.supabase.database import DatabaseHandlers
from launchbook.sandbox.supabase.functionsecrets import FunctionSecretHandlers
from launchbook.sandbox.supabase.handlers import ProjectHandlers

if TYPE_CHECKING:
    from launchbook.sandbox.supabase.platform import Platform


def routes(platform: Platform) -> list[web.RouteDef]:
    """Return all routes."""
    return [
        *_project_routes(platform),
        *_database_routes(platform),
        *_backup_routes(platform),
        *_secret_routes(platform),
        *_billing_routes(platform),
    ]


def _project_routes(platform: Platform) -> list[web.RouteDef]:
    projects = ProjectHandlers(platform)
    one = "/v1/projects/{ref}"
    return [
        web.get("/v1/profile", projects.profile),
        web.get("/v1/organizations", projects.organizations),
        web.get("/v1/organizations/{slug}/projects", projects.organization_projects),
        web.get("/v1/projects/available-regions", projects.regions),
        web.get("/v1/projects", projects.listed),
        web.post("/v1/projects", projects.create),
        web.get(one, projects.read),
        web.patch(one, projects.rename),
        web.delete(one, projects.delete),
        web.post(one + "/pause", projects.pause),
        web.post(one + "/restore", projects.restore),
        web.post(one + "/restart", projects.restart),
        web.get(one + "/health", projects.health),
        web.get(one + "/api-keys", projects.keys),
    ]


def _database_routes(platform: Platform) -> list[web.RouteDef]:
    database = DatabaseHandlers(platform)
    one = "/v1/projects/{ref}"
    return [
        web.get(one + "/config/database/pooler", database.pooler),
        web.patch(one + "/config/database/pooler", database.change_pooler),
        web.get(one + "/config/database/postgres", database.settings),
        web.put(one + "/config/database/postgres", database.change_settings),
        web.get(one + "/ssl-enforcement", database.tls),
        web.put(one + "/ssl-enforcement", database.change_tls),
        web.get(one + "/network-restrictions", database.network),
        web.post(one + "/network-restrictions/apply", database.apply_network),
        web.patch(one + "/database/password", database.change_password),
        web.post(one + "/database/query", database.query),
        web.post(one + "/database/query/read-only", database.read_only_query),
    ]


def _backup_routes(platform: Platform) -> list[web.RouteDef]:
    backups = BackupHandlers(platform)
    path = "/v1/projects/{ref}/database/backups"
    return [
        web.get(path, backups.listed),
        web.post(path + "/restore-pitr", backups.recover),
    ]


def _secret_routes(platform: Platform) -> list[web.RouteDef]:
    handlers = FunctionSecretHandlers(platform)
    path = "/v1/projects/{ref}/secrets"
    return [
        web.get(path, handlers.listed),
        web.post(path, handlers.create),
        web.delete(path, handlers.delete),
    ]


def _billing_routes(platform: Platform) -> list[web.RouteDef]:
    billing = BillingHandlers(platform)
    one = "/v1/projects/{ref}"
    usage = one + "/analytics/endpoints"
    return [
        web.get("/v1/organizations/{slug}", billing.organization),
        web.get(one + "/billing/addons", billing.addons),
        web.patch(one + "/billing/addons", billing.apply_addon),
        web.delete(one + "/billing/addons/{addon_variant}", billing.remove_addon),
        web.get(usage + "/usage.api-counts", billing.api_counts),
        web.get(usage + "/usage.api-requests-count", billing.request_count),
    ]
