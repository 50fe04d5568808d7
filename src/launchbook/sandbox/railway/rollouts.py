"""The fields of ``Mutation`` that deploy: variables and deployments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from launchbook.sandbox.railway.faults import ApiError, unprocessable
from launchbook.sandbox.railway.records import Deployment
from launchbook.sandbox.railway.state import new_id
from launchbook.sandbox.railway.variables import check_variables

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from graphql import GraphQLResolveInfo

    from launchbook.sandbox.railway.access import Reach
    from launchbook.sandbox.railway.deployments import Deployments
    from launchbook.sandbox.railway.parts import Parts
    from launchbook.sandbox.railway.records import ServiceInstance
    from launchbook.sandbox.railway.views import View, Views

    Info = GraphQLResolveInfo
    Resolver = Callable[..., Awaitable[Any] | Any]


class Rollouts:
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
            "variableCollectionUpsert": self.variable_collection_upsert,
            "variableUpsert": self.variable_upsert,
            "variableDelete": self.variable_delete,
            "serviceInstanceDeployV2": self.service_instance_deploy_v2,
            "serviceInstanceDeploy": self.service_instance_deploy,
            "serviceInstanceRedeploy": self.service_instance_redeploy,
            "deploymentRedeploy": self.deployment_redeploy,
            "deploymentRestart": self.deployment_restart,
            "deploymentStop": self.deployment_stop,
            "deploymentCancel": self.deployment_cancel,
            "deploymentRemove": self.deployment_remove,
            "deploymentRollback": self.deployment_rollback,
            "deploymentInstanceExecutionCreate": self.execution_create,
        }

    # --- variables -----------------------------------------------------------

    def variable_collection_upsert(self, info: Info, *, order: dict[str, Any]) -> bool:
        """Set the named variables; with ``replace`` delete all others."""
        given = order["variables"]
        if not isinstance(given, dict):
            raise unprocessable()
        checked = check_variables(given)
        own = self._own_variables(info, order)
        if order.get("replace"):
            own.clear()
        own.update(checked)
        return self._written(order, is_deploying=not order.get("skipDeploys"))

    def variable_upsert(self, info: Info, *, order: dict[str, Any]) -> bool:
        """Set one variable."""
        checked = check_variables({order["name"]: order["value"]})
        self._own_variables(info, order).update(checked)
        return self._written(order, is_deploying=not order.get("skipDeploys"))

    def variable_delete(self, info: Info, *, order: dict[str, Any]) -> bool:
        """Delete one variable; this always redeploys."""
        own = self._own_variables(info, order)
        if order["name"] not in own:
            raise ApiError("Variable not found")
        del own[order["name"]]
        return self._written(order, is_deploying=True)

    def _own_variables(self, info: Info, order: Mapping[str, Any]) -> dict[str, str]:
        reach = _reach(info)
        environment = reach.environment(order["environmentId"], order["projectId"])
        service_id = order.get("serviceId")
        if service_id:
            reach.instance(service_id, environment.id)
        return self._state.variables_at(environment.id, service_id)

    def _written(self, order: Mapping[str, Any], *, is_deploying: bool) -> bool:
        """Save, and redeploy who uses it; a refusal leaves the values written."""
        self._state.save()
        if is_deploying:
            service_id = order.get("serviceId")
            for instance in self._state.instances_of(
                environment_id=order["environmentId"], service_id=service_id
            ):
                self._check_ordered(instance)
                self._deployments.redeploy_live(instance)
        return True

    def _check_ordered(self, instance: ServiceInstance) -> None:
        service = self._state.service(instance.service_id)
        if self._parts.faults.take(f"redeploy {service.name}", "redeploy_refused"):
            raise ApiError("Cannot redeploy yet, please wait a moment")

    # --- deploying -----------------------------------------------------------

    def service_instance_deploy_v2(
        self,
        info: Info,
        *,
        service_id: str,
        environment_id: str,
        commit_sha: str | None = None,
    ) -> str:
        """Deploy the source of a service as it is set now."""
        instance = _reach(info).instance(service_id, environment_id)
        return self._deploy(instance, commit_sha).id

    def service_instance_deploy(
        self,
        info: Info,
        *,
        service_id: str,
        environment_id: str,
        commit_sha: str | None = None,
        latest_commit: bool | None = None,
    ) -> bool:
        """The older form, which answers no id."""
        del latest_commit
        instance = _reach(info).instance(service_id, environment_id)
        self._deploy(instance, commit_sha)
        return True

    def service_instance_redeploy(
        self, info: Info, *, service_id: str, environment_id: str
    ) -> bool:
        """Run the LIVE source again; a changed one is not looked at."""
        instance = _reach(info).instance(service_id, environment_id)
        if self._deployments.redeploy_live(instance) is None:
            raise ApiError("Cannot redeploy without a snapshot")
        return True

    def _deploy(self, instance: ServiceInstance, commit_sha: str | None) -> Deployment:
        source = instance.settings.get("source")
        if source:
            return self._deployments.create(instance, meta=dict(source))
        if commit_sha:
            # An uploaded source has no repository that could hold a commit.
            raise ApiError("Commit not found")
        latest = self._deployments.latest(instance)
        if latest is None or not latest.snapshot_id:
            raise ApiError("Cannot redeploy without a snapshot")
        return self._deployments.redeploy(latest)

    # --- one deployment ------------------------------------------------------

    def deployment_redeploy(
        self, info: Info, *, id_: str, use_previous_image_tag: bool | None = None
    ) -> View:
        """Deploy the same source, or the same image, again."""
        deployment = _reach(info).deployment(id_)
        made = self._deployments.redeploy(
            deployment, is_image_kept=bool(use_previous_image_tag)
        )
        return self._views.deployment(made)

    async def deployment_restart(self, info: Info, *, id_: str) -> bool:
        """Start the same processes anew, with the variables they had."""
        deployment = _reach(info).deployment(id_)
        if deployment.is_pending or not self._is_active(deployment):
            raise unprocessable()
        await self._deployments.restart(deployment)
        return True

    async def deployment_stop(self, info: Info, *, id_: str) -> bool:
        """End the processes; the deployment stays the active one."""
        deployment = _reach(info).deployment(id_)
        if deployment.is_pending:
            self._deployments.abandon(deployment)
        else:
            await self._deployments.end(deployment)
        return True

    def deployment_cancel(self, info: Info, *, id_: str) -> bool:
        """Take a deployment off its way."""
        deployment = _reach(info).deployment(id_)
        if not deployment.is_pending:
            raise unprocessable()
        self._deployments.abandon(deployment)
        return True

    async def deployment_remove(self, info: Info, *, id_: str) -> bool:
        """End a deployment; nothing serves then."""
        await self._deployments.remove(_reach(info).deployment(id_))
        return True

    def deployment_rollback(self, info: Info, *, id_: str) -> bool:
        """Restore image AND variables of a deployment; answers no id."""
        deployment = _reach(info).deployment(id_)
        if not self._views.can_roll_back(deployment):
            raise ApiError("Deployment cannot be rolled back to")
        ids = (deployment.environment_id, deployment.service_id)
        own = self._state.variables_at(*ids)
        own.clear()
        own.update(deployment.unrendered)
        now = self._state.now()
        restored = Deployment(
            id=new_id(),
            project_id=deployment.project_id,
            environment_id=deployment.environment_id,
            service_id=deployment.service_id,
            created_at=now,
            updated_at=now,
            status_updated_at=now,
            snapshot_id=deployment.snapshot_id,
            settings=dict(deployment.settings),
            variables=dict(deployment.variables),
            unrendered=dict(deployment.unrendered),
            meta={**deployment.meta, "reason": "rollback"},
            image_id=deployment.image_id,
            url=deployment.url,
        )
        self._deployments.launch(restored)
        return True

    def execution_create(self, info: Info, *, order: dict[str, Any]) -> bool:
        """Run a cron service now."""
        instance = _reach(info).instance_by_id(order["serviceInstanceId"])
        active = self._state.deployments.get(instance.active_deployment_id or "")
        if active is None or not active.cron_schedule:
            raise unprocessable()
        self._deployments.crons.run_now(active)
        return True

    def _is_active(self, deployment: Deployment) -> bool:
        instance = self._state.find_instance(
            deployment.service_id, deployment.environment_id
        )
        return bool(instance and instance.active_deployment_id == deployment.id)


def _reach(info: Info) -> Reach:
    reach: Reach = info.context
    return reach
