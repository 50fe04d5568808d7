"""railway.rollback: a deployment of the past serves again, with its variables.

The platform keeps images for days only. Where one is gone, the release's commit is
built again with the values that it had; they are kept for as long as it may be
returned to. What is still on its way to replace the release is taken off it: else it
would serve minutes after the return was proven.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final, TypeGuard

from launchbook.engine.poll import until
from launchbook.engine.step import Context, Prior, Verified
from launchbook.errors import (
    DeploymentFailed,
    ImageExpired,
    KeyUnusable,
    NotFound,
    Rejected,
    Unauthorized,
    Unavailable,
    ValuesMissing,
    VerificationFailed,
)
from launchbook.model.change import Action, Change, FieldChange, Planned
from launchbook.model.railway import Deployment, ServiceScope
from launchbook.model.source import stamp, upload_label
from launchbook.model.tarball import pack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from launchbook.providers.railway.client import RailwayClient
    from launchbook.release.vault import Vault
    from launchbook.transport.git import Git

DEADLINE_SECONDS: Final = 600.0
APPEAR_SECONDS: Final = 30.0
"""How long an ordered rollback may take to be listed."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What shall serve again.

    Attributes:
        service: The service's name, for people.
        deployment_id: Of the release that is returned to.
        identity: What that deployment shows of its build.
        path: The work tree, for building again.
        commit: Of the release, for building again.
        values: Under which name the release's values are kept.
        after: Whatever must be done before; only named for the order.
    """

    project_id: str
    environment_id: str
    service_id: str
    service: str
    deployment_id: str
    identity: str
    path: str
    commit: str
    values: str
    after: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What serves, what is on its way, and what is returned to.

    Attributes:
        pending: Of the release, on its way.
        coming: Of others, on their way, and newer than what serves.
        others: Names of variables that are not as the release had them, while it
            serves: a release that failed wrote them and was never started.
    """

    serving: Deployment | None
    pending: Deployment | None
    target: Deployment | None
    coming: tuple[Deployment, ...] = ()
    others: tuple[str, ...] = ()


class RailwayRollback:
    """The platform's rollback where it has the image, and else the same build again."""

    name: ClassVar[str] = "railway.rollback"
    inputs_type: ClassVar[type] = Inputs
    is_check: ClassVar[bool] = False

    def __init__(self, client: RailwayClient, git: Git, vault: Vault) -> None:
        self._client = client
        self._git = git
        self._vault = vault

    def facts(self, inputs: Inputs, context: Context) -> Facts:
        """Return what serves and what is on its way, of all and of the release."""
        newest_first = self._client.read_deployments(_scope(inputs))
        newer = [*takewhile(lambda each: not each.is_serving, newest_first)]
        pending = [each for each in newer if each.is_pending]
        ours = _label(inputs)
        serving = next((each for each in newest_first if each.is_serving), None)
        return Facts(
            serving=serving,
            pending=next((each for each in pending if each.message == ours), None),
            target=self._target(inputs),
            coming=tuple(each for each in pending if each.message != ours),
            # The platform's own rollback brings those back that it had.
            others=self._others(inputs) if _is_ours(serving, inputs) else (),
        )

    def plan(self, inputs: Inputs, facts: Facts, prior: Prior | None) -> Planned:
        """Return to the release unless it serves."""
        serving = facts.serving
        outputs: dict[str, object] = {"identity": inputs.identity}
        if _is_ours(serving, inputs):
            outputs["deployment_id"] = serving.id
            return Planned((_kept(inputs, facts),), outputs)
        before = serving.message or serving.id if serving else None
        field = FieldChange("deployed", before, _label(inputs))
        change = Change(Action.UPDATE, self.name, inputs.service, (field,))
        return Planned((change,), outputs)

    def apply(self, inputs: Inputs, facts: Facts, context: Context) -> None:
        """Order it, find the deployment that comes of it, and wait until it serves.

        Raises:
            ImageExpired: The image is gone, and it cannot be built again.
            DeploymentFailed: What was brought back does not start.
        """
        if facts.coming:
            facts = self._hold(inputs, facts, context)
        if _is_ours(facts.serving, inputs):
            kept = self._vault.open(inputs.values) if facts.others else {}
            written = {name: kept[name] for name in facts.others}
            self._client.upsert_variables(_scope(inputs), written)
            return
        pending = facts.pending or self._start(inputs, facts, context)
        self._await(pending.id, inputs, context)

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Read what serves now."""
        facts = self.facts(inputs, context)
        serving = facts.serving
        if not _is_ours(serving, inputs) or facts.coming or facts.others:
            raise VerificationFailed(
                f"{inputs.service} is not served by the release that was returned to",
                hint="Run the same command again; it looks before it does anything.",
            )
        outputs = {"identity": inputs.identity, "deployment_id": serving.id}
        evidence = {"status": serving.status, "variables": self._variables(inputs)}
        return Verified(outputs, evidence)

    def _target(self, inputs: Inputs) -> Deployment | None:
        try:
            return self._client.read_deployment(inputs.deployment_id)
        except (NotFound, Unauthorized):
            # The vendor says "Not Authorized" of what does not exist, too; that we may
            # read the service was seen just before.
            return None

    def _hold(self, inputs: Inputs, facts: Facts, context: Context) -> Facts:
        """Take what is coming off its way; return what is there afterwards."""
        for each in facts.coming:
            context.progress(f"taking {each.id} off its way")
            try:
                self._client.cancel(each.id)
            except (Rejected, Unavailable):
                # It ended meanwhile, or the answer was lost: waiting tells.
                continue
        return until(
            lambda: self.facts(inputs, context),
            lambda found: not found.coming,
            clock=context.clock,
            deadline_seconds=DEADLINE_SECONDS,
            what=f"the end of what was to replace {inputs.service}",
        )

    def _variables(self, inputs: Inputs) -> str:
        """Whether the variables are those of the release, as far as they are told."""
        try:
            kept = self._vault.open(inputs.values)
        except (KeyUnusable, ValuesMissing):
            return "not kept here"
        found = self._client.read_variables(_scope(inputs))
        shown = kept.keys() & found.keys()
        return f"as released; {len(shown)} of {len(kept)} can be read"

    def _others(self, inputs: Inputs) -> tuple[str, ...]:
        """Names of variables that can be read and have another value by now."""
        try:
            kept = self._vault.open(inputs.values)
        except (KeyUnusable, ValuesMissing):
            return ()
        found = self._client.read_variables(_scope(inputs))
        return tuple(
            name for name in sorted(kept.keys() & found) if kept[name] != found[name]
        )

    def _start(self, inputs: Inputs, facts: Facts, context: Context) -> Deployment:
        """Bring it back by its image, or by building it again."""
        if facts.target is None or not facts.target.can_roll_back:
            return self._build_again(inputs, context)
        context.progress(f"returning to {inputs.deployment_id}")
        known = {each.id for each in self._client.read_deployments(_scope(inputs))}
        try:
            self._client.roll_back(inputs.deployment_id)
        except Unavailable:
            # The answer was lost; whether it was taken shows in the list.
            found = self._new(inputs, known)
            if found is None:
                raise
            return found
        except Rejected:
            target = self._target(inputs)
            if target is not None and target.can_roll_back:
                raise
            # The image went after we had looked.
            return self._build_again(inputs, context)
        return self._listed(inputs, known, context)

    def _listed(self, inputs: Inputs, known: set[str], context: Context) -> Deployment:
        """Wait until the ordered rollback is in the list."""
        found = until(
            lambda: [*filter(None, [self._new(inputs, known)])],
            bool,
            clock=context.clock,
            deadline_seconds=APPEAR_SECONDS,
            what=f"the rollback of {inputs.service}",
        )
        return found[0]

    def _new(self, inputs: Inputs, known: set[str]) -> Deployment | None:
        """The deployment that the rollback made: new, and with the release's label."""
        for each in self._client.read_deployments(_scope(inputs)):
            if each.id not in known and each.message == _label(inputs):
                return each
        return None

    def _build_again(self, inputs: Inputs, context: Context) -> Deployment:
        """Upload the release's commit, under the values that it had."""
        if not inputs.values or not self._vault.has(inputs.values):
            raise ImageExpired(
                f"the image of {inputs.service} is gone, and its values are not kept",
                hint="Release a commit that is right with `invoke release."
                f"{context.environment}`.",
                details={"deployment": inputs.deployment_id},
            )
        context.progress("the image is gone; building the release again")
        scope = _scope(inputs)
        self._client.upsert_variables(scope, self._vault.open(inputs.values))
        files = self._git.read_files(Path(inputs.path), inputs.commit)
        built = stamp(
            identity=inputs.identity,
            commit=inputs.commit,
            app=inputs.service,
            environment=context.environment,
        )
        upload = self._client.upload(scope, pack((*files, built)), _label(inputs))
        return self._client.read_deployment(upload.deployment_id)

    def _await(self, deployment_id: str, inputs: Inputs, context: Context) -> None:
        """Poll the deployment until it serves."""

        def read() -> Deployment:
            deployment = self._client.read_deployment(deployment_id)
            context.progress(deployment.status.lower())
            return deployment

        deployment = until(
            read,
            lambda found: not found.is_pending,
            clock=context.clock,
            deadline_seconds=DEADLINE_SECONDS,
            what=f"the rollback of {inputs.service}",
        )
        if not deployment.is_serving:
            raise DeploymentFailed(
                f"the rollback of {inputs.service} ended as {deployment.status}; what "
                "served before still serves",
                hint="Look at the deployment's log in Railway's dashboard, then run the "
                "same command again.",
                details={"deployment": deployment.id},
            )


def _scope(inputs: Inputs) -> ServiceScope:
    return ServiceScope(inputs.project_id, inputs.environment_id, inputs.service_id)


def _is_ours(serving: Deployment | None, inputs: Inputs) -> TypeGuard[Deployment]:
    """Whether the release serves."""
    return serving is not None and serving.message == _label(inputs)


def _kept(inputs: Inputs, facts: Facts) -> Change:
    """The release serves already; only what is not of it is to be mended."""
    step = RailwayRollback.name
    coming = (
        FieldChange("coming", each.message or each.id, None) for each in facts.coming
    )
    others = (FieldChange(name, "another value", "as it was") for name in facts.others)
    fields = (*coming, *others)
    action = Action.UPDATE if fields else Action.NO_CHANGE
    return Change(action, step, inputs.service, fields)


def _label(inputs: Inputs) -> str:
    """The message that the release's upload carried; a rollback keeps it."""
    return upload_label(inputs.identity)
