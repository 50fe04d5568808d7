"""railway.deployment: one commit built and serving on a service.

The upload is not idempotent, so each is labelled with the build identity and looked
up by that label before another is made. A deployment that carries our label but is
not the one we verified last was made by somebody else (a redeploy by hand, with
other variables): it is replaced.
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
from launchbook.model.railway import Deployment, LogLine, ServiceScope
from launchbook.model.source import build_identity, stamp, upload_label
from launchbook.model.tarball import pack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from launchbook.providers.railway.client import RailwayClient
    from launchbook.transport.git import Git

DEADLINE_SECONDS: Final = 900.0
"""Build (under 3 min, requirements) and a health check of at most 300 s, doubled."""
LOG_LINES: Final = 15
"""Of each log; a failed health check is told by the build's."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What shall run where.

    Attributes:
        service: The service's name, for people and for the build stamp.
        path: The work tree.
        commit: The commit to deploy.
        content: Digest of what the app is built of; the same content is not built
            again because a commit changed something else.
        variables: Fingerprint of the service's variables.
        settings: Fingerprint of the service's settings.
        schema: Newest migration; named so that the schema comes first.
        after: Whatever else must be done before; only named for the order.
    """

    project_id: str
    environment_id: str
    service_id: str
    service: str
    path: str
    commit: str
    content: str
    variables: str
    settings: str
    schema: str
    after: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """The newest deployment of ours that serves or is on its way."""

    serving: Deployment | None
    pending: Deployment | None


class RailwayDeployment:
    """Upload, build, health check, switch: the platform's; waiting and proof: ours."""

    name: ClassVar[str] = "railway.deployment"
    inputs_type: ClassVar[type] = Inputs
    is_check: ClassVar[bool] = False

    def __init__(self, client: RailwayClient, git: Git) -> None:
        self._client = client
        self._git = git

    def facts(self, inputs: Inputs, context: Context) -> Facts:
        """Return what serves now, and what of ours is on its way."""
        newest_first = self._client.read_deployments(_scope(inputs))
        ours = _label(inputs)
        return Facts(
            serving=next((each for each in newest_first if each.is_serving), None),
            pending=next(
                (
                    each
                    for each in newest_first
                    if each.is_pending and each.message == ours
                ),
                None,
            ),
        )

    def plan(self, inputs: Inputs, facts: Facts, prior: Prior | None) -> Planned:
        """Deploy unless what serves is exactly this."""
        identity = _identity(inputs)
        outputs: dict[str, object] = {"identity": identity}
        serving = facts.serving
        if serving is None:
            change = Change(Action.CREATE, self.name, f"{inputs.service} {identity}")
            return Planned((change,), outputs)
        difference = _difference(inputs, serving, prior)
        if difference is None:
            change = Change(Action.NO_CHANGE, self.name, inputs.service)
            return Planned((change,), outputs | {"deployment_id": serving.id})
        change = Change(Action.UPDATE, self.name, inputs.service, (difference,))
        return Planned((change,), outputs)

    def apply(self, inputs: Inputs, facts: Facts, context: Context) -> None:
        """Upload, or adopt an upload of ours, and wait until it serves."""
        if facts.pending is not None:
            context.progress(f"following deployment {facts.pending.id}")
            deployment_id = facts.pending.id
        else:
            context.progress("uploading")
            deployment_id = self._upload(inputs, context)
        self._await(deployment_id, inputs, context)

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Read what serves now."""
        serving = self.facts(inputs, context).serving
        if serving is None or serving.message != _label(inputs):
            raise VerificationFailed(
                f"{inputs.service} is not served by the deployment that was made",
                hint="Look at the service's deployments, then run the command again.",
            )
        identity = _identity(inputs)
        outputs = {"identity": identity, "deployment_id": serving.id}
        return Verified(outputs, {"status": serving.status})

    def _upload(self, inputs: Inputs, context: Context) -> str:
        """Send the commit's files and the stamp; return the deployment's id."""
        files = self._git.read_files(Path(inputs.path), inputs.commit)
        built = stamp(
            identity=_identity(inputs),
            commit=inputs.commit,
            app=inputs.service,
            environment=context.environment,
        )
        tarball = pack((*files, built))
        return self._client.upload(
            _scope(inputs), tarball, _label(inputs)
        ).deployment_id

    def _await(self, deployment_id: str, inputs: Inputs, context: Context) -> None:
        """Poll the id that was created, never "the latest"."""

        def read() -> Deployment:
            deployment = self._client.read_deployment(deployment_id)
            context.progress(deployment.status.lower())
            return deployment

        deployment = until(
            read,
            lambda found: not found.is_pending,
            clock=context.clock,
            deadline_seconds=DEADLINE_SECONDS,
            what=f"deployment of {inputs.service}",
        )
        if not deployment.is_serving:
            raise self._failure(deployment, inputs)

    def _failure(self, deployment: Deployment, inputs: Inputs) -> DeploymentFailed:
        """The cause, from the deployment's real logs."""
        build = self._client.read_build_logs(deployment.id)
        runtime = self._client.read_deployment_logs(deployment.id)
        kind = DeploymentFailed if runtime else BuildFailed
        return kind(
            f"Railway deployment of {inputs.service} ended as {deployment.status}; "
            "what served before still serves",
            hint=f"Fix what the log says of {inputs.service}, commit it, and run "
            "the same command again.",
            details={
                "deployment": deployment.id,
                "log": [*_last_lines(build), *_last_lines(runtime)],
            },
        )


def _scope(inputs: Inputs) -> ServiceScope:
    """Where the deployment belongs."""
    return ServiceScope(inputs.project_id, inputs.environment_id, inputs.service_id)


def _identity(inputs: Inputs) -> str:
    """The identity of this content under these variables and settings."""
    return build_identity(inputs.content, digest([inputs.variables, inputs.settings]))


def _label(inputs: Inputs) -> str:
    """The message that an upload of ours carries."""
    return upload_label(_identity(inputs))


def _difference(
    inputs: Inputs, serving: Deployment, prior: Prior | None
) -> FieldChange | None:
    """Why what serves is not what shall serve; None when it is."""
    if serving.message != _label(inputs):
        return FieldChange("deployed", serving.message or serving.id, _label(inputs))
    known = prior.outputs if prior else {}
    identity = _identity(inputs)
    if known.get("identity") != identity or known.get("deployment_id") == serving.id:
        return None
    return FieldChange("deployment_id", serving.id, "one that this inventory made")


def _last_lines(lines: Sequence[LogLine]) -> list[str]:
    """The end of a log."""
    return [line.message for line in lines][-LOG_LINES:]
