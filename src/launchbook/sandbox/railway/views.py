"""Records as the API shows them: mappings by the vendor's names.

What is costly or leads elsewhere is a callable; GraphQL calls it when it is asked.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from launchbook.sandbox.railway import extras, notes
from launchbook.sandbox.railway.log import read_moment
from launchbook.sandbox.railway.plans import plan_of
from launchbook.sandbox.railway.state import (
    BORN_AT,
    HOST_SUFFIX,
    WORKSPACE_ID,
    WORKSPACE_NAME,
)
from launchbook.sandbox.schedule import next_moment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from launchbook.sandbox.railway.deployments import Deployments
    from launchbook.sandbox.railway.domain_views import DomainViews
    from launchbook.sandbox.railway.parts import Parts
    from launchbook.sandbox.railway.records import (
        Deployment,
        DeploymentTrigger,
        Environment,
        EventRecord,
        Execution,
        Project,
        ProjectToken,
        Service,
        ServiceDomain,
        ServiceInstance,
    )

IMAGE_KEPT: Final = timedelta(hours=120)
"""After its removal an image of the Pro plan is kept so long (platform docs, 2026)."""

View = dict[str, Any]
"""One object of the API."""

WORKSPACE: Final[View] = {
    "id": WORKSPACE_ID,
    "name": WORKSPACE_NAME,
    "createdAt": BORN_AT,
    "updatedAt": BORN_AT,
    **extras.WORKSPACE,
}


def connection(
    nodes: Sequence[View],
    *,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> View:
    """Return a page of a list; a node's cursor is its id."""
    ids = [node["id"] for node in nodes]
    begin = ids.index(after) + 1 if after in ids else 0
    end = ids.index(before) if before in ids else len(nodes)
    if first is not None:
        end = min(end, begin + max(0, first))
    if last is not None:
        begin = max(begin, end - max(0, last))
    page = nodes[begin:end]
    return {
        "edges": [{"cursor": node["id"], "node": node} for node in page],
        "pageInfo": {
            "hasNextPage": end < len(nodes),
            "hasPreviousPage": begin > 0,
            "startCursor": page[0]["id"] if page else None,
            "endCursor": page[-1]["id"] if page else None,
        },
    }


class Views:
    """Makes objects of the API from records.

    Args:
        parts: The emulator's shared parts.
        deployments: Knows what runs.
        domains: Makes those of custom domains.

    Attributes:
        workspace: The one Workspace; whoever knows more of it adds fields.
    """

    def __init__(
        self, parts: Parts, deployments: Deployments, domains: DomainViews
    ) -> None:
        self._parts = parts
        self._state = parts.state
        self._deployments = deployments
        self._domains = domains
        self.workspace: View = dict(WORKSPACE)

    def project(self, project: Project) -> View:
        """Return a Project."""
        state = self._state

        def base(_: object) -> View | None:
            found = state.environments.get(project.base_environment_id or "")
            return self.environment(found) if found else None

        def environments(
            _: object, *, is_ephemeral: bool | None = None, **page: Any
        ) -> View:
            found = state.environments_of(project.id)
            wanted = [e for e in found if is_ephemeral in {None, e.is_ephemeral}]
            return connection([self.environment(one) for one in wanted], **page)

        return {
            **extras.PROJECT,
            "baseEnvironment": base,
            "id": project.id,
            "name": project.name,
            "description": project.description,
            "isPublic": project.is_public,
            "prDeploys": project.has_pr_deploys,
            "subscriptionType": lambda _: plan_of(self._parts.faults).lower(),
            "workspaceId": project.workspace_id,
            "workspace": self.workspace,
            "baseEnvironmentId": project.base_environment_id,
            "primaryEnvironmentId": project.base_environment_id,
            "createdAt": project.created_at,
            "updatedAt": project.updated_at,
            "environments": environments,
            "services": self._pages(
                lambda: [self.service(one) for one in state.services_of(project.id)]
            ),
        }

    def environment(self, environment: Environment) -> View:
        """Return an Environment."""
        state, source_id = self._state, environment.source_environment_id

        def deployments() -> list[View]:
            found = [
                one
                for one in state.deployments.values()
                if one.environment_id == environment.id
            ]
            return [self.deployment(one) for one in found[::-1]]

        def source(_: object) -> View | None:
            found = state.environments.get(source_id or "")
            return self.environment(found) if found else None

        return {
            "id": environment.id,
            "name": environment.name,
            "projectId": environment.project_id,
            "isEphemeral": environment.is_ephemeral,
            "canAccess": True,
            "createdAt": environment.created_at,
            "updatedAt": environment.updated_at,
            "sourceEnvironment": source,
            "variables": self._pages(lambda: notes.nodes(state.notes, environment.id)),
            "deployments": self._pages(deployments),
            "deploymentTriggers": self._pages(
                lambda: [
                    trigger_view(one)
                    for one in state.triggers_of(environment_id=environment.id)
                ]
            ),
            "serviceInstances": self._pages(
                lambda: [
                    self.instance(one)
                    for one in state.instances_of(environment_id=environment.id)
                ]
            ),
        }

    def service(self, service: Service) -> View:
        """Return a Service."""
        state = self._state
        return {
            **extras.SERVICE,
            "id": service.id,
            "name": service.name,
            "icon": service.icon,
            "projectId": service.project_id,
            "project": lambda _: self.project(state.project(service.project_id)),
            "createdAt": service.created_at,
            "updatedAt": service.updated_at,
            "serviceInstances": self._pages(
                lambda: [
                    self.instance(one)
                    for one in state.instances_of(service_id=service.id)
                ]
            ),
        }

    def instance(self, instance: ServiceInstance) -> View:
        """Return a ServiceInstance."""
        service = self._state.service(instance.service_id)
        schedule = instance.settings.get("cronSchedule")

        def latest(_: object) -> View | None:
            found = self._deployments.latest(instance)
            return self.deployment(found) if found else None

        def active(_: object) -> list[View]:
            found = self._state.deployments.get(instance.active_deployment_id or "")
            return [self.deployment(found)] if found else []

        return {
            **instance.settings,
            "id": instance.id,
            "serviceId": service.id,
            "serviceName": service.name,
            "service": lambda _: self.service(service),
            "environmentId": instance.environment_id,
            "createdAt": instance.created_at,
            "updatedAt": instance.updated_at,
            "isUpdatable": True,
            "nextCronRunAt": self._next_run(schedule) if schedule else None,
            "domains": lambda _: self.domains(service.id, instance.environment_id),
            "latestDeployment": latest,
            "activeDeployments": active,
        }

    def deployment(self, deployment: Deployment) -> View:
        """Return a Deployment."""
        state = self._state
        return {
            **extras.DEPLOYMENT,
            "id": deployment.id,
            "status": deployment.status,
            "statusUpdatedAt": deployment.status_updated_at,
            "createdAt": deployment.created_at,
            "updatedAt": deployment.updated_at,
            "canRedeploy": bool(deployment.snapshot_id),
            "canRollback": self.can_roll_back(deployment),
            "deploymentStopped": deployment.is_stopped,
            "projectId": deployment.project_id,
            "environmentId": deployment.environment_id,
            "environment": lambda _: self.environment(
                state.environment(deployment.environment_id)
            ),
            "serviceId": deployment.service_id,
            "service": lambda _: self.service(state.service(deployment.service_id)),
            "snapshotId": deployment.snapshot_id,
            "staticUrl": deployment.url,
            "url": deployment.url,
            "meta": deployment.meta,
            "instances": lambda _: self._replicas(deployment),
        }

    def can_roll_back(self, deployment: Deployment) -> bool:
        """Whether it was live once, is no more, and its image is still kept."""
        if not deployment.was_live or deployment.removed_at is None:
            return False
        age = self._parts.clock.now() - read_moment(deployment.removed_at)
        return age <= IMAGE_KEPT and self._parts.has_image(deployment)

    def execution(self, execution: Execution) -> View:
        """Return a DeploymentInstanceExecution."""
        deployment = self._state.deployment(execution.deployment_id)
        return {
            "id": execution.id,
            "deploymentId": execution.deployment_id,
            "deploymentMeta": deployment.meta,
            "status": execution.status,
            "createdAt": execution.created_at,
            "updatedAt": execution.updated_at,
            "completedAt": execution.completed_at,
        }

    def domains(self, service_id: str, environment_id: str) -> View:
        """Return AllDomains."""
        given = self._state.domains_of(service_id, environment_id)
        custom = self._state.custom_domains_of(service_id, environment_id)
        return {
            "serviceDomains": [self.domain(one) for one in given],
            "customDomains": [self._domains.custom(one) for one in custom],
        }

    def domain(self, domain: ServiceDomain) -> View:
        """Return a ServiceDomain."""
        return {
            "id": domain.id,
            "domain": domain.host,
            "suffix": HOST_SUFFIX.removeprefix("."),
            "projectId": domain.project_id,
            "environmentId": domain.environment_id,
            "serviceId": domain.service_id,
            "targetPort": domain.target_port,
            "syncStatus": "ACTIVE",
            "createdAt": domain.created_at,
            "updatedAt": domain.updated_at,
        }

    def token(self, token: ProjectToken) -> View:
        """Return a ProjectToken."""
        state = self._state
        return {
            "id": token.id,
            "name": token.name,
            "displayToken": token.display,
            "createdAt": token.created_at,
            "projectId": token.project_id,
            "project": lambda _: self.project(state.project(token.project_id)),
            "environmentId": token.environment_id,
            "environment": lambda _: self.environment(
                state.environment(token.environment_id)
            ),
        }

    def _replicas(self, deployment: Deployment) -> list[View]:
        running = self._deployments.replicas(deployment.id)
        found = running.replicas if running else []
        return [{"id": one.id, "status": one.status} for one in found]

    def _next_run(self, schedule: str) -> str:
        moment = next_moment(schedule, self._parts.clock.now())
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def _pages(self, nodes: Callable[[], list[View]]) -> Callable[..., View]:
        """Return the resolver of a list that comes in pages."""

        def page(_: object, **wanted: Any) -> View:
            return connection(nodes(), **wanted)

        return page


def trigger_view(trigger: DeploymentTrigger) -> View:
    """Return a DeploymentTrigger."""
    return {
        "id": trigger.id,
        "projectId": trigger.project_id,
        "environmentId": trigger.environment_id,
        "serviceId": trigger.service_id,
        "repository": trigger.repository,
        "branch": trigger.branch,
        "provider": trigger.provider,
        "checkSuites": trigger.is_waiting_for_checks,
        "validCheckSuites": 0,
        "baseEnvironmentOverrideId": None,
    }


def event(record: EventRecord) -> View:
    """Return a DeploymentEvent."""
    return dict(record)
