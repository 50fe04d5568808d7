"""Variables: what is set, what references resolve to, and what a process gets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from launchbook.sandbox.railway.faults import unprocessable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.sandbox.railway.records import (
        Deployment,
        Environment,
        Service,
        ServiceInstance,
    )
    from launchbook.sandbox.railway.state import State

PRIVATE_SUFFIX: Final = ".railway.internal"
DEFAULT_REGION: Final = "europe-west4-drams3a"

_REFERENCE: Final = re.compile(r"\$\{\{\s*(?:([^{}.]+?)\s*\.\s*)?([^{}.\s]+)\s*\}\}")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_DEEPEST: Final = 10
"""References through references; a circle ends there, in an empty text."""


def check_variables(variables: Mapping[str, object]) -> dict[str, str]:
    """Return variables as text.

    Raises:
        ApiError: A name cannot be one, or a reference is malformed.
    """
    return {name: _checked(name, value) for name, value in variables.items()}


def _checked(name: str, value: object) -> str:
    if not _NAME.fullmatch(name) or not isinstance(value, str | int | float | bool):
        raise unprocessable()
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if "${{" in _REFERENCE.sub("", text):
        raise unprocessable()
    return text


class Variables:
    """Renders the variables of services.

    Args:
        state: Where they are.
    """

    def __init__(self, state: State) -> None:
        self._state = state

    def rendered(self, environment_id: str, service_id: str | None) -> dict[str, str]:
        """Return the variables of a service, or the shared ones, rendered."""
        own = self._state.variables_at(environment_id, service_id)
        return {
            name: self._render(value, environment_id, service_id, _DEEPEST)
            for name, value in own.items()
        }

    def for_deployment(self, instance: ServiceInstance) -> dict[str, str]:
        """Return what a deployment of a service would get now: with the system's."""
        rendered = self.rendered(instance.environment_id, instance.service_id)
        return self.system(instance.environment_id, instance.service_id) | rendered

    def system(self, environment_id: str, service_id: str) -> dict[str, str]:
        """Return the ``RAILWAY_*`` variables of a service."""
        service = self._state.service(service_id)
        environment = self._state.environment(environment_id)
        project = self._state.project(service.project_id)
        found = {
            "RAILWAY_PROJECT_ID": project.id,
            "RAILWAY_PROJECT_NAME": project.name,
            "RAILWAY_ENVIRONMENT": environment.name,
            "RAILWAY_ENVIRONMENT_ID": environment.id,
            "RAILWAY_ENVIRONMENT_NAME": environment.name,
            "RAILWAY_SERVICE_ID": service.id,
            "RAILWAY_SERVICE_NAME": service.name,
            "RAILWAY_PRIVATE_DOMAIN": private_domain(service),
        }
        return found | self._public(service, environment)

    def _public(self, service: Service, environment: Environment) -> dict[str, str]:
        domains = self._state.domains_of(service.id, environment.id)
        if not domains:
            return {}
        host = domains[0].host
        return {"RAILWAY_PUBLIC_DOMAIN": host, "RAILWAY_STATIC_URL": host}

    def _render(
        self, text: str, environment_id: str, service_id: str | None, depth: int
    ) -> str:
        def replaced(match: re.Match[str]) -> str:
            owner, name = match.groups()
            if not depth:
                return ""
            holder_id = self._holder_id(environment_id, service_id, owner)
            value = self._lookup(environment_id, holder_id, name)
            return self._render(value, environment_id, holder_id, depth - 1)

        return _REFERENCE.sub(replaced, text)

    def _holder_id(
        self, environment_id: str, service_id: str | None, owner: str | None
    ) -> str | None:
        """Return the id of whose variable is meant; None for the shared ones."""
        if owner is None:
            return service_id
        if owner.lower() == "shared":
            return None
        project_id = self._state.environment(environment_id).project_id
        named = (
            one.id
            for one in self._state.services_of(project_id)
            if one.name.lower() == owner.lower()
        )
        return next(named, "")

    def _lookup(self, environment_id: str, holder_id: str | None, name: str) -> str:
        """Return a variable's own text; empty when nobody set it."""
        if holder_id == "":
            return ""
        own = self._state.variables_at(environment_id, holder_id)
        if name in own or holder_id is None:
            return own.get(name, "")
        return self.system(environment_id, holder_id).get(name, "")


def private_domain(service: Service) -> str:
    """Return a service's name in the private network of its environment."""
    label = re.sub(r"[^a-z0-9]+", "-", service.name.lower()).strip("-")
    return label + PRIVATE_SUFFIX


def deployment_variables(deployment: Deployment) -> dict[str, str]:
    """Return the system's variables that name one deployment."""
    return {
        "RAILWAY_DEPLOYMENT_ID": deployment.id,
        "RAILWAY_SNAPSHOT_ID": deployment.snapshot_id or "",
        "RAILWAY_REPLICA_REGION": deployment.settings.get("region") or DEFAULT_REGION,
    }
