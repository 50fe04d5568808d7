"""Destroying an environment: what dies, in which order, and the proof that it is gone.

A step that can ``destroy`` owns what it made and all that other steps made inside of
it on the same platform: with a project die its services, variables and host names.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from launchbook.engine.planner import Planner
from launchbook.engine.poll import until
from launchbook.engine.scribe import described
from launchbook.engine.step import Destroyable, Recalling, Sparing
from launchbook.errors import InputError, LaunchbookError, VerificationFailed
from launchbook.model.change import Action, Change
from launchbook.model.event import EventKind
from launchbook.model.record import Phase

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from launchbook.engine.graph import Graph
    from launchbook.engine.override import Override
    from launchbook.engine.planner import Bench, StepPlan
    from launchbook.engine.scribe import Scribe

GONE_SECONDS: Final = 300
"""How long a platform may take until what it deleted is no longer listed."""
_REFERENCE: Final = re.compile(r"\$\{steps\.([a-z0-9_]+)\.")
_ABSENT: Final = frozenset({Action.CREATE, Action.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Owner:
    """One thing that can be destroyed, with what dies with it.

    Attributes:
        plan: The step that made it, as it is now.
        lines: What exists: the thing itself first, then what is inside.
        protected_as: What must be named so that it dies; empty for nothing.
        unseen: Steps inside that could not be looked at, and why.
    """

    plan: StepPlan
    lines: tuple[Change, ...]
    protected_as: str
    unseen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Doomed:
    """What a teardown would do.

    Attributes:
        owners: What dies, in the order of dying.
        kept: What stays because it is protected and was not named.
    """

    owners: tuple[Owner, ...]
    kept: tuple[Owner, ...]

    @property
    def lines(self) -> tuple[Change, ...]:
        """Everything that dies, in the order of dying."""
        return tuple(line for owner in self.owners for line in owner.lines)


@dataclass(frozen=True, slots=True)
class TeardownResult:
    """What became of a teardown.

    Attributes:
        destroyed: Steps whose things are proven to be gone.
        kept: What is left on purpose.
        error: Why it stopped; the same command goes on.
    """

    run: str
    destroyed: tuple[str, ...] = ()
    kept: tuple[Owner, ...] = ()
    error: LaunchbookError | None = None
    ledger_head: str = ""

    @property
    def exit_status(self) -> int:
        """The exit status of the command."""
        return 0 if self.error is None else self.error.exit_status


class Teardown:
    """Looks at what exists, and destroys it.

    Args:
        bench: What the run works with.
        graph: The entries of all of the environment's playbooks.
        included: Protected kinds that were named, as ``database``.
    """

    def __init__(self, bench: Bench, graph: Graph, included: Collection[str]) -> None:
        self._bench = bench
        self._graph = graph
        self._included = frozenset(included)
        self._planner = Planner(bench)

    def look(self) -> Doomed:
        """Return what exists and would die; nothing is written.

        Raises:
            InputError: A kind was named that nothing is protected as.
            ProviderError: A platform cannot be asked.
        """
        plans, unseen = self._plans()
        owners = [
            self._owner(plan, plan.step, plans, unseen)
            for plan in reversed(plans.values())
            if isinstance(plan.step, Destroyable) and _existing(plan)
        ]
        self._require_known()
        dying = [o for o in owners if o.protected_as in {"", *self._included}]
        return Doomed(
            tuple(dying), tuple(owner for owner in owners if owner not in dying)
        )

    def execute(
        self, scribe: Scribe, overrides: Sequence[Override] = ()
    ) -> TeardownResult:
        """Destroy everything, one after the other, and look again at the end.

        What goes wrong is in the result, unless it is a bug.
        """
        destroyed: list[str] = []
        kept: tuple[Owner, ...] = ()
        error: LaunchbookError | None = None
        try:
            doomed = self.look()
            kept = doomed.kept
            words = [f"delete {line.kind} {line.name}" for line in doomed.lines]
            evidence = {
                "event": "teardown-started",
                "changes": words,
                "included": sorted(self._included),
                "overrides": [{"name": o.name, "reason": o.reason} for o in overrides],
            }
            scribe.write(scribe.run_entry(Phase.PLANNED, evidence))
            for owner in doomed.owners:
                self._destroy(owner, scribe)
                destroyed.append(owner.plan.id)
            _require_nothing(self.look())
        except LaunchbookError as failure:
            error = failure
        phase = Phase.VERIFIED if error is None else Phase.FAILED
        ended: dict[str, object] = {
            "event": "teardown-finished",
            "destroyed": destroyed,
        }
        if error is not None:
            ended["error"] = described(error)
        scribe.write(scribe.run_entry(phase, ended))
        return TeardownResult(self._bench.run, tuple(destroyed), kept, error)

    # --- looking -------------------------------------------------------------

    def _plans(self) -> tuple[dict[str, StepPlan], dict[str, str]]:
        """The plan of each step in order, and why some could not be made."""
        plans: dict[str, StepPlan] = {}
        unseen: dict[str, str] = {}
        for name in _in_order(self._graph):
            outputs = {each: plan.planned.outputs for each, plan in plans.items()}
            try:
                plan = self._planner.plan_step(self._graph.entries[name], outputs)
                plans[name] = self._recalled(plan)
            except LaunchbookError as error:
                if self._is_owner(name):
                    raise
                # A lost secret or a broken file must not keep the rest alive.
                unseen[name] = error.message
        return plans, unseen

    def _recalled(self, plan: StepPlan) -> StepPlan:
        """A step whose inputs are gone, by what it was proven with last."""
        prior = self._bench.memory.latest(plan.id)
        if (
            plan.unknown is None
            or prior is None
            or not isinstance(plan.step, Recalling)
        ):
            return plan
        inputs = plan.step.recall(prior)
        if inputs is None:
            return plan
        return self._planner.look(plan.entry, plan.step, inputs, prior.inputs_digest)

    def _is_owner(self, name: str) -> bool:
        uses = self._graph.entries[name].uses
        return isinstance(self._bench.kit.steps(uses), Destroyable)

    def _owner(
        self,
        plan: StepPlan,
        step: Destroyable,
        plans: Mapping[str, StepPlan],
        unseen: Mapping[str, str],
    ) -> Owner:
        inside = [name for name in self._graph.entries if self._is_inside(name, plan)]
        lines = [
            line
            for each in (plan, *(plans[name] for name in inside if name in plans))
            for line in _existing(each)
        ]
        return Owner(
            plan,
            tuple(Change(Action.DELETE, line.kind, line.name) for line in lines),
            step.protected_as,
            tuple(f"{name}: {unseen[name]}" for name in inside if name in unseen),
        )

    def _is_inside(self, name: str, owner: StepPlan) -> bool:
        """Whether a step works on an owner's platform and, in the end, on it."""
        entry = self._graph.entries[name]
        is_same_platform = _platform(entry.uses) == _platform(owner.entry.uses)
        return name != owner.id and is_same_platform and owner.id in self._above(name)

    def _above(self, name: str) -> set[str]:
        """The steps of the same platform that one names in its inputs, and theirs.

        What it needs by way of variables, as another app's address, owns nothing
        of it.
        """
        entries = self._graph.entries
        found: set[str] = set()
        waiting = [name]
        while waiting:
            entry = entries[waiting.pop()]
            named = set(_REFERENCE.findall(json.dumps(dict(entry.inputs), default=str)))
            below = {
                each
                for each in (named & entries.keys()) - found
                if _platform(entries[each].uses) == _platform(entry.uses)
            }
            found |= below
            waiting += below
        return found

    def _require_known(self) -> None:
        known = {
            step.protected_as
            for entry in self._graph.entries.values()
            if isinstance(step := self._bench.kit.steps(entry.uses), Destroyable)
        } - {""}
        for name in sorted(self._included - known):
            raise InputError(
                f"nothing is protected as {name!r}",
                hint=f"Name some of {', '.join(sorted(known))} after --include.",
            )

    # --- destroying ----------------------------------------------------------

    def _destroy(self, owner: Owner, scribe: Scribe) -> None:
        """Record the intent, destroy, wait until it is gone, record that."""
        plan = owner.plan
        self._bench.interruption.check()
        words = [f"delete {line.kind} {line.name}" for line in owner.lines]
        self._bench.announcer.tell(
            EventKind.STEP_STARTED, plan.id, data={"changes": words}
        )
        evidence = {"event": "destroy", "changes": words}
        scribe.write(scribe.entry(plan, Phase.APPLYING, evidence=evidence))
        try:
            self._destroyer(plan)(plan.inputs, plan.facts, plan.context)
            self._wait_until_gone(plan)
        except LaunchbookError as error:
            failed = {"event": "destroy", "error": described(error)}
            scribe.write(scribe.entry(plan, Phase.FAILED, evidence=failed))
            raise
        gone = {"event": "destroyed", "changes": words}
        scribe.write(scribe.entry(plan, Phase.VERIFIED, evidence=gone))
        self._bench.announcer.tell(
            EventKind.STEP_CHANGED, plan.id, data={"changes": words}
        )

    def _destroyer(self, plan: StepPlan) -> Callable[..., None]:
        step = plan.step
        if not isinstance(step, Destroyable):
            msg = f"{plan.id} cannot be destroyed"
            raise TypeError(msg)
        return step.destroy

    def _wait_until_gone(self, plan: StepPlan) -> None:
        """Look until the platform does not list it any more."""

        def remaining() -> Sequence[Change]:
            facts = plan.step.facts(plan.inputs, plan.context)
            return _mortal(plan, plan.step.plan(plan.inputs, facts, None).changes)

        until(
            remaining,
            lambda lines: not lines,
            clock=plan.context.clock,
            deadline_seconds=GONE_SECONDS,
            what=f"{plan.entry.uses} {plan.id} to be gone",
        )


def _require_nothing(left: Doomed) -> None:
    """Refuse to call it done while something is still listed."""
    if left.owners:
        names = ", ".join(f"{line.kind} {line.name}" for line in left.lines)
        raise VerificationFailed(
            f"still there after everything was deleted: {names}",
            hint="Run the same command again; it looks first.",
        )


def _existing(plan: StepPlan) -> list[Change]:
    """What of a step's resources exists now and would die."""
    if plan.step.is_check or plan.unknown is not None:
        return []
    return _mortal(plan, plan.planned.changes)


def _mortal(plan: StepPlan, changes: Sequence[Change]) -> list[Change]:
    """The lines about what is there, but for what the step spares."""
    step = plan.step
    return [
        line
        for line in changes
        if line.action not in _ABSENT
        and not (isinstance(step, Sparing) and step.spares(line))
    ]


def _platform(uses: str) -> str:
    """The platform that a step works on, as ``railway``."""
    return uses.partition(".")[0]


def _in_order(graph: Graph) -> list[str]:
    """The entries so that each comes after those that it depends on."""
    left = list(graph.entries)
    found: list[str] = []
    while left:
        ready = [name for name in left if graph.dependencies[name] <= set(found)]
        found += ready
        left = [name for name in left if name not in ready]
    return found
