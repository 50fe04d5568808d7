"""Supabase's Management API: projects, health, pooler, access, keys.

ACTIVE_HEALTHY is not ready: each service has its own health. The pooler's host
is read, never built. Policy of the vendor's own tools: only GET is repeated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from launchbook.errors import NotFound
from launchbook.model.account import Tenancy
from launchbook.providers.supabase import wire
from launchbook.transport.answer import Fields, fields_of
from launchbook.transport.http import Access, HttpTransport, Origin, bearer
from launchbook.transport.lost import create_or_find
from launchbook.transport.rate import Rate
from launchbook.transport.request import Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.clock import Clock
    from launchbook.model.supabase import (
        ApiKey,
        NetworkRestrictions,
        Organization,
        Pooler,
        Profile,
        Project,
        ProjectOrder,
        ServiceHealth,
        TlsEnforcement,
    )
    from launchbook.redact import Redactor
    from launchbook.transport.request import Scalar, Sender

RATES: Final[Mapping[str, Rate]] = {"default": Rate(requests=120, within_seconds=60.0)}
"""Per project (or account) and endpoint (vendor docs, API rate limits, 2026)."""
PAGE_SIZE: Final = 100
HEALTH_SERVICES: Final = ("auth", "db", "pooler", "rest", "storage", "realtime")


class SupabaseClient:
    """The verbs that the steps need. Safe to share between threads.

    Args:
        sender: The HTTP transport of the platform.
    """

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @classmethod
    def open(
        cls, access: Access, clock: Clock, redactor: Redactor | None = None
    ) -> SupabaseClient:
        """Return a client for a base URL and a token."""
        origin = Origin(
            "supabase", access.base_url, bearer(access.token), access.ca_file
        )
        return cls(HttpTransport(origin, clock=clock, rates=RATES, redactor=redactor))

    # --- account and projects ------------------------------------------------

    def read_profile(self) -> Profile:
        """Return whom the token stands for."""
        return wire.read_profile(self._fields(_read("/v1/profile"), "profile"))

    def read_organizations(self) -> tuple[Organization, ...]:
        """Return the organizations that the token may use."""
        nodes = self._list(_read("/v1/organizations"), "organizations")
        return tuple(wire.read_organization(node) for node in nodes)

    def read_organization(self, slug: str) -> Tenancy:
        """Return an organization with its plan.

        Raises:
            NotFound, Unauthorized: The token may not use it.
        """
        response = self._sender.send(_read(f"/v1/organizations/{slug}"))
        node = Fields(response.json(), "supabase organization")
        return Tenancy(
            id=node.text("id"),
            name=node.text("name"),
            plan=node.text_or_empty("plan"),
            answered_at=response.answered_at,
        )

    def read_projects(self, organization: str) -> tuple[Project, ...]:
        """Return all projects of an organization, without their database's host."""
        found: list[Project] = []
        while True:
            request = _read(
                f"/v1/organizations/{organization}/projects",
                {"offset": len(found), "limit": PAGE_SIZE},
            )
            nodes = self._fields(request, "projects").children("projects")
            found += [wire.read_project(node, organization) for node in nodes]
            if len(nodes) < PAGE_SIZE:
                return tuple(found)

    def find_project(self, organization: str, name: str) -> Project | None:
        """Return the project of that name with its details, or None.

        Names are unique within an organization.
        """
        found = self.read_projects(organization)
        refs = [each.ref for each in found if each.name == name]
        return self.read_project(refs[0]) if refs else None

    def read_project(self, ref: str) -> Project | None:
        """Return a project, or None where there is none."""
        try:
            answer = self._fields(_read(f"/v1/projects/{ref}"), "project")
        except NotFound:
            return None
        return wire.read_project(answer)

    def create_project(self, order: ProjectOrder) -> Project:
        """Create a project; it answers COMING_UP.

        After a lost answer, or "exists", the one of that name is returned.
        """
        request = _write("POST", "/v1/projects", wire.write_project(order))
        return create_or_find(
            lambda: wire.read_project(self._fields(request, "project")),
            lambda: self.find_project(order.organization_slug, order.name),
        )

    def delete_project(self, ref: str) -> None:
        """Delete a project with its database and its backups."""
        self._sender.send(_write("DELETE", f"/v1/projects/{ref}"))

    def read_health(
        self, ref: str, services: tuple[str, ...] = HEALTH_SERVICES
    ) -> tuple[ServiceHealth, ...]:
        """Return the health of each service of a project."""
        request = _read(f"/v1/projects/{ref}/health", {"services": services})
        return tuple(wire.read_health(node) for node in self._list(request, "health"))

    # --- database ------------------------------------------------------------

    def read_pooler(self, ref: str) -> tuple[Pooler, ...]:
        """Return the pooler's entries; none while a new project has no pooler."""
        try:
            nodes = self._list(_read(_pooler_path(ref)), "pooler")
        except NotFound:
            return ()
        return tuple(wire.read_pooler(node) for node in nodes)

    def update_pooler(self, ref: str, default_pool_size: int) -> None:
        """Set how many server connections the pooler keeps for a database."""
        body = {"default_pool_size": default_pool_size}
        self._sender.send(_write("PATCH", _pooler_path(ref), body))

    def read_tls_enforcement(self, ref: str) -> TlsEnforcement:
        """Return whether the database refuses connections without TLS."""
        request = _read(f"/v1/projects/{ref}/ssl-enforcement")
        return wire.read_tls(self._fields(request, "ssl-enforcement"))

    def set_tls_enforcement(self, ref: str, *, is_enforced: bool) -> TlsEnforcement:
        """Set whether the database refuses connections without TLS."""
        body = {"requestedConfig": {"database": is_enforced}}
        request = _write("PUT", f"/v1/projects/{ref}/ssl-enforcement", body)
        return wire.read_tls(self._fields(request, "ssl-enforcement"))

    def read_network_restrictions(self, ref: str) -> NetworkRestrictions:
        """Return who may reach database and pooler."""
        request = _read(f"/v1/projects/{ref}/network-restrictions")
        return wire.read_restrictions(self._fields(request, "network-restrictions"))

    def apply_network_restrictions(
        self, ref: str, cidrs: tuple[str, ...], cidrs_v6: tuple[str, ...]
    ) -> NetworkRestrictions:
        """Replace who may reach database and pooler.

        Both families are always sent: one that is left out may stay open.
        """
        body = {"dbAllowedCidrs": list(cidrs), "dbAllowedCidrsV6": list(cidrs_v6)}
        request = _write("POST", f"/v1/projects/{ref}/network-restrictions/apply", body)
        return wire.read_restrictions(self._fields(request, "network-restrictions"))

    def read_api_keys(self, ref: str) -> tuple[ApiKey, ...]:
        """Return the project's keys with their values."""
        request = _read(f"/v1/projects/{ref}/api-keys", {"reveal": True})
        nodes = self._list(request, "api-keys")
        return tuple(wire.read_api_key(node) for node in nodes)

    # --- below the verbs -----------------------------------------------------

    def _fields(self, request: Request, where: str) -> Fields:
        return Fields(self._sender.send(request).json(), f"supabase {where}")

    def _list(self, request: Request, where: str) -> tuple[Fields, ...]:
        return fields_of(self._sender.send(request).json(), f"supabase {where}")


def _read(
    path: str, query: Mapping[str, Scalar | tuple[str, ...]] | None = None
) -> Request:
    return Request(
        method="GET", path=path, query=query or {}, endpoint_class=_scope("GET", path)
    )


def _write(method: str, path: str, body: object = None) -> Request:
    return Request(
        method=method, path=path, json=body, endpoint_class=_scope(method, path)
    )


def _scope(method: str, path: str) -> str:
    """Each project and endpoint has a budget of its own."""
    return f"default:{method} {path}"


def _pooler_path(ref: str) -> str:
    return f"/v1/projects/{ref}/config/database/pooler"
