"""Answers of Vercel and Supabase, and a call of every verb of their clients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from launchbook.model.supabase import ProjectOrder
from launchbook.model.vercel import (
    DeploymentOrder,
    ProjectSettings,
    SourceFile,
    Target,
    VariableWrite,
)
from launchbook.redact import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from launchbook.providers.supabase.client import SupabaseClient
    from launchbook.providers.vercel.client import VercelClient

Client = TypeVar("Client")


@dataclass(frozen=True)
class Verb(Generic[Client]):
    """A verb of a client and a typical call of it."""

    name: str
    call: Callable[[Client], object]


# --- Vercel ------------------------------------------------------------------

VERCEL_PROJECT = {
    "id": "prj_1",
    "name": "vocilia-customer",
    "framework": "nextjs",
    "rootDirectory": "apps/customer",
    "buildCommand": "make build",
    "installCommand": None,
    "outputDirectory": "out",
    "nodeVersion": "20.x",
    "ssoProtection": {"deploymentType": "all_except_custom_domains"},
    "autoAssignCustomDomains": True,
    "protectionBypass": {
        "old-secret-value": {"createdAt": 1},
        "new-secret-value": {"createdAt": 2},
    },
}
VERCEL_DEPLOYMENT = {
    "id": "dpl_1",
    "url": "vocilia-customer-abc123def.vercel.app",
    "readyState": "READY",
    "aliasAssigned": 1_763_812_800_000,
    "aliasError": None,
    "alias": ["vocilia-customer-staging.vercel.app"],
    "meta": {"launchbook": "one"},
    "createdAt": 1_763_812_800_000,
}
VERCEL_DOMAIN: dict[str, Any] = {
    "name": "staging.example.org",
    "apexName": "example.org",
    "projectId": "prj_1",
    "customEnvironmentId": "cenv_1",
    "gitBranch": None,
    "createdAt": 1_763_812_800_000,
    "verified": True,
}
VERCEL_CONFIGURATION: dict[str, Any] = {
    "configuredBy": "CNAME",
    "acceptedChallenges": ["http-01"],
    "recommendedIPv4": [{"rank": 1, "value": ["76.76.21.21"]}],
    "recommendedCNAME": [
        {"rank": 2, "value": "cname.vercel-dns.com."},
        {"rank": 1, "value": "0123456789abcdef.vercel-dns-017.com."},
    ],
    "misconfigured": False,
}
VERCEL_CERTIFICATE: dict[str, Any] = {
    "id": "cert_1",
    "cns": ["staging.example.org"],
    "autoRenew": True,
    "createdAt": 1_763_812_800_000,
    "expiresAt": 1_771_588_800_000,
}
VERCEL_VARIABLE = {
    "id": "env_1",
    "key": "NEXT_PUBLIC_API_URL",
    "type": "encrypted",
    "value": "eyJ2IjoidjIi",
    "target": ["production"],
    "customEnvironmentIds": ["cenv_1"],
}
VERCEL_ANSWERS: dict[str, Any] = {
    "GET /v2/user": {"user": {"id": "user_1", "username": "ann"}},
    "GET /v2/teams": {
        "teams": [{"id": "team_1", "slug": "shop"}],
        "pagination": {"count": 1, "next": None, "prev": None},
    },
    "GET /v2/teams/team_1": {
        "id": "team_1",
        "slug": "shop",
        "billing": {"plan": "pro"},
    },
    "GET /v5/user/tokens/current": {
        "token": {"id": "tok_1", "name": "ci", "expiresAt": 1_863_812_800_000}
    },
    "GET /v9/projects/prj_1": VERCEL_PROJECT,
    "GET /v10/projects": {
        "projects": [VERCEL_PROJECT],
        "pagination": {"count": 1, "next": None, "prev": None},
    },
    "POST /v11/projects": VERCEL_PROJECT,
    "PATCH /v9/projects/prj_1": VERCEL_PROJECT,
    "POST /v10/projects/prj_1/promote/dpl_1": b"",
    "DELETE /v9/projects/prj_1": b"",
    "DELETE /v9/projects/prj_1/link": VERCEL_PROJECT,
    "PATCH /v1/projects/prj_1/protection-bypass": VERCEL_PROJECT,
    "GET /v9/projects/prj_1/custom-environments": {
        "environments": [{"id": "cenv_1", "slug": "staging"}],
        "accountLimit": {"total": 3},
    },
    "POST /v9/projects/prj_1/custom-environments": {"id": "cenv_1", "slug": "staging"},
    "GET /v9/projects/prj_1/domains/staging.example.org": VERCEL_DOMAIN,
    "GET /v6/domains/staging.example.org/config": VERCEL_CONFIGURATION,
    "GET /v8/certs": {
        "certs": [VERCEL_CERTIFICATE],
        "pagination": {"count": 1, "next": None, "prev": None},
    },
    "POST /v8/certs": VERCEL_CERTIFICATE,
    "POST /v10/projects/prj_1/domains": VERCEL_DOMAIN,
    "POST /v9/projects/prj_1/domains/staging.example.org/verify": VERCEL_DOMAIN,
    "DELETE /v9/projects/prj_1/domains/staging.example.org": {},
    "GET /v10/projects/prj_1/env": {"envs": [VERCEL_VARIABLE]},
    "GET /v1/projects/prj_1/env/env_1": {
        **VERCEL_VARIABLE,
        "value": "https://api.example.org",
        "decrypted": True,
    },
    "POST /v10/projects/prj_1/env": {"created": [VERCEL_VARIABLE], "failed": []},
    "DELETE /v9/projects/prj_1/env/env_1": VERCEL_VARIABLE,
    "POST /v13/deployments": VERCEL_DEPLOYMENT,
    "POST /v2/files": {"urls": []},
    "GET /v13/deployments/dpl_1": VERCEL_DEPLOYMENT,
    "GET /v7/deployments": {
        "deployments": [{**VERCEL_DEPLOYMENT, "uid": "dpl_0", "id": None}],
        "pagination": {"count": 1, "next": None, "prev": None},
    },
    "GET /v3/deployments/dpl_1/events": [
        {"type": "stdout", "created": 1_763_812_800_000, "payload": {"text": "hi\n"}},
        {"type": "delimiter", "created": 1_763_812_800_000, "payload": {}},
    ],
}
SETTINGS = ProjectSettings(
    framework="nextjs",
    root_directory="apps/customer",
    build_command="make build",
    install_command="make install",
    output_directory="out",
    node_version="20.x",
    sso_protection="all_except_custom_domains",
    is_custom_domain_auto_assigned=True,
)
FILE = SourceFile("index.html", "a" * 40, 5, b"hello")
ORDER = DeploymentOrder(
    name="vocilia-customer",
    project_id="prj_1",
    files=(FILE,),
    custom_environment="staging",
    meta={"launchbook": "two"},
    git={"commitSha": "abc", "commitRef": "main", "dirty": False},
    settings=SETTINGS,
)
WRITES = (
    VariableWrite("A", Secret("first value"), Target(("production", "preview"))),
    VariableWrite("B", Secret("second value"), Target((), ("cenv_1",)), "sensitive"),
)


def vercel_verbs() -> list[Verb[VercelClient]]:
    """Return a call of each public verb that sends something."""
    host = "staging.example.org"
    return [
        Verb("read_account", lambda c: c.read_account()),
        Verb("read_team", lambda c: c.read_team()),
        Verb("read_teams", lambda c: c.read_teams()),
        Verb("read_token_end", lambda c: c.read_token_end()),
        Verb("read_project", lambda c: c.read_project("prj_1")),
        Verb("read_project_names", lambda c: c.read_project_names()),
        Verb("create_project", lambda c: c.create_project("vocilia", SETTINGS)),
        Verb("update_project", lambda c: c.update_project("prj_1", SETTINGS)),
        Verb("delete_project", lambda c: c.delete_project("prj_1")),
        Verb("read_repository", lambda c: c.read_repository("prj_1")),
        Verb("disconnect_repository", lambda c: c.disconnect_repository("prj_1")),
        Verb("create_protection_bypass", lambda c: c.create_protection_bypass("prj_1")),
        Verb("read_custom_environments", lambda c: c.read_custom_environments("prj_1")),
        Verb(
            "create_custom_environment",
            lambda c: c.create_custom_environment("prj_1", "staging"),
        ),
        Verb("read_domain", lambda c: c.read_domain("prj_1", host)),
        Verb("add_domain", lambda c: c.add_domain("prj_1", host, "cenv_1")),
        Verb("verify_domain", lambda c: c.verify_domain("prj_1", host)),
        Verb("issue_certificate", lambda c: c.issue_certificate(host)),
        Verb("remove_domain", lambda c: c.remove_domain("prj_1", host)),
        Verb("read_variables", lambda c: c.read_variables("prj_1")),
        Verb("read_variable", lambda c: c.read_variable("prj_1", "env_1")),
        Verb("upsert_variables", lambda c: c.upsert_variables("prj_1", WRITES)),
        Verb("delete_variable", lambda c: c.delete_variable("prj_1", "env_1")),
        Verb("deploy", lambda c: c.deploy(ORDER)),
        Verb("upload_files", lambda c: c.upload_files([FILE])),
        Verb("read_deployment", lambda c: c.read_deployment("dpl_1")),
        Verb(
            "read_deployments", lambda c: c.read_deployments("prj_1", target="preview")
        ),
        Verb("read_build_logs", lambda c: c.read_build_logs("dpl_1")),
        Verb("read_production", lambda c: c.read_production("prj_1")),
        Verb("promote", lambda c: c.promote("prj_1", "dpl_1")),
    ]


# --- Supabase ----------------------------------------------------------------

REF = "abcdefghijklmnopqrst"
SUPABASE_PROJECT = {
    "id": REF,
    "ref": REF,
    "organization_id": "org_1",
    "organization_slug": "shop",
    "name": "vocilia-staging",
    "region": "eu-north-1",
    "created_at": "2026-11-22T12:00:00Z",
    "status": "ACTIVE_HEALTHY",
    "database": {
        "host": f"db.{REF}.supabase.co",
        "version": "17.4.1",
        "postgres_engine": "17",
        "release_channel": "ga",
    },
}
SUPABASE_LISTED = {
    "ref": REF,
    "name": "vocilia-staging",
    "cloud_provider": "AWS",
    "region": "eu-north-1",
    "is_branch": False,
    "status": "ACTIVE_HEALTHY",
    "inserted_at": "2026-11-22T12:00:00Z",
    "databases": [],
}
POOLER = {
    "identifier": REF,
    "database_type": "PRIMARY",
    "is_using_scram_auth": True,
    "db_user": f"postgres.{REF}",
    "db_host": "aws-1-eu-north-1.pooler.supabase.com",
    "db_port": 6543,
    "db_name": "postgres",
    "connection_string": "postgresql://",
    "connectionString": "postgresql://",
    "default_pool_size": None,
    "max_client_conn": None,
    "pool_mode": "transaction",
}
RESTRICTIONS = {
    "entitlement": "allowed",
    "config": {"dbAllowedCidrs": ["127.0.0.0/8"], "dbAllowedCidrsV6": ["::1/128"]},
    "status": "applied",
}
TLS = {"currentConfig": {"database": True}, "appliedSuccessfully": True}
HEALTH = [{"name": "db", "healthy": True, "status": "ACTIVE_HEALTHY"}]
KEYS = [
    {"name": "anon", "id": "1", "type": "legacy", "api_key": "anon-key"},
    {"name": "service_role", "id": None, "type": "legacy", "api_key": None},
]
_PROJECT = f"/v1/projects/{REF}"
SUPABASE_ANSWERS: dict[str, Any] = {
    "GET /v1/profile": {
        "gotrue_id": "user-1",
        "username": "ann",
        "primary_email": "ann@example.org",
    },
    "GET /v1/organizations": [{"id": "org_1", "slug": "shop", "name": "Shop"}],
    "GET /v1/organizations/shop": {
        "id": "shop",
        "name": "Shop",
        "plan": "pro",
        "opt_in_tags": [],
        "allowed_release_channels": ["ga"],
    },
    "GET /v1/organizations/shop/projects": {
        "projects": [SUPABASE_LISTED],
        "pagination": {"count": 1, "limit": 100, "offset": 0},
    },
    "POST /v1/projects": SUPABASE_PROJECT,
    f"GET {_PROJECT}": SUPABASE_PROJECT,
    f"DELETE {_PROJECT}": {"id": 1, "ref": REF, "name": "vocilia-staging"},
    f"GET {_PROJECT}/health": HEALTH,
    f"GET {_PROJECT}/config/database/pooler": [POOLER],
    f"PATCH {_PROJECT}/config/database/pooler": {
        "default_pool_size": 20,
        "pool_mode": "transaction",
    },
    f"GET {_PROJECT}/ssl-enforcement": TLS,
    f"PUT {_PROJECT}/ssl-enforcement": TLS,
    f"GET {_PROJECT}/network-restrictions": RESTRICTIONS,
    f"POST {_PROJECT}/network-restrictions/apply": RESTRICTIONS,
    f"GET {_PROJECT}/api-keys": KEYS,
}
SUPABASE_STATUSES = {
    "POST /v1/projects": 201,
    f"POST {_PROJECT}/network-restrictions/apply": 201,
}
PROJECT_ORDER = ProjectOrder(
    name="vocilia-staging",
    organization_slug="shop",
    region="eu-north-1",
    password=Secret("a long database password"),
    instance_size="micro",
)


def supabase_verbs() -> list[Verb[SupabaseClient]]:
    """Return a call of each public verb."""
    cidrs, cidrs_v6 = ("127.0.0.0/8",), ("::1/128",)
    return [
        Verb("read_profile", lambda c: c.read_profile()),
        Verb("read_organizations", lambda c: c.read_organizations()),
        Verb("read_organization", lambda c: c.read_organization("shop")),
        Verb("read_projects", lambda c: c.read_projects("shop")),
        Verb("find_project", lambda c: c.find_project("shop", "vocilia-staging")),
        Verb("read_project", lambda c: c.read_project(REF)),
        Verb("create_project", lambda c: c.create_project(PROJECT_ORDER)),
        Verb("delete_project", lambda c: c.delete_project(REF)),
        Verb("read_health", lambda c: c.read_health(REF)),
        Verb("read_pooler", lambda c: c.read_pooler(REF)),
        Verb("update_pooler", lambda c: c.update_pooler(REF, 20)),
        Verb("read_tls_enforcement", lambda c: c.read_tls_enforcement(REF)),
        Verb(
            "set_tls_enforcement",
            lambda c: c.set_tls_enforcement(REF, is_enforced=True),
        ),
        Verb("read_network_restrictions", lambda c: c.read_network_restrictions(REF)),
        Verb(
            "apply_network_restrictions",
            lambda c: c.apply_network_restrictions(REF, cidrs, cidrs_v6),
        ),
        Verb("read_api_keys", lambda c: c.read_api_keys(REF)),
    ]
