"""How environments, services and their instances come into being."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from launchbook.sandbox.railway.faults import ApiError, unprocessable
from launchbook.sandbox.railway.records import Environment, Service, ServiceInstance
from launchbook.sandbox.railway.state import new_id

if TYPE_CHECKING:
    from launchbook.sandbox.railway.state import State

LONGEST_SERVICE_NAME: Final = 32
_WORDS: Final = (
    "amber",
    "brisk",
    "calm",
    "daring",
    "eager",
    "gentle",
    "lively",
    "quiet",
)


def random_name() -> str:
    """Return a name as the vendor gives to what comes without one."""
    adjectives = secrets.choice(_WORDS), secrets.choice(_WORDS)
    return f"{'-'.join(adjectives)}-{secrets.token_hex(2)}"


def make_environment(state: State, project_id: str, name: str) -> Environment:
    """Add an empty environment to a project.

    Raises:
        ApiError: The name is invalid or taken.
    """
    check_environment_name(state, project_id, name)
    now = state.now()
    environment = Environment(
        id=new_id(), project_id=project_id, name=name, created_at=now, updated_at=now
    )
    state.environments[environment.id] = environment
    return environment


def check_environment_name(state: State, project_id: str, name: str) -> None:
    """Refuse a name that an environment cannot get.

    Raises:
        ApiError: The name is invalid or taken.
    """
    if not name.strip():
        raise unprocessable()
    if name.lower() in {one.name.lower() for one in state.environments_of(project_id)}:
        raise ApiError("An environment with that name already exists")


def make_service(state: State, project_id: str, name: str) -> Service:
    """Add a service to a project, in no environment yet.

    Raises:
        ApiError: The name is invalid or taken.
    """
    check_service_name(state, project_id, name)
    now = state.now()
    service = Service(
        id=new_id(), project_id=project_id, name=name, created_at=now, updated_at=now
    )
    state.services[service.id] = service
    return service


def check_service_name(state: State, project_id: str, name: str) -> None:
    """Refuse a name that a service cannot get.

    Raises:
        ApiError: The name is invalid or taken.
    """
    if not name.strip() or len(name) > LONGEST_SERVICE_NAME:
        raise ApiError("Invalid service name")
    if name in {one.name for one in state.services_of(project_id)}:
        raise ApiError(f'Service "{name}" already exists in this project')


def make_instance(
    state: State, service: Service, environment: Environment
) -> ServiceInstance:
    """Let a service appear in an environment, with the vendor's defaults."""
    now = state.now()
    instance = ServiceInstance(
        id=new_id(),
        service_id=service.id,
        environment_id=environment.id,
        created_at=now,
        updated_at=now,
    )
    state.instances[instance.id] = instance
    return instance
