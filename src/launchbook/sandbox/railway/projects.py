"""The fields of ``Mutation`` about projects and environments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from launchbook.sandbox.railway.access import make_token
from launchbook.sandbox.railway.faults import not_authorized
from launchbook.sandbox.railway.making import (
    check_environment_name,
    make_environment,
    make_instance,
    random_name,
)
from launchbook.sandbox.railway.records import Environment, Project
from launchbook.sandbox.railway.state import WORKSPACE_ID, new_id

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from graphql import GraphQLResolveInfo

    from launchbook.sandbox.railway.access import Reach
    from launchbook.sandbox.railway.deployments import Deployments
    from launchbook.sandbox.railway.parts import Parts
    from launchbook.sandbox.railway.views import View, Views

    Info = GraphQLResolveInfo
    Resolver = Callable[..., Awaitable[Any] | Any]


class Projects:
    """Resolvers; each gets what its token may reach in ``info.context``.

    Args:
        parts: The emulator's shared parts.
        deployments: Runs what is deployed.
        shown: Makes objects of the API.
    """

    def __init__(self, parts: Parts, deployments: Deployments, shown: Views) -> None:
        self._parts = parts
        self._state = parts.state
        self._deployments = deployments
        self._views = shown

    def fields(self) -> Mapping[str, Resolver]:
        """Return the resolvers by field."""
        return {
            "projectCreate": self.project_create,
            "projectUpdate": self.project_update,
            "projectDelete": self.project_delete,
            "projectTokenCreate": self.project_token_create,
            "environmentCreate": self.environment_create,
            "environmentRename": self.environment_rename,
            "environmentDelete": self.environment_delete,
        }

    # --- projects ------------------------------------------------------------

    def project_create(self, info: Info, *, order: dict[str, Any]) -> View:
        """Make a project, born with one environment. Names need not be unique."""
        _reach(info).require_account()
        if order.get("workspaceId") not in {None, WORKSPACE_ID}:
            raise not_authorized()
        now = self._state.now()
        project = Project(
            id=new_id(),
            name=order.get("name") or random_name(),
            description=order.get("description"),
            workspace_id=WORKSPACE_ID,
            created_at=now,
            updated_at=now,
            is_public=bool(order.get("isPublic")),
            has_pr_deploys=bool(order.get("prDeploys")),
        )
        self._state.projects[project.id] = project
        name = order.get("defaultEnvironmentName") or "production"
        project.base_environment_id = make_environment(self._state, project.id, name).id
        self._state.save()
        return self._views.project(project)

    def project_update(self, info: Info, *, id_: str, order: dict[str, Any]) -> View:
        """Change what is named."""
        reach = _reach(info)
        reach.require_account()
        project = reach.project(id_)
        project.name = order.get("name") or project.name
        project.description = order.get("description", project.description)
        project.is_public = bool(order.get("isPublic", project.is_public))
        project.has_pr_deploys = bool(order.get("prDeploys", project.has_pr_deploys))
        if base_id := order.get("baseEnvironmentId"):
            project.base_environment_id = reach.environment(base_id, id_).id
        project.updated_at = self._state.now()
        self._state.save()
        return self._views.project(project)

    async def project_delete(self, info: Info, *, id_: str) -> bool:
        """Delete a project and everything in it."""
        reach = _reach(info)
        reach.require_account()
        project = reach.project(id_)
        for environment in self._state.environments_of(project.id):
            await self._drop_environment(environment)
        for service in self._state.services_of(project.id):
            del self._state.services[service.id]
        self._state.projects.pop(project.id, None)
        self._state.save()
        return True

    def project_token_create(self, info: Info, *, order: dict[str, Any]) -> str:
        """Make a token for one environment; it is shown this once."""
        reach = _reach(info)
        reach.require_account()
        environment = reach.environment(order["environmentId"], order["projectId"])
        secret, token = make_token(environment, order["name"], self._state.now())
        self._state.tokens[token.id] = token
        self._state.save()
        return secret

    # --- environments --------------------------------------------------------

    def environment_create(self, info: Info, *, order: dict[str, Any]) -> View:
        """Make an environment: empty, or a copy that deploys unless told not to."""
        reach = _reach(info)
        project = reach.project(order["projectId"])
        source_id = order.get("sourceEnvironmentId")
        source = reach.environment(source_id, project.id) if source_id else None
        environment = make_environment(self._state, project.id, order["name"])
        environment.is_ephemeral = bool(order.get("ephemeral"))
        if source:
            environment.source_environment_id = source.id
            is_deploying = not order.get("skipInitialDeploys")
            self._copy(source, environment, is_deploying=is_deploying)
        self._state.save()
        return self._views.environment(environment)

    def environment_rename(
        self, info: Info, *, id_: str, order: dict[str, Any]
    ) -> View:
        """Rename an environment."""
        environment = _reach(info).environment(id_)
        if order["name"] != environment.name:
            check_environment_name(self._state, environment.project_id, order["name"])
        environment.name = order["name"]
        environment.updated_at = self._state.now()
        self._state.save()
        return self._views.environment(environment)

    async def environment_delete(self, info: Info, *, id_: str) -> bool:
        """Delete an environment and everything in it; services live on."""
        environment = _reach(info).environment(id_)
        await self._drop_environment(environment)
        self._state.save()
        return True

    async def _drop_environment(self, environment: Environment) -> None:
        for instance in self._state.instances_of(environment_id=environment.id):
            await self._deployments.retire(instance)
        self._state.remove_environment(environment)

    def _copy(
        self, source: Environment, target: Environment, *, is_deploying: bool
    ) -> None:
        """Copy services, settings and variables of an environment, no sealed ones."""
        state = self._state
        shared = state.shown_variables_at(source.id, None)
        state.variables_at(target.id, None).update(shared)
        for instance in state.instances_of(environment_id=source.id):
            service_id = instance.service_id
            copied = make_instance(state, state.service(service_id), target)
            copied.settings = dict(instance.settings)
            copied.limits = dict(instance.limits)
            own = state.shown_variables_at(source.id, service_id)
            state.variables_at(target.id, service_id).update(own)
            latest = self._deployments.latest(instance)
            if is_deploying and latest:
                self._deployments.create(
                    copied, meta=latest.meta, snapshot_id=latest.snapshot_id
                )


def _reach(info: Info) -> Reach:
    reach: Reach = info.context
    return reach
