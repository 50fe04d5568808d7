"""vercel.rebuild: the deployment of a past release is there, or is built again.

Platforms keep deployments by rules of their own, and people delete them. Where one is
gone, the release's commit is built again with the values that it had, staged: nobody is
shown it before it is promoted.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from launchbook.engine.poll import until
from launchbook.engine.step import Context, Prior, Verified
from launchbook.errors import BuildFailed, ImageExpired, NotFound, VerificationFailed
from launchbook.model.change import Action, Change, FieldChange, Planned
from launchbook.model.source import stamp
from launchbook.model.vercel import (
    LABEL,
    PRODUCTION,
    Deployment,
    DeploymentOrder,
    SourceFile,
    Target,
    VariableWrite,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from launchbook.providers.vercel.client import VercelClient
    from launchbook.release.vault import Vault
    from launchbook.transport.git import Git

DEADLINE_SECONDS: Final = 600.0
LOOK_BACK: Final = 100
LOG_LINES: Final = 20
PLAIN: Final = "plain"


@dataclass(frozen=True, slots=True)
class Inputs:
    """What shall be there.

    Attributes:
        project: The project's name.
        app: The app's name, for people and for the build stamp.
        deployment_id: Of the release that is returned to.
        identity: What it shows of its build.
        path: The work tree, for building again.
        commit: Of the release, for building again.
        values: Under which name the release's values are kept.
    """

    project_id: str
    project: str
    environment_id: str
    app: str
    deployment_id: str
    identity: str
    path: str
    commit: str
    values: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is there of this build.

    Attributes:
        ready: That of the release, or else one that was built again.
        pending: One that is being built again.
    """

    ready: Deployment | None = None
    pending: Deployment | None = None


class VercelRebuild:
    """Nothing where the deployment is there; else the same build again."""

    name: ClassVar[str] = "vercel.rebuild"
    inputs_type: ClassVar[type] = Inputs
    is_check: ClassVar[bool] = False

    def __init__(self, client: VercelClient, git: Git, vault: Vault) -> None:
        self._client = client
        self._git = git
        self._vault = vault

    def facts(self, inputs: Inputs, context: Context) -> Facts:
        """Look for the release's own deployment, then for one of the same identity."""
        found = self._own(inputs)
        if found is not None and found.is_ready:
            return Facts(found)
        ours = [*self._ours(inputs)]
        return Facts(
            ready=next((each for each in ours if each.is_ready), None),
            pending=next(
                (each for each in ours if not each.is_ready and not each.is_failed),
                None,
            ),
        )

    def plan(self, inputs: Inputs, facts: Facts, prior: Prior | None) -> Planned:
        """Build it again unless it is there."""
        if facts.ready is not None:
            change = Change(Action.NO_CHANGE, self.name, inputs.app)
            return Planned((change,), _outputs(inputs, facts.ready))
        field = FieldChange("built again", None, inputs.identity)
        change = Change(Action.UPDATE, self.name, inputs.app, (field,))
        return Planned((change,), {"identity": inputs.identity})

    def apply(self, inputs: Inputs, facts: Facts, context: Context) -> None:
        """Build it, or adopt a build of ours, and wait until it is there.

        Raises:
            ImageExpired: It cannot be built again: its values are not kept.
            BuildFailed: It was built once, and is not any more.
        """
        pending = facts.pending or self._create(inputs, context)

        def read() -> Deployment:
            deployment = self._client.read_deployment(pending.id)
            context.progress(deployment.state.lower())
            return deployment

        deployment = until(
            read,
            lambda found: found.is_failed or found.is_ready,
            clock=context.clock,
            deadline_seconds=DEADLINE_SECONDS,
            what=f"the deployment of {inputs.app}",
        )
        if deployment.is_failed:
            lines = [each.message for each in self._client.read_build_logs(pending.id)]
            raise BuildFailed(
                f"{inputs.app} of commit {inputs.commit[:12]} cannot be built again: "
                f"{deployment.error_message or deployment.state}",
                hint="Nothing was moved. Return to another release with --to, or release "
                f"a commit that is right with `invoke release.{context.environment}`.",
                details={"deployment": pending.id, "log": lines[-LOG_LINES:]},
            )

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Read what is there."""
        found = self.facts(inputs, context).ready
        if found is None:
            raise VerificationFailed(
                f"the deployment of {inputs.app} that was made is not there",
                hint="Look at the project's deployments, then run the command again.",
            )
        is_own = found.id == inputs.deployment_id
        return Verified(_outputs(inputs, found), {"built_again": not is_own})

    def _own(self, inputs: Inputs) -> Deployment | None:
        try:
            return self._client.read_deployment(inputs.deployment_id)
        except NotFound:
            return None

    def _ours(self, inputs: Inputs) -> Iterator[Deployment]:
        """Deployments of the environment that are of this identity, newest first."""
        listed = self._client.read_deployments(inputs.project_id, limit=LOOK_BACK)
        for each in listed:
            is_production = inputs.environment_id == PRODUCTION
            own = each.target if is_production else each.custom_environment_id
            if own == inputs.environment_id and each.meta.get(LABEL) == inputs.identity:
                yield each

    def _create(self, inputs: Inputs, context: Context) -> Deployment:
        """Put the values back that it had, and order the build of its commit."""
        if not inputs.values or not self._vault.has(inputs.values):
            raise ImageExpired(
                f"the deployment of {inputs.app} is gone, and its values are not kept",
                hint="Release a commit that is right with `invoke release."
                f"{context.environment}`.",
                details={"deployment": inputs.deployment_id},
            )
        context.progress("the deployment is gone; building the release again")
        self._client.upsert_variables(inputs.project_id, [*self._writes(inputs)])
        files = self._git.read_files(Path(inputs.path), inputs.commit)
        built = stamp(
            identity=inputs.identity,
            commit=inputs.commit,
            app=inputs.app,
            environment=context.environment,
        )
        is_production = inputs.environment_id == PRODUCTION
        order = DeploymentOrder(
            name=inputs.project,
            project_id=inputs.project_id,
            files=tuple(SourceFile.of(e.path, e.content) for e in (*files, built)),
            target=PRODUCTION if is_production else "",
            custom_environment="" if is_production else inputs.environment_id,
            meta={LABEL: inputs.identity, "launchbookKey": context.idempotency_key},
            git={"commitSha": inputs.commit},
        )
        return self._client.deploy(order)

    def _writes(self, inputs: Inputs) -> Iterator[VariableWrite]:
        """The values of the release, each as the platform keeps its variable now."""
        target = Target.of(inputs.environment_id)
        kinds = {
            each.key: each.kind
            for each in self._client.read_variables(inputs.project_id)
            if each.target == target
        }
        for name, value in self._vault.open(inputs.values).items():
            yield VariableWrite(name, value, target, kinds.get(name, PLAIN))


def _outputs(inputs: Inputs, found: Deployment) -> dict[str, object]:
    """What other steps may refer to."""
    return {"identity": inputs.identity, "deployment_id": found.id}
