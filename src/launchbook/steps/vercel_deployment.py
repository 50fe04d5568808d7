"""vercel.deployment: one commit built and live on an environment of a project.

READY is not live: the environment's host names must lead to the deployment too.
A deployment is found again by its labels, so a lost answer makes no second one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from launchbook.digest import digest
from launchbook.engine.poll import until
from launchbook.engine.step import Context, Prior, Verified
from launchbook.errors import BuildFailed, DeploymentFailed, VerificationFailed
from launchbook.model.change import Action, Change, FieldChange, Planned
from launchbook.model.source import SourceEntry, build_identity, stamp
from launchbook.model.vercel import (
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
LABEL: Final = "launchbookIdentity"


@dataclass(frozen=True, slots=True)
class Inputs:
    """What shall be live where.

    Attributes:
        project: The project's name.
        app: The app's name, for people and for the build stamp.
        path: The work tree.
        commit: The commit to deploy.
        variables: Digest of the app's variables.
        settings: Digest of the project's build settings.
    """

    project_id: str
    project: str
    environment_id: str
    app: str
    path: str
    commit: str
    variables: str
    settings: str


@dataclass(frozen=True, slots=True)
class Facts:
    """The newest live deployment, and one of ours on its way."""

    live: Deployment | None
    pending: Deployment | None


class VercelDeployment:
    """Files by digest, build on the platform, then the proof that it is live."""

    name: ClassVar[str] = "vercel.deployment"
    inputs_type: ClassVar[type] = Inputs
    is_check: ClassVar[bool] = False

    def __init__(self, client: VercelClient, git: Git) -> None:
        self._client = client
        self._git = git

    def facts(self, inputs: Inputs, context: Context) -> Facts:
        """Return what is live in this environment, and what of ours is coming."""
        here = [
            each
            for each in self._client.read_deployments(inputs.project_id)
            if _is_here(each, inputs)
        ]
        # READY is not live: a build whose host names do not lead to it is coming.
        ready = (self._client.read_deployment(d.id) for d in here if d.is_ready)
        return Facts(
            live=next((each for each in ready if each.is_live), None),
            pending=next((each for each in here if _is_coming(each, inputs)), None),
        )

    def plan(self, inputs: Inputs, facts: Facts, prior: Prior | None) -> Planned:
        """Deploy unless what is live is exactly this."""
        identity = _identity(inputs)
        outputs: dict[str, object] = {"identity": identity}
        if facts.live is None:
            change = Change(Action.CREATE, self.name, f"{inputs.app} {identity}")
            return Planned((change,), outputs)
        difference = _difference(identity, facts.live, prior)
        if difference is None:
            change = Change(Action.NO_CHANGE, self.name, inputs.app)
            return Planned((change,), _outputs(identity, facts.live))
        change = Change(Action.UPDATE, self.name, inputs.app, (difference,))
        return Planned((change,), outputs)

    def apply(self, inputs: Inputs, facts: Facts, context: Context) -> None:
        """Deploy, or adopt a deployment of ours, and wait until it is live."""
        deployment = facts.pending or self._create(inputs, context)
        self._await(deployment.id, inputs, context)

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Read what is live now."""
        identity = _identity(inputs)
        live = self.facts(inputs, context).live
        if live is None or live.meta.get(LABEL) != identity or not live.is_live:
            raise VerificationFailed(
                f"{inputs.app} is not served by the deployment that was made",
                hint="Look at the project's deployments, then run the command again.",
            )
        return Verified(_outputs(identity, live), {"url": live.url})

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
            files=tuple(_source_file(entry) for entry in (*files, built)),
            target=PRODUCTION if _is_production(inputs) else "",
            custom_environment="" if _is_production(inputs) else inputs.environment_id,
            meta={LABEL: identity, "launchbookKey": context.idempotency_key},
            git={"commitSha": inputs.commit},
        )
        return self._client.deploy(order)

    def _await(self, deployment_id: str, inputs: Inputs, context: Context) -> None:
        """Poll the id that was created until its host names lead to it."""

        def read() -> Deployment:
            deployment = self._client.read_deployment(deployment_id)
            context.progress(deployment.state.lower())
            return deployment

        deployment = until(
            read,
            lambda found: found.is_live or found.is_failed,
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
    """The identity of this commit under these variables and settings."""
    return build_identity(inputs.commit, digest([inputs.variables, inputs.settings]))


def _is_production(inputs: Inputs) -> bool:
    return inputs.environment_id == PRODUCTION


def _is_here(deployment: Deployment, inputs: Inputs) -> bool:
    """Whether a deployment belongs to the environment."""
    if _is_production(inputs):
        return deployment.target == PRODUCTION
    return deployment.custom_environment_id == inputs.environment_id


def _is_coming(deployment: Deployment, inputs: Inputs) -> bool:
    """Whether it is of this identity and on its way."""
    identity = _identity(inputs)
    is_ours = deployment.meta.get(LABEL) == identity
    return is_ours and not deployment.is_failed and not deployment.is_live


def _difference(
    identity: str, live: Deployment, prior: Prior | None
) -> FieldChange | None:
    """Why what is live is not what shall be; None when it is."""
    found = live.meta.get(LABEL, "")
    if found != identity:
        return FieldChange("deployed", found or live.id, identity)
    known = prior.outputs if prior else {}
    if known.get("identity") != identity or known.get("deployment_id") == live.id:
        return None
    return FieldChange("deployment_id", live.id, "one that this inventory made")


def _source_file(entry: SourceEntry) -> SourceFile:
    """A file as the platform wants it: keyed by SHA-1."""
    return SourceFile(
        path=entry.path,
        sha=hashlib.sha1(entry.content, usedforsecurity=False).hexdigest(),
        size_bytes=len(entry.content),
        content=entry.content,
    )


def _outputs(identity: str, live: Deployment) -> dict[str, object]:
    """What other steps may refer to."""
    return {
        "identity": identity,
        "deployment_id": live.id,
        "immutable_host": live.url,
    }
