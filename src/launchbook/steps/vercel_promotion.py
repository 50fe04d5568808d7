"""vercel.promotion: production's host names lead to one deployment, and stay there.

A deployment of the past is promoted as well as a new one: the vendor's own rollback
would pin it, and later releases would stay staged behind it. Promotion turns the
automatic assignment of host names on, so that is turned off again after each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from launchbook.engine.poll import until
from launchbook.engine.step import Context, Prior, Verified
from launchbook.errors import (
    Conflict,
    DeploymentFailed,
    GateFailed,
    NotFound,
    Rejected,
    Unauthorized,
    Unavailable,
    VerificationFailed,
)
from launchbook.model.change import Action, Change, FieldChange, Planned
from launchbook.model.vercel import PRODUCTION, Production, ProjectSettings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from launchbook.providers.vercel.client import VercelClient

DEADLINE_SECONDS: Final = 300.0
"""Moving names takes seconds; a queue behind a rolling release takes minutes."""
FLAG: Final = "autoAssignCustomDomains"
UNPINNED: Final = ProjectSettings(is_custom_domain_auto_assigned=False)


@dataclass(frozen=True, slots=True)
class Inputs:
    """Which deployment shall be production.

    Attributes:
        environment_id: ``production``; host names of a custom environment lead to
            its newest deployment by themselves.
        app: The app's name, for people.
        identity: What the deployment shows of its build.
        after: Whatever must be done before; only named for the order.
    """

    project_id: str
    environment_id: str
    app: str
    deployment_id: str
    identity: str
    after: Sequence[str] = ()


class VercelPromotion:
    """Promote, follow the job, and take the automatic assignment away again."""

    name: ClassVar[str] = "vercel.promotion"
    inputs_type: ClassVar[type] = Inputs
    is_check: ClassVar[bool] = False

    def __init__(self, client: VercelClient) -> None:
        self._client = client

    def facts(self, inputs: Inputs, context: Context) -> Production | None:
        """Return what production is now; None where nothing is promoted.

        Raises:
            GateFailed: It is another deployment, and the one to promote is gone.
        """
        if inputs.environment_id != PRODUCTION:
            return None
        found = self._client.read_production(inputs.project_id)
        if found.deployment_id != inputs.deployment_id:
            self._refuse_gone(inputs)
        return found

    def plan(
        self, inputs: Inputs, facts: Production | None, prior: Prior | None
    ) -> Planned:
        """Move what leads elsewhere."""
        outputs = _outputs(inputs)
        differing = () if facts is None else _differing(inputs, facts)
        action = Action.UPDATE if differing else Action.NO_CHANGE
        change = Change(action, self.name, inputs.app, differing)
        return Planned((change,), outputs)

    def apply(self, inputs: Inputs, facts: Production | None, context: Context) -> None:
        """Promote unless it is so, or under way, already.

        Raises:
            DeploymentFailed: The platform refuses, or its job failed.
        """
        if facts is None:
            return
        self._promote(inputs, context)
        if self._client.read_production(inputs.project_id).is_auto_assigned:
            self._client.update_project(inputs.project_id, UNPINNED)

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Read it again."""
        found = self.facts(inputs, context)
        if found is not None and _differing(inputs, found):
            raise VerificationFailed(
                f"production of {inputs.app} is {found.deployment_id or 'nothing'}, not "
                f"{inputs.deployment_id}",
                hint="Run the same command again; it looks before it promotes.",
            )
        evidence = {} if found is None else {"job": found.job_kind}
        return Verified(_outputs(inputs), evidence)

    def undo(self, inputs: Inputs, facts: Production | None, context: Context) -> None:
        """Promote what was production before."""
        if facts is None or not facts.deployment_id:
            return
        before = Inputs(
            project_id=inputs.project_id,
            environment_id=inputs.environment_id,
            app=inputs.app,
            deployment_id=facts.deployment_id,
            identity="",
        )
        self.apply(before, facts, context)

    def _refuse_gone(self, inputs: Inputs) -> None:
        """Refuse before anything moves: half of a return would be a mixture."""
        try:
            self._client.read_deployment(inputs.deployment_id)
        except NotFound as error:
            raise GateFailed(
                f"Vercel has no deployment {inputs.deployment_id} of {inputs.app} any "
                "more; nothing was moved",
                hint="Release that commit again, or go back to another release: `invoke "
                "release.list` shows them.",
                details={"deployment": inputs.deployment_id},
            ) from error

    def _promote(self, inputs: Inputs, context: Context) -> None:
        """Order it once, and follow the job of this deployment to its end."""
        found = self._client.read_production(inputs.project_id)
        if found.is_moving and found.job_deployment_id != inputs.deployment_id:
            # Two jobs at once are refused; whoever ordered the other one is done soon.
            found = self._follow(found.job_deployment_id, None, inputs, context)
        if found.deployment_id == inputs.deployment_id and not found.is_moving:
            return
        older = None
        if not (found.is_moving and found.job_deployment_id == inputs.deployment_id):
            older = found.job_at
            self._order(inputs, older, context)
        found = self._follow(inputs.deployment_id, older, inputs, context)
        if found.deployment_id != inputs.deployment_id:
            raise DeploymentFailed(
                f"Vercel's promotion of {inputs.app} ended as "
                f"{found.job_status or 'nothing'}; {found.deployment_id or 'nothing'} is "
                "still production",
                hint="Look at the project's domains in Vercel's dashboard, then run the "
                "same command again.",
                details={"deployment": inputs.deployment_id},
            )

    def _order(self, inputs: Inputs, older: datetime | None, context: Context) -> None:
        """Order the promotion; after a lost answer look whether it was taken.

        Raises:
            DeploymentFailed: It is no ready deployment of production, or is gone.
        """
        context.progress(f"promoting {inputs.deployment_id}")
        try:
            self._client.promote(inputs.project_id, inputs.deployment_id)
        except (Conflict, Unavailable):
            found = self._client.read_production(inputs.project_id)
            is_ordered = _is_job_of(inputs.deployment_id, older, found)
            if found.deployment_id != inputs.deployment_id and not is_ordered:
                raise
        except Unauthorized:
            raise
        except Rejected as error:
            raise DeploymentFailed(
                f"Vercel does not promote {inputs.deployment_id} of {inputs.app}: "
                f"{error.message}",
                hint="Only a ready deployment of production can be promoted; release "
                f"again with `invoke release.{context.environment}`.",
                details={"deployment": inputs.deployment_id},
            ) from error

    def _follow(
        self,
        deployment_id: str,
        older: datetime | None,
        inputs: Inputs,
        context: Context,
    ) -> Production:
        """Wait for the end of a deployment's job, not of an older one to it."""

        def read() -> Production:
            found = self._client.read_production(inputs.project_id)
            context.progress(f"promotion {found.job_status or 'ordered'}")
            return found

        def is_over(found: Production) -> bool:
            return found.deployment_id == deployment_id or _is_job_of(
                deployment_id, older, found
            )

        def is_settled(found: Production) -> bool:
            return is_over(found) and not found.is_moving

        return until(
            read,
            is_settled,
            clock=context.clock,
            deadline_seconds=DEADLINE_SECONDS,
            what=f"promotion of {inputs.app}",
        )


def _is_job_of(deployment_id: str, older: datetime | None, found: Production) -> bool:
    """Whether the newest job moves to a deployment and was ordered after an older one.

    A job that waits in a queue is not shown yet; what is shown may be an attempt of
    last week that failed.
    """
    is_newer = older is None or found.job_at != older
    return found.job_deployment_id == deployment_id and is_newer


def _differing(inputs: Inputs, found: Production) -> tuple[FieldChange, ...]:
    """What is not as it shall be."""
    changes = []
    if found.deployment_id != inputs.deployment_id or found.is_moving:
        before = found.deployment_id or None
        changes.append(FieldChange("production", before, inputs.deployment_id))
    if found.is_auto_assigned:
        changes.append(FieldChange(FLAG, before=True, after=False))
    return tuple(changes)


def _outputs(inputs: Inputs) -> dict[str, object]:
    """What other steps may refer to."""
    return {"deployment_id": inputs.deployment_id, "identity": inputs.identity}
