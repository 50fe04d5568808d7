"""The fields about what deploys by itself: repositories and their branches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from launchbook.sandbox.railway.faults import ApiError, not_authorized
from launchbook.sandbox.railway.records import DeploymentTrigger
from launchbook.sandbox.railway.state import new_id
from launchbook.sandbox.railway.views import View, connection, trigger_view

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from graphql import GraphQLResolveInfo

    from launchbook.sandbox.railway.access import Reach
    from launchbook.sandbox.railway.parts import Parts
    from launchbook.sandbox.railway.records import ServiceInstance
    from launchbook.sandbox.railway.views import Views

    Info = GraphQLResolveInfo

DEFAULT_BRANCH: Final = "main"


class Triggers:
    """Resolvers; each gets what its token may reach in ``info.context``.

    Nobody pushes to a repository here, so nothing is deployed by a trigger.

    Args:
        parts: The emulator's shared parts.
        shown: Makes objects of the API.
    """

    def __init__(self, parts: Parts, shown: Views) -> None:
        self._state = parts.state
        self._views = shown

    def fields(self) -> Mapping[str, Callable[..., Any]]:
        """Return the resolvers by field."""
        return {
            "deploymentTriggers": self.listed,
            "deploymentTriggerCreate": self.create,
            "deploymentTriggerUpdate": self.update,
            "deploymentTriggerDelete": self.delete,
            "serviceConnect": self.connect,
            "serviceDisconnect": self.disconnect,
            "serviceInstanceAutoDeployStatus": self.auto_deploy_status,
            "serviceInstanceAutoDeployUpdate": self.auto_deploy_update,
        }

    # --- triggers ------------------------------------------------------------

    def listed(
        self,
        info: Info,
        *,
        project_id: str,
        environment_id: str,
        service_id: str,
        **page: Any,
    ) -> View:
        """What deploys a service by itself."""
        reach = _reach(info)
        reach.environment(environment_id, project_id)
        reach.service(service_id)
        found = self._state.triggers_of(
            environment_id=environment_id, service_id=service_id
        )
        return connection([trigger_view(one) for one in found], **page)

    def create(self, info: Info, *, order: dict[str, Any]) -> View:
        """Let pushes to a branch deploy a service."""
        reach = _reach(info)
        reach.environment(order["environmentId"], order["projectId"])
        instance = reach.instance(order["serviceId"], order["environmentId"])
        trigger = self._add(instance, order["repository"], order["branch"])
        trigger.provider = order["provider"]
        trigger.is_waiting_for_checks = bool(order.get("checkSuites"))
        self._state.save()
        return trigger_view(trigger)

    def update(self, info: Info, *, id_: str, order: dict[str, Any]) -> View:
        """Change branch and repository."""
        trigger = self._trigger(info, id_)
        trigger.branch = order.get("branch") or trigger.branch
        trigger.repository = order.get("repository") or trigger.repository
        checks = order.get("checkSuites")
        if checks is not None:
            trigger.is_waiting_for_checks = checks
        self._state.save()
        return trigger_view(trigger)

    def delete(self, info: Info, *, id_: str) -> bool:
        """Let pushes deploy nothing any more."""
        del self._state.triggers[self._trigger(info, id_).id]
        self._state.save()
        return True

    # --- the connection with a repository ------------------------------------

    def connect(self, info: Info, *, id_: str, order: dict[str, Any]) -> View:
        """Connect a service with a repository or an image, in all environments."""
        reach = _reach(info)
        reach.require_account()
        service = reach.service(id_)
        source = {key: order[key] for key in ("repo", "image") if order.get(key)}
        if not source:
            raise ApiError("Must provide a repo or an image")
        for instance in self._state.instances_of(service_id=service.id):
            self._forget(instance)
            instance.settings["source"] = source
            if "repo" in source:
                branch = order.get("branch") or DEFAULT_BRANCH
                self._add(instance, source["repo"], branch)
        self._state.save()
        return self._views.service(service)

    def disconnect(self, info: Info, *, id_: str) -> View:
        """Take the repository away from a service; what runs goes on."""
        reach = _reach(info)
        reach.require_account()
        service = reach.service(id_)
        for instance in self._state.instances_of(service_id=service.id):
            self._forget(instance)
            instance.settings.pop("source", None)
        self._state.save()
        return self._views.service(service)

    def auto_deploy_status(
        self, info: Info, *, project_id: str, environment_id: str, service_id: str
    ) -> View:
        """Whether pushes deploy a service, and whether they could."""
        reach = _reach(info)
        reach.environment(environment_id, project_id)
        instance = reach.instance(service_id, environment_id)
        can_enable = bool(_repository(instance))
        return {
            "enabled": bool(self._triggers_of(instance)),
            "canEnable": can_enable,
            "reason": None if can_enable else "Service is not connected to a repo",
        }

    def auto_deploy_update(self, info: Info, *, order: dict[str, Any]) -> View:
        """Let pushes deploy a service, or not; it stays connected."""
        reach = _reach(info)
        reach.environment(order["environmentId"], order["projectId"])
        instance = reach.instance(order["serviceId"], order["environmentId"])
        repository, is_enabled = _repository(instance), order["enabled"]
        if not is_enabled:
            self._forget(instance)
        elif not repository:
            raise ApiError("Service is not connected to a repo")
        elif not self._triggers_of(instance):
            self._add(instance, repository, DEFAULT_BRANCH)
        self._state.save()
        return {"enabled": is_enabled}

    def _trigger(self, info: Info, trigger_id: str) -> DeploymentTrigger:
        trigger = self._state.triggers.get(trigger_id)
        if trigger is None:
            raise not_authorized()
        _reach(info).environment(trigger.environment_id)
        return trigger

    def _triggers_of(self, instance: ServiceInstance) -> list[DeploymentTrigger]:
        return self._state.triggers_of(
            service_id=instance.service_id, environment_id=instance.environment_id
        )

    def _add(
        self, instance: ServiceInstance, repository: str, branch: str
    ) -> DeploymentTrigger:
        trigger = DeploymentTrigger(
            id=new_id(),
            project_id=self._state.service(instance.service_id).project_id,
            environment_id=instance.environment_id,
            service_id=instance.service_id,
            repository=repository,
            branch=branch,
        )
        self._state.triggers[trigger.id] = trigger
        return trigger

    def _forget(self, instance: ServiceInstance) -> None:
        for trigger in self._triggers_of(instance):
            del self._state.triggers[trigger.id]


def _repository(instance: ServiceInstance) -> str:
    source = instance.settings.get("source") or {}
    return str(source.get("repo") or "")


def _reach(info: Info) -> Reach:
    reach: Reach = info.context
    return reach
