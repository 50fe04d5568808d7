"""vercel.deployment: one commit built on an environment of a project.

On production it is staged: built, answering under its own address, and shown to nobody
until ``vercel.promotion`` moves the host names (the project's automatic assignment is
off). On a custom environment the host names follow by themselves, and READY is not live
before they have. A deployment is found again by its labels, so a lost answer makes no
second one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from launchbook.digest import digest
from launchbook.engine.poll import until
from launchbook.engine.step import Context, Prior, Verified
from launchbook.errors import BuildFailed, DeploymentFailed, VerificationFailed
from launchbook.model.change import Action, Change, FieldChange, Planned
from launchbook.model.source import build_identity, stamp
from launchbook.model.vercel import (
    LABEL,
    PRODUCTION,
    Deployment,
    DeploymentOrder,
    SourceFile,
)

if TYPE_CHECKING:
    from launchbook.providers.vercel.client import VercelClient
    from launchbook.transport.git import Git

DEADLINE_SECONDS: Final = 600.0
"""A build takes under 3 min (requirements); the rest is queueing."""
LOG_LINES: Final = 20
LOOK_BACK: Final = 100
"""How many deployments are looked through for one of this build; the vendor's most."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What shall be live where.

    Attributes:
        project: The project's name.
        app: The app's name, for people and for the build stamp.
        path: The work tree.
        commit: The commit to deploy.
        content: Digest of what the app is built of; the same content is not built
            again because a commit changed something else.
        variables: Digest of the app's variables.
        settings: Digest of the project's build settings.
    """

    project_id: str
    project: str
    environment_id: str
    app: str
    path: str
    commit: str
    content: str
    variables: str
    settings: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is there of this build, and what was built last.

    Attributes:
        built: Ready deployments of exactly this identity, newest first.
        pending: One of this identity on its way.
        newest: The newest ready deployment of any identity.
    """

    built: tuple[Deployment, ...] = ()
    pending: Deployment | None = None
    newest: Deployment | None = None


class VercelDeployment:
    """Files by digest, build on the platform, then the proof that it is there."""

    name: ClassVar[str] = "vercel.deployment"
    inputs_type: ClassVar[type] = Inputs
    is_check: ClassVar[bool] = False

    def __init__(self, client: VercelClient, git: Git) -> None:
        self._client = client
        self._git = git

    def facts(self, inputs: Inputs, context: Context) -> Facts:
        """Return what was built in this environment, and what of ours is coming."""
        identity = _identity(inputs)
        here = [
            each
            for each in self._client.read_deployments(
                inputs.project_id, limit=LOOK_BACK
            )
            if _is_here(each, inputs)
        ]
        ours = [each for each in here if each.meta.get(LABEL) == identity]
        # A list does not say whether host names lead to a deployment.
        ready = [self._client.read_deployment(d.id) for d in ours if d.is_ready]
        built = tuple(each for each in ready if _is_done(each, inputs))
        coming = (
            d for d in ours if not d.is_failed and d.id not in {b.id for b in built}
        )
        return Facts(
            built=built,
            pending=next(coming, None),
            newest=next((each for each in here if each.is_ready), None),
        )

    def plan(self, inputs: Inputs, facts: Facts, prior: Prior | None) -> Planned:
        """Build unless exactly this was built."""
        identity = _identity(inputs)
        outputs: dict[str, object] = {"identity": identity}
        if found := _chosen(facts, prior):
            change = Change(Action.NO_CHANGE, self.name, inputs.app)
            return Planned((change,), _outputs(identity, found))
        if facts.newest is None:
            change = Change(Action.CREATE, self.name, f"{inputs.app} {identity}")
            return Planned((change,), outputs)
        before = facts.newest.meta.get(LABEL) or facts.newest.id
        field = FieldChange("deployed", before, identity)
        change = Change(Action.UPDATE, self.name, inputs.app, (field,))
        return Planned((change,), outputs)

    def apply(self, inputs: Inputs, facts: Facts, context: Context) -> None:
        """Build, or adopt a build of ours, and wait until it is there."""
        deployment = facts.pending or self._create(inputs, context)
        self._await(deployment.id, inputs, context)

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Read what was built."""
        identity = _identity(inputs)
        prior = context.history.latest(context.step)
        found = _chosen(self.facts(inputs, context), prior)
        if found is None:
            raise VerificationFailed(
                f"the deployment of {inputs.app} that was made is not there",
                hint="Look at the project's deployments, then run the command again.",
            )
        return Verified(_outputs(identity, found), {"url": found.url})

    def _create(self, inputs: Inputs, context: Context) -> Deployment:
        """Send the commit's files that the platform lacks, and the order."""
        context.progress("uploading")
        files = self._git.read_files(Path(inputs.path), inputs.commit)
        identity = _identity(inputs)
        built = stamp(
            identity=identity,
            commit=inputs.commit,
            app=inputs.app,
            environment=context.environment,
        )
        order = DeploymentOrder(
            name=inputs.project,
            project_id=inputs.project_id,
            files=tuple(SourceFile.of(e.path, e.content) for e in (*files, built)),
            target=PRODUCTION if _is_production(inputs) else "",
            custom_environment="" if _is_production(inputs) else inputs.environment_id,
            meta={LABEL: identity, "launchbookKey": context.idempotency_key},
            git={"commitSha": inputs.commit},
        )
        return self._client.deploy(order)

    def _await(self, deployment_id: str, inputs: Inputs, context: Context) -> None:
        """Poll the id that was created until it is as it shall be."""

        def read() -> Deployment:
            deployment = self._client.read_deployment(deployment_id)
            context.progress(deployment.state.lower())
            return deployment

        deployment = until(
            read,
            lambda found: found.is_failed or _is_done(found, inputs),
            clock=context.clock,
            deadline_seconds=DEADLINE_SECONDS,
            what=f"deployment of {inputs.app}",
        )
        if deployment.is_failed:
            raise self._failure(deployment, inputs)

    def _failure(self, deployment: Deployment, inputs: Inputs) -> DeploymentFailed:
        """The cause, from the build's real log."""
        lines = [line.message for line in self._client.read_build_logs(deployment.id)]
        kind = BuildFailed if deployment.state == "ERROR" else DeploymentFailed
        reason = deployment.error_message or deployment.alias_error or "no reason given"
        return kind(
            f"Vercel deployment of {inputs.app} ended as {deployment.state}: {reason}; "
            "what was live before still is",
            hint=f"Fix what the log says of {inputs.app}, commit it, and run "
            "the same command again.",
            details={"deployment": deployment.id, "log": lines[-LOG_LINES:]},
        )


def _identity(inputs: Inputs) -> str:
    """The identity of this content under these variables and settings."""
    return build_identity(inputs.content, digest([inputs.variables, inputs.settings]))


def _is_production(inputs: Inputs) -> bool:
    return inputs.environment_id == PRODUCTION


def _is_here(deployment: Deployment, inputs: Inputs) -> bool:
    """Whether a deployment belongs to the environment."""
    if _is_production(inputs):
        return deployment.target == PRODUCTION
    return deployment.custom_environment_id == inputs.environment_id


def _is_done(deployment: Deployment, inputs: Inputs) -> bool:
    """Whether nothing more happens to it by itself."""
    if _is_production(inputs):
        return deployment.is_ready
    return deployment.is_live


def _chosen(facts: Facts, prior: Prior | None) -> Deployment | None:
    """The build to use: the one that was proven, or else the newest.

    A redeploy by hand carries our labels and may have other variables; what is used is
    looked at under its own address before anybody sees it.
    """
    known = prior.outputs.get("deployment_id") if prior else None
    proven = (each for each in facts.built if each.id == known)
    return next(proven, None) or next(iter(facts.built), None)


def _outputs(identity: str, live: Deployment) -> dict[str, object]:
    """What other steps may refer to."""
    return {
        "identity": identity,
        "deployment_id": live.id,
        "immutable_host": live.url,
    }
