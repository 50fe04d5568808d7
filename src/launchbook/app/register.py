"""The register of steps: a name to its module and to the clients that it takes.

A new step is one line here. Its module is imported when a playbook uses it.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class StepEntry:
    """Where a step is, and which clients its constructor takes, in order."""

    location: str
    clients: tuple[str, ...]


def _entry(module: str, name: str, *clients: str) -> StepEntry:
    """One line of the register."""
    return StepEntry(f"launchbook.steps.{module}:{name}", clients)


STEPS: Final[Mapping[str, StepEntry]] = {
    "backend.health": _entry("backend_health", "BackendHealth", "prober"),
    "domain.headers": _entry("domain_headers", "DomainHeaders", "prober"),
    "domain.tls": _entry("domain_tls", "DomainTls", "tls", "prober"),
    "database.advisors": _entry("database_advisors", "DatabaseAdvisors", "database"),
    "database.policies": _entry("database_policies", "DatabasePolicies", "database"),
    "dns.propagation": _entry("dns_propagation", "DnsPropagation", "names"),
    "dns.records": _entry("dns_records", "DnsRecords", "dns"),
    "dns.ttl": _entry("dns_ttl", "DnsTtl", "dns"),
    "dns.zone": _entry("dns_zone", "DnsZone", "dns"),
    "gate.checklist": _entry("gate_checklist", "GateChecklist"),
    "migrations.lint": _entry("migrations_lint", "MigrationsLint", "database"),
    "platform.accounts": _entry(
        "platform_accounts", "PlatformAccounts", "railway", "vercel", "supabase"
    ),
    "railway.certificate": _entry(
        "railway_certificate", "RailwayCertificate", "railway", "names"
    ),
    "railway.custom_domain": _entry(
        "railway_custom_domain", "RailwayCustomDomain", "railway"
    ),
    "railway.deployment": _entry(
        "railway_deployment", "RailwayDeployment", "railway", "git"
    ),
    "railway.environment": _entry(
        "railway_environment", "RailwayEnvironment", "railway"
    ),
    "railway.limits": _entry("railway_limits", "RailwayLimits", "railway"),
    "railway.project": _entry("railway_project", "RailwayProject", "railway"),
    "railway.rollback": _entry(
        "railway_rollback", "RailwayRollback", "railway", "git", "vault"
    ),
    "railway.service": _entry("railway_service", "RailwayService", "railway"),
    "railway.variables": _entry("railway_variables", "RailwayVariables", "railway"),
    "release.bake": _entry("release_bake", "ReleaseBake", "prober", "railway"),
    "release.capsule": _entry("release_capsule", "ReleaseCapsule", "vault", "signer"),
    "release.served": _entry(
        "release_served", "ReleaseServed", "prober", "railway", "vercel"
    ),
    "release.compatibility": _entry(
        "release_compatibility", "ReleaseCompatibility", "prober"
    ),
    "release.gate": _entry("release_gate", "ReleaseGate", "git"),
    "rollback.admission": _entry(
        "rollback_admission",
        "RollbackAdmission",
        *("railway", "vercel", "git", "schema", "vault"),
    ),
    "secret.rotation": _entry("secret_rotation", "SecretRotation", "prober"),
    "source.build": _entry("source_build", "SourceBuild", "git", "processes"),
    "source.commit": _entry("source_commit", "SourceCommit", "git"),
    "source.content": _entry("source_content", "SourceContent", "git"),
    "staging.healthy": _entry("staging_healthy", "StagingHealthy", "prober"),
    "supabase.access": _entry("supabase_access", "SupabaseAccess", "supabase"),
    "supabase.api_keys": _entry("supabase_api_keys", "SupabaseApiKeys", "supabase"),
    "supabase.migrations": _entry(
        "supabase_migrations", "SupabaseMigrations", "database"
    ),
    "supabase.pool": _entry("supabase_pool", "SupabasePool", "supabase"),
    "supabase.pooler": _entry("supabase_pooler", "SupabasePooler", "supabase"),
    "supabase.project": _entry("supabase_project", "SupabaseProject", "supabase"),
    "vercel.certificate": _entry(
        "vercel_certificate", "VercelCertificate", "vercel", "names"
    ),
    "vercel.deployment": _entry(
        "vercel_deployment", "VercelDeployment", "vercel", "git"
    ),
    "vercel.domain": _entry("vercel_domain", "VercelDomain", "vercel"),
    "vercel.environment": _entry("vercel_environment", "VercelEnvironment", "vercel"),
    "vercel.promotion": _entry("vercel_promotion", "VercelPromotion", "vercel"),
    "vercel.project": _entry("vercel_project", "VercelProject", "vercel"),
    "vercel.rebuild": _entry(
        "vercel_rebuild", "VercelRebuild", "vercel", "git", "vault"
    ),
    "vercel.variables": _entry("vercel_variables", "VercelVariables", "vercel"),
    "web.caching": _entry("web_caching", "WebCaching", "prober"),
    "web.identity": _entry("web_identity", "WebIdentity", "prober"),
}


def load(location: str) -> Any:
    """Import what ``module:name`` says."""
    module, _, name = location.partition(":")
    return getattr(import_module(module), name)
