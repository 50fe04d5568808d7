"""Projects and settings in the shapes of the vendor's API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from launchbook.sandbox.supabase.sizes import SIZES

if TYPE_CHECKING:
    from launchbook.sandbox.supabase.state import Project, Restrictions

PROVIDER: Final = "AWS"
VERSION: Final = "18.6.0.001"


def project_answer(project: Project, *, has_database: bool) -> dict[str, object]:
    """Return a project; its database only where the vendor answers it."""
    answer: dict[str, object] = {
        "id": project.ref,
        "ref": project.ref,
        "organization_id": project.organization,
        "organization_slug": project.organization,
        "name": project.name,
        "region": project.region,
        "created_at": project.created_at,
        "status": project.status,
    }
    if has_database:
        answer["database"] = {
            "host": f"db.{project.ref}.supabase.localhost",
            "version": VERSION,
            "postgres_engine": "18",
            "release_channel": "ga",
        }
    return answer


def organization_entry(project: Project) -> dict[str, object]:
    """Return a project as the organization's list shows it."""
    status = project.status
    is_known = status in {"ACTIVE_HEALTHY", "COMING_UP", "RESTARTING", "RESTORING"}
    database = {
        "infra_compute_size": project.size,
        "region": project.region,
        "status": status if is_known else "UNKNOWN",
        "cloud_provider": PROVIDER,
        "identifier": project.ref,
        "type": "PRIMARY",
    }
    return {
        "ref": project.ref,
        "name": project.name,
        "cloud_provider": PROVIDER,
        "region": project.region,
        "is_branch": False,
        "status": status,
        "inserted_at": project.created_at,
        "databases": [database],
    }


def pooler_entries(project: Project, ports: dict[str, int]) -> list[dict[str, object]]:
    """Return the pooler's configuration: the transaction mode's entry.

    The vendor names port 6543 even to those who want a session, so a client has to
    know the session mode's port itself (source: supabase/agent-skills issue 316).
    """
    port = ports["transaction"]
    address = (
        f"postgresql://postgres.{project.ref}:[YOUR-PASSWORD]@127.0.0.1:{port}/postgres"
    )
    return [
        {
            "identifier": project.ref,
            "database_type": "PRIMARY",
            "is_using_scram_auth": True,
            "db_user": f"postgres.{project.ref}",
            "db_host": "127.0.0.1",
            "db_port": port,
            "db_name": "postgres",
            "connection_string": address,
            "connectionString": address,
            "default_pool_size": project.pool_size,
            "max_client_conn": SIZES[project.size].max_clients,
            "pool_mode": "transaction",
        }
    ]


def restrictions_answer(rules: Restrictions) -> dict[str, object]:
    """Return who may reach the database."""
    answer: dict[str, object] = {
        "entitlement": "allowed",
        "config": {"dbAllowedCidrs": rules.cidrs, "dbAllowedCidrsV6": rules.cidrs_v6},
        "status": "applied" if rules.is_applied else "stored",
    }
    if rules.updated_at:
        answer["updated_at"] = rules.updated_at
        if rules.is_applied:
            answer["applied_at"] = rules.updated_at
    return answer
