"""Which deployment a name leads to: assignment, promotion, rollback."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from launchbook.sandbox.vercel.state import HOST_SUFFIX, TEAM_SLUG

if TYPE_CHECKING:
    from launchbook.sandbox.clock import SandboxClock
    from launchbook.sandbox.vercel.faults import OrderedFaults
    from launchbook.sandbox.vercel.records import Deployment, Domain, Project
    from launchbook.sandbox.vercel.state import State


class Publisher:
    """Lets host names lead to deployments, with the vendor's delays and traps.

    Args:
        state: The account.
        clock: Sandbox time.
        faults: What is to go wrong.
    """

    def __init__(
        self, state: State, clock: SandboxClock, faults: OrderedFaults
    ) -> None:
        self._state = state
        self._clock = clock
        self._faults = faults

    def is_due(self, deployment: Deployment) -> bool:
        """Whether a deployment is ready and still has to get its names."""
        return (
            deployment.state == "READY"
            and deployment.alias_assigned_at is None
            and deployment.alias_error is None
            and deployment.substate != "STAGED"
        )

    def stages(self, deployment: Deployment) -> bool:
        """Whether a production deployment waits for somebody to promote it."""
        project = self._state.projects[deployment.project_id]
        is_taken = deployment.takes_domains and project.is_auto_assigned
        return deployment.target == "production" and not is_taken

    async def publish(self, deployment: Deployment) -> None:
        """Give a ready deployment its names, a while after it is ready."""
        await self._clock.delay("vercel.alias")
        if deployment.id not in self._state.deployments:
            return
        if self._faults.take(f"alias {deployment.name}", "alias_failed"):
            deployment.alias_error = {
                "code": "alias_failed",
                "message": "The aliases could not be assigned to this deployment.",
            }
            self._state.save()
            return
        if deployment.target == "production":
            self._lead_production_to(deployment)
        else:
            self._point_all(deployment)
        self._state.save()

    def _lead_production_to(self, deployment: Deployment) -> None:
        project = self._state.projects[deployment.project_id]
        self._point_all(deployment)
        self._name_production(project, deployment)

    def _name_production(self, project: Project, deployment: Deployment) -> None:
        deployment.substate = "PROMOTED"
        project.production_deployment_id = deployment.id

    def _point_all(self, deployment: Deployment) -> None:
        for host in self._names_for(deployment):
            self._state.point(host, deployment)
        deployment.alias_assigned_at = self._state.moment()

    def _names_for(self, deployment: Deployment) -> list[str]:
        """Return a deployment's names: those of its place, and a generated one."""
        hosts = [
            domain.name
            for domain in self._state.domains_of(deployment.project_id)
            if domain.is_verified
            and not domain.redirect
            and _belongs(domain, deployment)
        ]
        generated = self._generated_name(deployment)
        return [*hosts, generated] if generated else hosts

    def _generated_name(self, deployment: Deployment) -> str | None:
        environment = self._state.environments.get(
            deployment.custom_environment_id or ""
        )
        if environment:
            place = f"env-{environment.slug}"
        elif deployment.target is None and deployment.branch:
            place = f"git-{re.sub(r'[^a-z0-9]+', '-', deployment.branch.lower())}"
        else:
            return None
        label = f"{deployment.name}-{place}-{TEAM_SLUG}"
        return f"{label[:63].rstrip('-')}{HOST_SUFFIX}"

    def attach(self, domain: Domain) -> None:
        """Let a new name lead to what serves its place now, if anything does."""
        if domain.redirect or not domain.is_verified:
            return
        for deployment in self._state.deployments_of(domain.project_id):
            if _belongs(domain, deployment) and self._is_current(deployment):
                self._state.point(domain.name, deployment)
                return

    def _is_current(self, deployment: Deployment) -> bool:
        project = self._state.projects[deployment.project_id]
        if deployment.target == "production":
            return project.production_deployment_id == deployment.id
        return deployment.alias_assigned_at is not None

    async def move_production(self, project: Project) -> None:
        """Do the promote or rollback that the project's job asks for.

        A rollback turns the automatic assignment of domains off, a promote turns
        it on, whatever it was before: the vendor's two traps.
        """
        job = project.last_alias_request
        if job is None:
            return
        job["jobStatus"] = "in-progress"
        self._state.save()
        await self._clock.delay("vercel.promote")
        deployment = self._state.deployments.get(job["toDeploymentId"])
        failed = self._faults.take(f"promote {project.name}", "promote_failed")
        if failed or deployment is None:
            job["jobStatus"] = "failed"
        else:
            if self._faults.take(f"promote {project.name}", "promote_astray"):
                self._name_production(project, deployment)
            else:
                self._lead_production_to(deployment)
            is_rollback = job["type"] == "rollback"
            project.settings["autoAssignCustomDomains"] = not is_rollback
            project.last_rollback_target = (
                {"deploymentId": deployment.id} if is_rollback else None
            )
            job["jobStatus"] = "succeeded"
        self._state.save()


def _belongs(domain: Domain, deployment: Deployment) -> bool:
    """Whether a name stands for the place that a deployment goes to."""
    if deployment.custom_environment_id:
        return domain.custom_environment_id == deployment.custom_environment_id
    if deployment.target == "production":
        return domain.is_productive
    return domain.git_branch is not None and domain.git_branch == deployment.branch
