"""rollback.admission: could a release serve again?

Before a release it only looks: a closed way is told, and a gate decides. Before a
rollback that somebody asks for it refuses by itself what would break the product.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from launchbook.engine.check import Check
from launchbook.engine.gate import pass_gate
from launchbook.engine.step import Context, Prior, Verified
from launchbook.model.change import Action, Change, Planned
from launchbook.model.gate import Verdict
from launchbook.model.release import Capsule
from launchbook.release.admission import NAMES, admit
from launchbook.release.observation import Observer, read_revoked, read_values
from launchbook.release.shelf import STEP as CAPSULE
from launchbook.release.shelf import Shelf
from launchbook.release.situation import Pace, Schema, Situation, Values
from launchbook.release.trial import read_trials

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.providers.railway.client import RailwayClient
    from launchbook.providers.vercel.client import VercelClient
    from launchbook.release.admission import Admission
    from launchbook.release.moves import ReadSchema
    from launchbook.release.vault import Vault
    from launchbook.transport.git import Git


@dataclass(frozen=True, slots=True)
class Inputs:
    """What is known without asking a platform.

    Attributes:
        capsule: Of the release that would serve again; empty when there is none.
        named: Its id by the ledger; empty when it knows none.
        is_anything_served: False before the first deployment of all.
        is_signature_valid: None when the key that signed is not known here.
        surfaces: All that the product has.
        path: The work tree.
        workspace: Of Railway; its plan says how long images are kept.
        commit: What is to be released, whose migrations and variables come; empty
            where no release is to come.
        is_trial_ahead: The run tries the old release before it deploys.
        secrets: Names that ``secrets.rotate`` may have revoked a value of.
        service_seconds: Until a service is up, or the platform gives up.
        build_seconds: Until what has no image is built again.
        measured_seconds: Of earlier rollbacks here.
        limit_seconds: How long a rollback may take.
        refused: Reasons that end the run, unless they are overridden by name; none
            where another gate decides.
        skipped: Why nothing is looked at; empty to look.
    """

    capsule: Mapping[str, object]
    named: str
    is_anything_served: bool
    is_signature_valid: bool | None
    surfaces: tuple[str, ...]
    path: str
    workspace: str
    service_seconds: float
    build_seconds: float
    limit_seconds: float
    commit: str = ""
    is_trial_ahead: bool = False
    secrets: tuple[str, ...] = ()
    measured_seconds: tuple[float, ...] = ()
    refused: tuple[str, ...] = ()
    skipped: str = ""


class RollbackAdmission(Check):
    """A check: it reads, and puts out a judgement."""

    name: ClassVar[str] = "rollback.admission"
    inputs_type: ClassVar[type] = Inputs

    def __init__(
        self,
        railway: RailwayClient,
        vercel: VercelClient,
        git: Git,
        schema: ReadSchema,
        vault: Vault,
    ) -> None:
        self._observer = Observer(railway, vercel)
        self._git = git
        self._schema = schema
        self._vault = vault

    @staticmethod
    def overridable(_inputs: Mapping[str, object]) -> tuple[str, ...]:
        """Return what an override may name."""
        return NAMES

    def facts(self, inputs: Inputs, context: Context) -> None:
        """Nothing to read for a plan."""

    def plan(self, inputs: Inputs, facts: None, prior: Prior | None) -> Planned:
        """Nothing to write."""
        name = inputs.named or "nothing yet"
        return Planned((Change(Action.NO_CHANGE, self.name, name),))

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Ask the platforms and the database, and judge.

        Raises:
            GateFailed: It is closed for one of the reasons that end this run.
        """
        if inputs.skipped:
            context.progress(f"skipped: {inputs.skipped}")
            return Verified({"skipped": inputs.skipped}, {"skipped": inputs.skipped})
        admission = admit(self._situation(inputs, context))
        told = admission.as_json()
        if inputs.refused:
            told |= _pass(admission, inputs, context)
        return Verified({"admission": told, "is_open": admission.is_open}, told)

    def _situation(self, inputs: Inputs, context: Context) -> Situation:
        told = cast("Mapping[str, Any]", inputs.capsule)
        target = Capsule.from_json(told) if told else None
        seen = Situation(
            now=context.clock.now(),
            target=target,
            named=inputs.named,
            is_anything_served=inputs.is_anything_served,
            is_signature_valid=inputs.is_signature_valid,
            surfaces=inputs.surfaces,
            pace=Pace(
                service_seconds=inputs.service_seconds,
                build_seconds=inputs.build_seconds,
                measured_seconds=inputs.measured_seconds,
            ),
            limit_seconds=inputs.limit_seconds,
        )
        if target is None:
            return seen
        is_there = self._git.has_commit(Path(inputs.path), target.commit)
        return replace(
            seen,
            ways=self._observer.ways(target, is_source_there=is_there),
            retention_hours=self._observer.retention_hours(inputs.workspace),
            is_hobby=self._observer.is_hobby(),
            schema=self._read_schema(target, inputs, context),
            values=self._read_values(target, inputs, context),
        )

    def _read_schema(self, target: Capsule, inputs: Inputs, context: Context) -> Schema:
        """What the database has, and what the release to come would apply."""
        held: tuple[str, ...] | None = None
        if inputs.commit:
            past = context.history.verified(CAPSULE)
            shelf = Shelf.of(each.evidence for each in past)
            held = shelf.held_before(inputs.commit)
        return replace(
            self._schema(target, held),
            is_trial_ahead=inputs.is_trial_ahead,
            trials=read_trials(context.history),
        )

    def _read_values(self, target: Capsule, inputs: Inputs, context: Context) -> Values:
        values = read_values(
            target,
            self._vault,
            context.history,
            context.fingerprint,
            is_kept=not inputs.commit,
        )
        revoked = read_revoked(context.history, inputs.secrets)
        return replace(values, revoked=revoked)


def _pass(
    admission: Admission, inputs: Inputs, context: Context
) -> Mapping[str, object]:
    """Say what speaks against it, and end the run where that would break the product.

    What nobody can tell ends nothing: who goes back may do so because of an outage.
    """
    for line in admission.lines:
        context.say(line.strip())
    found = [
        each
        for each in admission.findings
        if each.name in inputs.refused and each.verdict is Verdict.FAIL
    ]
    passed = pass_gate(
        found,
        context,
        what=f"the way back to {admission.target}",
        hint="Go forward: mend it, and type `invoke release."
        f"{context.environment}`; or bring the database back to before what is named, "
        "and type the same command again",
        subject=admission.target,
    )
    return {"overridden": passed["overridden"]}
