"""The fields of ``Query``: reading."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from launchbook.sandbox.railway import views
from launchbook.sandbox.railway.faults import not_authorized, unprocessable
from launchbook.sandbox.railway.log import (
    BUILD,
    DEFAULT_LINES,
    RUNTIME,
    LogQuery,
    read_moment,
)
from launchbook.sandbox.railway.state import (
    BORN_AT,
    USER_ID,
    WORKSPACE_ID,
)
from launchbook.sandbox.railway.views import View, connection

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from graphql import GraphQLResolveInfo

    from launchbook.sandbox.railway.access import Reach
    from launchbook.sandbox.railway.parts import Parts
    from launchbook.sandbox.railway.records import Deployment

    Info = GraphQLResolveInfo


class Queries:
    """Resolvers; each gets what its token may reach in ``info.context``.

    Args:
        parts: The emulator's shared parts.
        shown: Makes objects of the API.
    """

    def __init__(self, parts: Parts, shown: views.Views) -> None:
        self._parts = parts
        self._state = parts.state
        self._views = shown

    def fields(self) -> Mapping[str, Callable[..., Any]]:
        """Return the resolvers by field."""
        return {
            "me": self.me,
            "apiToken": self.api_token,
            "projectToken": self.project_token,
            "workspace": self.workspace,
            "projects": self.projects,
            "project": self.project,
            "environments": self.environments,
            "environment": self.environment,
            "service": self.service,
            "serviceInstance": self.service_instance,
            "serviceInstanceLimits": self.service_instance_limits,
            "variables": self.variables,
            "variablesForServiceDeployment": self.variables_for_deployment,
            "domains": self.domains,
            "deployments": self.deployments,
            "deployment": self.deployment,
            "deploymentEvents": self.deployment_events,
            "buildLogs": self.build_logs,
            "deploymentLogs": self.deployment_logs,
            "environmentLogs": self.environment_logs,
            "deploymentInstanceExecutions": self.executions,
        }

    # --- whoami --------------------------------------------------------------

    def me(self, info: Info) -> View:
        """The owner of an account token; a workspace's token has none."""
        _reach(info).require_person()
        return {
            "id": USER_ID,
            "name": "Sandbox",
            "email": "sandbox@localhost",
            "username": "sandbox",
            "createdAt": BORN_AT,
            "workspaces": [self._views.workspace],
        }

    def api_token(self, info: Info) -> View:
        """The workspaces of an account or workspace token."""
        _reach(info).require_account()
        return {"workspaces": [self._views.workspace]}

    def project_token(self, info: Info) -> View:
        """The project and environment of a project token."""
        token = _reach(info).token
        if token is None:
            raise not_authorized()
        return self._views.token(token)

    def workspace(self, info: Info, *, workspace_id: str) -> View:
        """The one workspace."""
        _reach(info).require_account()
        if workspace_id != WORKSPACE_ID:
            raise not_authorized()
        return self._views.workspace

    # --- projects, environments, services ------------------------------------

    def projects(
        self,
        info: Info,
        *,
        workspace_id: str | None = None,
        include_deleted: bool | None = None,
        user_id: str | None = None,
        **page: Any,
    ) -> View:
        """All projects, those of the one user; what is deleted is gone at once."""
        del include_deleted, user_id
        _reach(info).require_account()
        if workspace_id not in {None, WORKSPACE_ID}:
            raise not_authorized()
        found = [self._views.project(one) for one in self._state.projects.values()]
        return connection(found, **page)

    def project(self, info: Info, *, id_: str) -> View:
        """One project."""
        return self._views.project(_reach(info).project(id_))

    def environments(
        self,
        info: Info,
        *,
        project_id: str,
        is_ephemeral: bool | None = None,
        **page: Any,
    ) -> View:
        """The environments of a project."""
        project = _reach(info).project(project_id)
        found = self._state.environments_of(project.id)
        wanted = [one for one in found if is_ephemeral in {None, one.is_ephemeral}]
        return connection([self._views.environment(one) for one in wanted], **page)

    def environment(
        self, info: Info, *, id_: str, project_id: str | None = None
    ) -> View:
        """One environment."""
        return self._views.environment(_reach(info).environment(id_, project_id))

    def service(self, info: Info, *, id_: str) -> View:
        """One service."""
        return self._views.service(_reach(info).service(id_))

    def service_instance(
        self, info: Info, *, service_id: str, environment_id: str
    ) -> View:
        """One service in one environment."""
        return self._views.instance(_reach(info).instance(service_id, environment_id))

    def service_instance_limits(
        self, info: Info, *, service_id: str, environment_id: str
    ) -> View:
        """What a service may use; stored, not enforced."""
        limits = _reach(info).instance(service_id, environment_id).limits
        cpu, memory = limits.get("vCPUs", 8), limits.get("memoryGB", 8)
        return {"containers": {"cpu": cpu, "memoryBytes": int(memory * 10**9)}}

    # --- variables and host names --------------------------------------------

    def variables(
        self,
        info: Info,
        *,
        project_id: str,
        environment_id: str,
        service_id: str | None = None,
        unrendered: bool | None = None,
    ) -> dict[str, str]:
        """The variables of a service, or the shared ones."""
        reach = _reach(info)
        reach.environment(environment_id, project_id)
        if service_id:
            reach.instance(service_id, environment_id)
        shown = self._state.shown_variables_at(environment_id, service_id)
        if unrendered:
            return shown
        rendered = self._parts.variables.rendered(environment_id, service_id)
        return {name: rendered[name] for name in shown}

    def variables_for_deployment(
        self, info: Info, *, project_id: str, environment_id: str, service_id: str
    ) -> dict[str, str]:
        """What a deployment would get now, with the system's variables."""
        reach = _reach(info)
        reach.environment(environment_id, project_id)
        instance = reach.instance(service_id, environment_id)
        found = self._parts.variables.for_deployment(instance)
        own = self._state.variables_at(environment_id, service_id)
        shown = self._state.shown_variables_at(environment_id, service_id)
        return {
            name: text
            for name, text in found.items()
            if name in shown or name not in own
        }

    def domains(
        self, info: Info, *, project_id: str, environment_id: str, service_id: str
    ) -> View:
        """The host names of a service."""
        reach = _reach(info)
        reach.environment(environment_id, project_id)
        reach.service(service_id)
        return self._views.domains(service_id, environment_id)

    # --- deployments ---------------------------------------------------------

    def deployments(self, info: Info, *, order: dict[str, Any], **page: Any) -> View:
        """Deployments, newest first."""
        reach = _reach(info)
        _check_scope(reach, order)
        found = [
            self._views.deployment(one)
            for one in list(self._state.deployments.values())[::-1]
            if _is_wanted(one, order) and _is_within(reach, one)
        ]
        return connection(found, **page)

    def deployment(self, info: Info, *, id_: str) -> View:
        """One deployment."""
        return self._views.deployment(_reach(info).deployment(id_))

    def deployment_events(self, info: Info, *, id_: str, **page: Any) -> View:
        """The steps of a deployment, oldest first."""
        events = _reach(info).deployment(id_).events
        return connection([views.event(one) for one in events], **page)

    def build_logs(
        self, info: Info, *, deployment_id: str, **wanted: Any
    ) -> list[View]:
        """The lines of a build, oldest first."""
        deployment = _reach(info).deployment(deployment_id)
        return self._parts.logs.read(deployment.id, BUILD, _log_query(**wanted))

    def deployment_logs(
        self, info: Info, *, deployment_id: str, **wanted: Any
    ) -> list[View]:
        """The lines that a deployment's programs wrote, oldest first."""
        deployment = _reach(info).deployment(deployment_id)
        return self._parts.logs.read(deployment.id, RUNTIME, _log_query(**wanted))

    def environment_logs(
        self, info: Info, *, environment_id: str, **wanted: Any
    ) -> list[View]:
        """What all programs of an environment wrote, oldest first."""
        environment = _reach(info).environment(environment_id)
        limit = wanted.get("before_limit") or wanted.get("after_limit")
        query = _log_query(
            limit=limit,
            pattern=wanted.get("pattern"),
            start_date=wanted.get("after_date"),
            end_date=wanted.get("before_date") or wanted.get("anchor_date"),
        )
        lines = [
            line
            for one in self._state.deployments.values()
            if one.environment_id == environment.id
            for line in self._parts.logs.read(one.id, RUNTIME, query)
        ]
        return sorted(lines, key=lambda line: str(line["timestamp"]))[-query.limit :]

    def executions(self, info: Info, *, order: dict[str, Any], **page: Any) -> View:
        """The runs of a cron service, newest first."""
        ids = (order["serviceId"], order["environmentId"])
        _reach(info).instance(*ids)
        found = self._state.executions_of(*ids)
        return connection([self._views.execution(one) for one in found], **page)


def _reach(info: Info) -> Reach:
    reach: Reach = info.context
    return reach


def _check_scope(reach: Reach, order: Mapping[str, Any]) -> None:
    """Refuse ids that do not exist, before anything is filtered by them."""
    if project_id := order.get("projectId"):
        reach.project(project_id)
    if environment_id := order.get("environmentId"):
        reach.environment(environment_id)
    if service_id := order.get("serviceId"):
        reach.service(service_id)


def _is_within(reach: Reach, deployment: Deployment) -> bool:
    token = reach.token
    return token is None or token.environment_id == deployment.environment_id


def _is_wanted(deployment: Deployment, order: Mapping[str, Any]) -> bool:
    ids = (
        ("projectId", deployment.project_id),
        ("environmentId", deployment.environment_id),
        ("serviceId", deployment.service_id),
    )
    if any(order.get(key) not in {None, value} for key, value in ids):
        return False
    status = order.get("status") or {}
    is_in = status.get("in") is None or deployment.status in status["in"]
    return is_in and deployment.status not in (status.get("notIn") or ())


def _log_query(
    *,
    limit: int | None = None,
    pattern: str | None = None,
    start_date: str | None = None,
    end_date: str | None = None,
) -> LogQuery:
    lines = DEFAULT_LINES if limit is None else limit
    return LogQuery(lines, pattern or "", _moment(start_date), _moment(end_date))


def _moment(text: str | None) -> datetime | None:
    try:
        return read_moment(text) if text else None
    except ValueError:
        raise unprocessable() from None
