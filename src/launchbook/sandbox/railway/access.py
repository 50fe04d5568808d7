"""Who asks, and what of the account that token may see."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from launchbook.sandbox.railway.faults import ApiError, not_authorized
from launchbook.sandbox.railway.records import ApiToken, ProjectToken
from launchbook.sandbox.railway.state import new_id

if TYPE_CHECKING:
    from aiohttp import web

    from launchbook.sandbox.railway.records import (
        Deployment,
        Environment,
        Project,
        Service,
        ServiceInstance,
    )
    from launchbook.sandbox.railway.state import State


@dataclass(frozen=True, slots=True)
class Reach:
    """The account as one token sees it; a stranger's id is an unknown one.

    Attributes:
        state: The tables.
        token: Set for a project token, which sees one environment only.
        is_person: Whether the token stands for a user, as an account's does; a
            workspace's does not.
    """

    state: State
    token: ProjectToken | None = None
    is_person: bool = True

    def require_person(self) -> None:
        """Refuse every token but an account's."""
        if self.token or not self.is_person:
            raise not_authorized()

    def require_account(self) -> None:
        """Refuse a project token."""
        if self.token:
            raise not_authorized()

    def project(self, project_id: str) -> Project:
        """Return a project, or raise the vendor's error."""
        project = self.state.project(project_id)
        if self.token and self.token.project_id != project.id:
            raise not_authorized()
        return project

    def environment(
        self, environment_id: str, project_id: str | None = None
    ) -> Environment:
        """Return an environment (of a project), or raise the vendor's error."""
        environment = self.state.environment(environment_id)
        if self.token and self.token.environment_id != environment.id:
            raise not_authorized()
        if project_id not in {None, environment.project_id}:
            raise not_authorized()
        return environment

    def service(self, service_id: str) -> Service:
        """Return a service, or raise the vendor's error."""
        service = self.state.service(service_id)
        self.project(service.project_id)
        return service

    def instance(self, service_id: str, environment_id: str) -> ServiceInstance:
        """Return a service in an environment, or raise the vendor's error."""
        self.service(service_id)
        self.environment(environment_id)
        instance = self.state.find_instance(service_id, environment_id)
        if instance is None:
            raise ApiError("ServiceInstance not found")
        return instance

    def instance_by_id(self, instance_id: str) -> ServiceInstance:
        """Return a service instance by its own id, or raise the vendor's error."""
        instance = self.state.instance(instance_id)
        self.environment(instance.environment_id)
        return instance

    def deployment(self, deployment_id: str) -> Deployment:
        """Return a deployment, or raise the vendor's error."""
        deployment = self.state.deployment(deployment_id)
        self.environment(deployment.environment_id)
        return deployment


def reach_of(request: web.Request, state: State, account_token: str) -> Reach | None:
    """Return what a request's token may see; None when it may see nothing."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        if _is_equal(given.strip(), account_token):
            return Reach(state)
        digest = _digest(given.strip())
        for one in state.api_tokens.values():
            if _is_equal(digest, one.token_sha256):
                return Reach(state, is_person=one.workspace_id is None)
    digest = _digest(request.headers.get("Project-Access-Token", ""))
    for token in state.tokens.values():
        if _is_equal(digest, token.token_sha256):
            return Reach(state, token)
    return None


def make_token(
    environment: Environment, name: str, now: str
) -> tuple[str, ProjectToken]:
    """Return a new project token, shown once, and its record."""
    secret = new_id()
    record = ProjectToken(
        id=new_id(),
        project_id=environment.project_id,
        environment_id=environment.id,
        name=name,
        token_sha256=_digest(secret),
        display=_display(secret),
        created_at=now,
    )
    return secret, record


def make_api_token(
    name: str, workspace_id: str | None, now: str
) -> tuple[str, ApiToken]:
    """Return a new token of the account, shown once, and its record."""
    secret = new_id()
    record = ApiToken(
        id=new_id(),
        name=name,
        workspace_id=workspace_id,
        token_sha256=_digest(secret),
        display=_display(secret),
        created_at=now,
    )
    return secret, record


def _display(secret: str) -> str:
    return f"{secret[:4]}{'*' * 8}"


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _is_equal(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
