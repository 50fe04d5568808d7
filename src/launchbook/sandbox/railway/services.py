"""The fields of ``Mutation`` about services, their settings and host names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from launchbook.sandbox.railway.crons import check_schedule
from launchbook.sandbox.railway.faults import ApiError, unprocessable
from launchbook.sandbox.railway.making import (
    check_service_name,
    make_instance,
    make_service,
    random_name,
)
from launchbook.sandbox.railway.plans import REPLICA_LIMITS, plan_of
from launchbook.sandbox.railway.records import (
    DEFAULT_SETTINGS,
    Environment,
    Project,
    ServiceDomain,
)
from launchbook.sandbox.railway.state import new_id
from launchbook.sandbox.railway.variables import check_variables

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from graphql import GraphQLResolveInfo

    from launchbook.sandbox.railway.access import Reach
    from launchbook.sandbox.railway.deployments import Deployments
    from launchbook.sandbox.railway.parts import Parts
    from launchbook.sandbox.railway.views import View, Views

    Info = GraphQLResolveInfo
    Resolver = Callable[..., Awaitable[Any] | Any]

_LEAST: Final = {
    "numReplicas": 1,
    "healthcheckTimeout": 1,
    "overlapSeconds": 0,
    "drainingSeconds": 0,
    "restartPolicyMaxRetries": 0,
}
"""Smallest values of settings that are numbers."""


class Services:
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
            "serviceCreate": self.service_create,
            "serviceUpdate": self.service_update,
            "serviceDelete": self.service_delete,
            "serviceInstanceUpdate": self.service_instance_update,
            "serviceInstanceLimitsUpdate": self.service_instance_limits_update,
            "serviceDomainCreate": self.service_domain_create,
            "serviceDomainDelete": self.service_domain_delete,
        }

    # --- services ------------------------------------------------------------

    def service_create(self, info: Info, *, order: dict[str, Any]) -> View:
        """Make a service; with a source it deploys at once.

        Without an environment it appears in every one that is no fork.
        """
        reach = _reach(info)
        project = reach.project(order["projectId"])
        environments = self._targets(reach, project, order.get("environmentId"))
        variables = check_variables(order.get("variables") or {})
        name = order.get("name")
        service = make_service(
            self._state, project.id, random_name() if name is None else name
        )
        service.icon = order.get("icon")
        source = {key: one for key, one in (order.get("source") or {}).items() if one}
        for environment in environments:
            instance = make_instance(self._state, service, environment)
            self._state.variables_at(environment.id, service.id).update(variables)
            if source:
                instance.settings["source"] = source
                self._deployments.create(instance, meta=dict(source))
        self._state.save()
        return self._views.service(service)

    def service_update(self, info: Info, *, id_: str, order: dict[str, Any]) -> View:
        """Change name and icon."""
        service = _reach(info).service(id_)
        name = order.get("name")
        if name is not None and name != service.name:
            check_service_name(self._state, service.project_id, name)
            service.name = name
        service.icon = order.get("icon", service.icon)
        service.updated_at = self._state.now()
        self._state.save()
        return self._views.service(service)

    async def service_delete(
        self, info: Info, *, id_: str, environment_id: str | None = None
    ) -> bool:
        """Delete a service, from one environment or from all."""
        reach = _reach(info)
        service = reach.service(id_)
        if environment_id:
            reach.environment(environment_id)
        instances = self._state.instances_of(
            service_id=service.id, environment_id=environment_id
        )
        for instance in instances:
            await self._deployments.retire(instance)
        if not self._state.instances_of(service_id=service.id):
            self._state.services.pop(service.id, None)
        self._state.save()
        return True

    def service_instance_update(
        self,
        info: Info,
        *,
        service_id: str,
        order: dict[str, Any],
        environment_id: str | None = None,
    ) -> bool:
        """Change settings; null unsets one. Nothing is deployed."""
        reach = _reach(info)
        service = reach.service(service_id)
        if not environment_id:
            reach.require_account()
        self._check_settings(order)
        instances = (
            [reach.instance(service.id, environment_id)]
            if environment_id
            else self._state.instances_of(service_id=service.id)
        )
        for instance in instances:
            merged = {**instance.settings, **order}
            given = {key: one for key, one in merged.items() if one is not None}
            instance.settings = {**DEFAULT_SETTINGS, **given}
            instance.updated_at = self._state.now()
        self._state.save()
        return True

    def service_instance_limits_update(
        self, info: Info, *, order: dict[str, Any]
    ) -> bool:
        """Store what a service may use."""
        instance = _reach(info).instance(order["serviceId"], order["environmentId"])
        named = ((key, order.get(key)) for key in ("memoryGB", "vCPUs"))
        instance.limits.update({key: value for key, value in named if value})
        instance.updated_at = self._state.now()
        self._state.save()
        return True

    def _targets(
        self, reach: Reach, project: Project, environment_id: str | None
    ) -> list[Environment]:
        if environment_id:
            return [reach.environment(environment_id, project.id)]
        reach.require_account()
        found = self._state.environments_of(project.id)
        return [one for one in found if not one.is_ephemeral]

    def _check_settings(self, order: Mapping[str, Any]) -> None:
        if schedule := order.get("cronSchedule"):
            check_schedule(schedule, self._parts.clock.now())
        for key, least in _LEAST.items():
            number = order.get(key)
            if number is not None and number < least:
                raise unprocessable()
        limit = REPLICA_LIMITS[plan_of(self._parts.faults)]
        if (order.get("numReplicas") or 0) > limit:
            raise ApiError(f"Your plan allows {limit} replicas per service")

    # --- host names ----------------------------------------------------------

    async def service_domain_create(self, info: Info, *, order: dict[str, Any]) -> View:
        """Give a service a host name; asked again it gives another one."""
        instance = _reach(info).instance(order["serviceId"], order["environmentId"])
        await self._parts.clock.delay("railway.domain")
        service = self._state.service(instance.service_id)
        environment = self._state.environment(instance.environment_id)
        now = self._state.now()
        domain = ServiceDomain(
            id=new_id(),
            host=self._state.free_host(service, environment),
            project_id=service.project_id,
            environment_id=environment.id,
            service_id=service.id,
            created_at=now,
            updated_at=now,
            target_port=order.get("targetPort"),
        )
        self._state.domains[domain.id] = domain
        self._state.save()
        return self._views.domain(domain)

    def service_domain_delete(self, info: Info, *, id_: str) -> bool:
        """Take a host name away."""
        domain = self._state.domain(id_)
        _reach(info).environment(domain.environment_id)
        del self._state.domains[domain.id]
        self._state.save()
        return True


def _reach(info: Info) -> Reach:
    reach: Reach = info.context
    return reach
