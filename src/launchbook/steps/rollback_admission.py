"""rollback.admission: could the release that serves now serve again?

It only looks, and judges nothing away: a closed way is told, and a gate decides.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from launchbook.engine.check import Check
from launchbook.engine.step import Context, Prior, Verified
from launchbook.model.change import Action, Change, Planned
from launchbook.model.release import Capsule
from launchbook.release.admission import admit
from launchbook.release.observation import Observer, read_revoked
from launchbook.release.situation import (
    Move,
    MovePhase,
    Pace,
    Schema,
    Situation,
    Values,
)
from launchbook.release.trial import read_trials

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from launchbook.providers.railway.client import RailwayClient
    from launchbook.providers.vercel.client import VercelClient
    from launchbook.transport.git import Git


@dataclass(frozen=True, slots=True)
class Inputs:
    """What is known without asking a platform.

    Attributes:
        capsule: Of the release that serves; empty when there is none.
        named: Its id by the ledger; empty when it knows none.
        is_anything_served: False before the first deployment of all.
        is_signature_valid: None when the key that signed is not known here.
        surfaces: All that the product has.
        path: The work tree.
        workspace: Of Railway; its plan says how long images are kept.
        applied: Migrations that the database has: ``version`` and ``phase``.
        pending: Those that this release applies; held ones are not among them.
        is_trial_ahead: The run tries the old release before it deploys.
        variables: Surface to the fingerprint of its variables now.
        lost: Surfaces whose kept values cannot be read.
        held: Surface to name to fingerprint of each kept value.
        secrets: Names that ``secrets.rotate`` may have revoked a value of.
        service_seconds: Until a service is up, or the platform gives up.
        build_seconds: Until what has no image is built again.
        measured_seconds: Of earlier rollbacks here.
        limit_seconds: How long a rollback may take.
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
    applied: Sequence[Mapping[str, str]] = ()
    pending: Sequence[Mapping[str, str]] = ()
    is_trial_ahead: bool = False
    variables: Mapping[str, str] = field(default_factory=dict)
    lost: tuple[str, ...] = ()
    held: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    measured_seconds: tuple[float, ...] = ()


class RollbackAdmission(Check):
    """A check: it reads, and puts out a judgement."""

    name: ClassVar[str] = "rollback.admission"
    inputs_type: ClassVar[type] = Inputs

    def __init__(self, railway: RailwayClient, vercel: VercelClient, git: Git) -> None:
        self._observer = Observer(railway, vercel)
        self._git = git

    def facts(self, inputs: Inputs, context: Context) -> None:
        """Nothing to read for a plan."""

    def plan(self, inputs: Inputs, facts: None, prior: Prior | None) -> Planned:
        """Nothing to write."""
        name = inputs.named or "nothing yet"
        return Planned((Change(Action.NO_CHANGE, self.name, name),))

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Ask the platforms, and judge."""
        admission = admit(self._situation(inputs, context))
        told = admission.as_json()
        return Verified({"admission": told, "is_open": admission.is_open}, told)

    def _situation(self, inputs: Inputs, context: Context) -> Situation:
        told = cast("Mapping[str, Any]", inputs.capsule)
        target = Capsule.from_json(told) if told else None
        ways = {}
        if target is not None:
            is_there = self._git.has_commit(Path(inputs.path), target.commit)
            ways = self._observer.ways(target, is_source_there=is_there)
        return Situation(
            now=context.clock.now(),
            target=target,
            named=inputs.named,
            is_anything_served=inputs.is_anything_served,
            is_signature_valid=inputs.is_signature_valid,
            surfaces=inputs.surfaces,
            ways=ways,
            retention_hours=self._observer.retention_hours(inputs.workspace),
            is_hobby=self._observer.is_hobby(),
            schema=Schema(
                applied=_moves(inputs.applied),
                pending=_moves(inputs.pending),
                is_trial_ahead=inputs.is_trial_ahead,
                trials=read_trials(context.history),
            ),
            values=Values(
                now=inputs.variables,
                lost=inputs.lost,
                held=inputs.held,
                revoked=read_revoked(context.history, inputs.secrets),
            ),
            pace=Pace(
                service_seconds=inputs.service_seconds,
                build_seconds=inputs.build_seconds,
                measured_seconds=inputs.measured_seconds,
            ),
            limit_seconds=inputs.limit_seconds,
        )


def _moves(entries: Sequence[Mapping[str, str]]) -> tuple[Move, ...]:
    return tuple(Move(each["version"], MovePhase(each["phase"])) for each in entries)
