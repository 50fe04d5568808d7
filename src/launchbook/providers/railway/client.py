"""Railway: projects, environments, services, variables, deployments.

"Created" never means "ready". No mutation takes an idempotency key: after a lost
answer a create looks for what it made, by name or by message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from launchbook.errors import Unauthorized
from launchbook.model.railway import Account
from launchbook.providers.railway import wire
from launchbook.providers.railway.account import AccountVerbs
from launchbook.providers.railway.calls import named, scope_ids
from launchbook.providers.railway.capacity import CapacityVerbs
from launchbook.providers.railway.deployment import DeploymentVerbs
from launchbook.providers.railway.domain import DomainVerbs
from launchbook.providers.railway.trigger import TriggerVerbs
from launchbook.providers.railway.variable import VariableVerbs
from launchbook.transport.answer import Fields
from launchbook.transport.http import Access, HttpTransport, Origin, bearer
from launchbook.transport.lost import create_or_find
from launchbook.transport.rate import Rate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.clock import Clock
    from launchbook.model.railway import (
        Environment,
        Project,
        Service,
        ServiceInstance,
        ServiceScope,
        ServiceSettings,
    )
    from launchbook.redact import Redactor

RATES: Final[Mapping[str, Rate]] = {
    "default": Rate(requests=10, within_seconds=1.0),
    "query": Rate(requests=50, within_seconds=1.0),
    "mutation": Rate(requests=50, within_seconds=1.0),
}
"""Per second on the Pro plan; 10 is the Hobby plan's (platform docs, 2026)."""


class RailwayClient(
    AccountVerbs,
    CapacityVerbs,
    VariableVerbs,
    DomainVerbs,
    DeploymentVerbs,
    TriggerVerbs,
):
    """The verbs that the steps need. Safe to share between threads.

    Args:
        sender: The HTTP transport of the platform.
        clock: For waiting out soft throttles.
        redactor: Cleans vendor messages of secret values.
    """

    @classmethod
    def open(
        cls, access: Access, clock: Clock, redactor: Redactor | None = None
    ) -> RailwayClient:
        """Return a client for a base URL and an account or workspace token."""
        origin = Origin(
            "railway", access.base_url, bearer(access.token), access.ca_file
        )
        transport = HttpTransport(origin, clock=clock, rates=RATES, redactor=redactor)
        return cls(transport, clock, redactor)

    # --- account -------------------------------------------------------------

    def read_account(self) -> Account:
        """Return whom the token stands for; each kind of token has its own query.

        Raises:
            Unauthorized: The token is of no kind that works.
        """
        try:
            return wire.read_person(Fields(self._run("me")["me"], "railway me"))
        except Unauthorized:
            pass
        try:
            answer = Fields(self._run("api_token")["apiToken"], "railway apiToken")
        except Unauthorized:
            return self._read_project_token()
        return Account("workspace", workspaces=wire.read_workspaces(answer))

    def _read_project_token(self) -> Account:
        data = self._run("project_token")
        token = Fields(data["projectToken"], "railway projectToken")
        return Account(
            "project",
            project_id=token.text("projectId"),
            environment_id=token.text("environmentId"),
        )

    # --- projects and environments -------------------------------------------

    def read_projects(self, workspace_id: str = "") -> tuple[Project, ...]:
        """Return all projects, of one workspace or of all. Names may repeat."""
        pages = self._pages("projects", {"workspaceId": workspace_id or None})
        return tuple(wire.read_project(node) for node in pages)

    def create_project(
        self, name: str, workspace_id: str = "", environment: str = ""
    ) -> Project:
        """Create a project, born with one environment: production, or as named.

        After a lost answer a project of that name that was not there before is
        taken for ours; names are not unique, so the caller looks first.
        """
        order = {
            "name": name,
            **({"workspaceId": workspace_id} if workspace_id else {}),
            **({"defaultEnvironmentName": environment} if environment else {}),
        }
        return create_or_find(
            lambda: wire.read_project(self._created("project_create", order)),
            lambda: named(self.read_projects(workspace_id), name),
        )

    def delete_project(self, project_id: str) -> None:
        """Delete a project and everything in it."""
        self._run("project_delete", {"id": project_id})

    def read_environments(self, project_id: str) -> tuple[Environment, ...]:
        """Return all environments of a project."""
        pages = self._pages("environments", {"projectId": project_id})
        return tuple(wire.read_environment(node) for node in pages)

    def create_environment(self, project_id: str, name: str) -> Environment:
        """Create an empty environment; nothing is deployed."""
        order = {"projectId": project_id, "name": name, "skipInitialDeploys": True}
        return create_or_find(
            lambda: wire.read_environment(self._created("environment_create", order)),
            lambda: named(self.read_environments(project_id), name),
        )

    def delete_environment(self, environment_id: str) -> None:
        """Delete an environment."""
        self._run("environment_delete", {"id": environment_id})

    # --- services ------------------------------------------------------------

    def read_services(self, project_id: str) -> tuple[Service, ...]:
        """Return all services of a project, whatever their environments."""
        pages = self._pages("services", {"projectId": project_id})
        return tuple(wire.read_service(node) for node in pages)

    def create_service(self, scope: ServiceScope, name: str) -> Service:
        """Create a service EMPTY: variables come next, its source last.

        Without an environment it would appear in every one of the project.
        """
        order = {**scope_ids(scope), "name": name}
        return create_or_find(
            lambda: wire.read_service(self._created("service_create", order)),
            lambda: named(self.read_services(scope.project_id), name),
        )

    def delete_service(self, service_id: str, environment_id: str = "") -> None:
        """Delete a service, from one environment or from all."""
        self._run(
            "service_delete",
            {"id": service_id, "environmentId": environment_id or None},
        )

    def read_service_instances(
        self, environment_id: str
    ) -> tuple[ServiceInstance, ...]:
        """Return every service of an environment with its settings there."""
        pages = self._pages("service_instances", {"environmentId": environment_id})
        return tuple(wire.read_instance(node) for node in pages)

    def update_service_instance(
        self, scope: ServiceScope, settings: ServiceSettings
    ) -> None:
        """Set what is not None; takes effect with the next deployment."""
        self._run(
            "service_instance_update",
            {
                "serviceId": scope.service_id,
                "environmentId": scope.environment_id,
                "input": wire.write_settings(settings),
            },
        )
