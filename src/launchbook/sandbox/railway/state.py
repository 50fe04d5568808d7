"""All that one emulated account holds, kept in one document."""

from __future__ import annotations

import re
import secrets
import uuid
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final, TypeVar

from launchbook.sandbox.railway import notes
from launchbook.sandbox.railway.faults import not_authorized, unprocessable
from launchbook.sandbox.railway.records import (
    ApiToken,
    CustomDomain,
    Deployment,
    DeploymentTrigger,
    Environment,
    Execution,
    Project,
    ProjectToken,
    Service,
    ServiceDomain,
    ServiceInstance,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from launchbook.sandbox.clock import SandboxClock
    from launchbook.sandbox.document import Document

HOST_SUFFIX: Final = ".up.railway.localhost"
"""What every generated host name ends with."""
WORKSPACE_ID: Final = "5f0c6c1e-3b1f-4d0a-9a55-2f6e0a8f7c11"
"""The one workspace. A constant, so that a reset does not change it."""
WORKSPACE_NAME: Final = "Vocilia"
USER_ID: Final = "b7a0f3a4-90e7-4a57-8a1d-64c1c1d1f6f2"
BORN_AT: Final = "2026-01-01T00:00:00.000Z"
"""When the account was made."""

_LABEL_LENGTH: Final = 63
_TABLES: Final[dict[str, type[Any]]] = {
    "projects": Project,
    "environments": Environment,
    "services": Service,
    "instances": ServiceInstance,
    "deployments": Deployment,
    "domains": ServiceDomain,
    "custom_domains": CustomDomain,
    "executions": Execution,
    "tokens": ProjectToken,
    "api_tokens": ApiToken,
    "triggers": DeploymentTrigger,
}

Record = TypeVar("Record")


def new_id() -> str:
    """Return a new id, as the vendor's: a random UUID."""
    return str(uuid.uuid4())


class State:
    """The tables, and the questions that are asked of them.

    Change records in place, then call ``save``. Nothing here awaits, so what a
    handler does between two awaits is one step for all others. Tables keep the
    order of creation.

    Args:
        document: Where it is kept.
        clock: Sandbox time.
    """

    def __init__(self, document: Document, clock: SandboxClock) -> None:
        self._document = document
        self._clock = clock
        self.projects: dict[str, Project] = {}
        self.environments: dict[str, Environment] = {}
        self.services: dict[str, Service] = {}
        self.instances: dict[str, ServiceInstance] = {}
        self.deployments: dict[str, Deployment] = {}
        self.domains: dict[str, ServiceDomain] = {}
        self.custom_domains: dict[str, CustomDomain] = {}
        self.executions: dict[str, Execution] = {}
        self.tokens: dict[str, ProjectToken] = {}
        self.api_tokens: dict[str, ApiToken] = {}
        self.triggers: dict[str, DeploymentTrigger] = {}
        self.variables: dict[str, dict[str, str]] = {}
        self.usage_limit: dict[str, Any] | None = None
        self.notes: notes.Notes = {}
        self.staged: dict[str, dict[str, Any]] = {}

    def load(self) -> None:
        """Read everything from the document, as it is now."""
        for name, kind in _TABLES.items():
            stored: list[dict[str, Any]] = self._document.data.get(name, [])
            setattr(self, name, {one["id"]: kind(**one) for one in stored})
        self.variables = self._document.data.get("variables", {})
        self.usage_limit = self._document.data.get("usage_limit")
        self.notes = self._document.data.get("notes", {})
        self.staged = self._document.data.get("staged", {})

    def save(self) -> None:
        """Write everything."""
        data: dict[str, Any] = {
            name: [asdict(record) for record in getattr(self, name).values()]
            for name in _TABLES
        }
        notes.refresh(self.notes, self.variables, self.now())
        self._document.data = data | {
            "variables": self.variables,
            "notes": self.notes,
            "staged": self.staged,
            "usage_limit": self.usage_limit,
        }
        self._document.save()

    def now(self) -> str:
        """Return sandbox time as the vendor writes it."""
        return self._clock.iso()

    # --- one thing by its id -------------------------------------------------

    def project(self, project_id: str) -> Project:
        """Return a project, or raise the vendor's error."""
        return _found(self.projects, project_id)

    def environment(self, environment_id: str) -> Environment:
        """Return an environment, or raise the vendor's error."""
        return _found(self.environments, environment_id)

    def service(self, service_id: str) -> Service:
        """Return a service, or raise the vendor's error."""
        return _found(self.services, service_id)

    def instance(self, instance_id: str) -> ServiceInstance:
        """Return a service instance by its own id, or raise the vendor's error."""
        return _found(self.instances, instance_id)

    def deployment(self, deployment_id: str) -> Deployment:
        """Return a deployment, or raise the vendor's error."""
        return _found(self.deployments, deployment_id)

    def domain(self, domain_id: str) -> ServiceDomain:
        """Return a host name, or raise the vendor's error."""
        return _found(self.domains, domain_id)

    def custom_domain(self, domain_id: str) -> CustomDomain:
        """Return somebody's own host name, or raise the vendor's error."""
        return _found(self.custom_domains, domain_id)

    def find_instance(
        self, service_id: str, environment_id: str
    ) -> ServiceInstance | None:
        """Return a service's instance in an environment."""
        for instance in self.instances.values():
            if (instance.service_id, instance.environment_id) == (
                service_id,
                environment_id,
            ):
                return instance
        return None

    # --- what belongs together -----------------------------------------------

    def environments_of(self, project_id: str) -> list[Environment]:
        """Return a project's environments."""
        return [
            one for one in self.environments.values() if one.project_id == project_id
        ]

    def services_of(self, project_id: str) -> list[Service]:
        """Return a project's services."""
        return [one for one in self.services.values() if one.project_id == project_id]

    def instances_of(
        self, *, environment_id: str | None = None, service_id: str | None = None
    ) -> list[ServiceInstance]:
        """Return the service instances of an environment, or of a service."""
        return [
            one
            for one in self.instances.values()
            if environment_id in {None, one.environment_id}
            and service_id in {None, one.service_id}
        ]

    def deployments_of(self, service_id: str, environment_id: str) -> list[Deployment]:
        """Return a service's deployments in an environment, newest first."""
        found = [
            one
            for one in self.deployments.values()
            if one.service_id == service_id and one.environment_id == environment_id
        ]
        return found[::-1]

    def domains_of(self, service_id: str, environment_id: str) -> list[ServiceDomain]:
        """Return a service's host names in an environment."""
        return [
            one
            for one in self.domains.values()
            if one.service_id == service_id and one.environment_id == environment_id
        ]

    def custom_domains_of(
        self, service_id: str, environment_id: str
    ) -> list[CustomDomain]:
        """Return the host names of its owner's that a service has."""
        return [
            one
            for one in self.custom_domains.values()
            if one.service_id == service_id and one.environment_id == environment_id
        ]

    def triggers_of(
        self, *, environment_id: str | None = None, service_id: str | None = None
    ) -> list[DeploymentTrigger]:
        """Return what deploys by itself in an environment, or of a service."""
        return [
            one
            for one in self.triggers.values()
            if environment_id in {None, one.environment_id}
            and service_id in {None, one.service_id}
        ]

    def executions_of(self, service_id: str, environment_id: str) -> list[Execution]:
        """Return the runs of a cron service, newest first."""
        found = [
            one
            for one in self.executions.values()
            if one.service_id == service_id and one.environment_id == environment_id
        ]
        return found[::-1]

    def domain_at(self, host: str) -> ServiceDomain | None:
        """Return the record of a host name."""
        return next((one for one in self.domains.values() if one.host == host), None)

    def custom_domain_at(self, host: str) -> CustomDomain | None:
        """Return the record of somebody's own host name."""
        domains = self.custom_domains.values()
        return next((one for one in domains if one.host == host), None)

    def free_host(self, service: Service, environment: Environment) -> str:
        """Return ``<service>-<environment>.up.railway.localhost``, or a variant."""
        stem = _label(f"{service.name}-{environment.name}")
        host = stem + HOST_SUFFIX
        while self.domain_at(host):
            suffix = f"-{secrets.token_hex(2)}"
            host = (
                stem[: _LABEL_LENGTH - len(suffix)].rstrip("-") + suffix + HOST_SUFFIX
            )
        return host

    def shown_variables_at(
        self, environment_id: str, service_id: str | None
    ) -> dict[str, str]:
        """Return the variables there whose values may be shown: no sealed ones."""
        place = f"{environment_id}/{service_id or 'shared'}"
        own = self.variables_at(environment_id, service_id)
        return notes.shown(self.notes, place, own)

    def variables_at(
        self, environment_id: str, service_id: str | None
    ) -> dict[str, str]:
        """Return the variables of a service, or the shared ones; to be changed."""
        key = f"{environment_id}/{service_id or 'shared'}"
        return self.variables.setdefault(key, {})

    # --- removal -------------------------------------------------------------

    def remove_instance(self, instance: ServiceInstance) -> None:
        """Forget a service in one environment and all that belongs to it there."""
        ids = (instance.service_id, instance.environment_id)
        _drop(self.deployments, self.deployments_of(*ids))
        _drop(self.domains, self.domains_of(*ids))
        _drop(self.custom_domains, self.custom_domains_of(*ids))
        found = self.triggers_of(
            service_id=instance.service_id, environment_id=instance.environment_id
        )
        _drop(self.triggers, found)
        _drop(self.executions, self.executions_of(*ids))
        self.variables.pop(f"{instance.environment_id}/{instance.service_id}", None)
        del self.instances[instance.id]

    def remove_environment(self, environment: Environment) -> None:
        """Forget an environment whose service instances are gone."""
        self.variables.pop(f"{environment.id}/shared", None)
        self.staged.pop(environment.id, None)
        tokens = self.tokens.values()
        _drop(self.tokens, [t for t in tokens if t.environment_id == environment.id])
        del self.environments[environment.id]


def _found(table: dict[str, Record], key: str) -> Record:
    """Return a record; an unknown id is answered as one that is not ours."""
    try:
        uuid.UUID(key)
    except ValueError:
        raise unprocessable() from None
    if key not in table:
        raise not_authorized()
    return table[key]


def _drop(table: dict[str, Any], records: Iterable[Any]) -> None:
    for record in records:
        del table[record.id]


def _label(text: str) -> str:
    """Return a text as one label of a host name."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:_LABEL_LENGTH]
