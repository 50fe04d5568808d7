"""The planner: facts and plan of every step, before anything is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from launchbook.digest import digest
from launchbook.engine.interruption import InterruptibleClock
from launchbook.engine.plan import PlannedStep
from launchbook.engine.step import Context
from launchbook.engine.walk import Visit, walk
from launchbook.errors import UsageError
from launchbook.model.change import Action, Change, Planned, Unknown
from launchbook.model.event import EventKind
from launchbook.redact import fingerprint, sealed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from launchbook.engine.announcer import Announcer
    from launchbook.engine.graph import Graph
    from launchbook.engine.interruption import Interruption
    from launchbook.engine.memory import Memory
    from launchbook.engine.override import Overrides
    from launchbook.engine.plan import Plan
    from launchbook.engine.setting import Kit, Setting
    from launchbook.engine.step import Prior, Step, Verified
    from launchbook.model.playbook import PlaybookEntry


@dataclass(frozen=True, slots=True)
class StepPlan:
    """One step, looked at: what it was asked, what it saw, what it would do.

    Attributes:
        inputs: The step's own dataclass; None while an input is unknown.
        inputs_digest: Digest of the sealed inputs; empty while one is unknown.
        unknown: The first output that is missing; None when all are known.
    """

    entry: PlaybookEntry
    step: Step
    inputs: object
    inputs_digest: str
    facts: object
    planned: Planned
    context: Context
    unknown: Unknown | None = None

    @property
    def id(self) -> str:
        """The entry's id."""
        return self.entry.id

    @property
    def is_pending(self) -> bool:
        """Whether the step has something to write, or may have."""
        return self.planned.is_pending

    def as_planned(self) -> PlannedStep:
        """Return the step's part of the plan."""
        return PlannedStep(
            id=self.entry.id,
            uses=self.entry.uses,
            inputs_digest=self.inputs_digest,
            changes=self.planned.changes,
            outputs=self.planned.outputs,
        )


@dataclass(slots=True)
class Whole:
    """What steps may know that are about the whole run.

    Attributes:
        plan: None while it is made.
        checked: By id, what checks of this run have proven so far.
    """

    plan: Plan | None = None
    checked: dict[str, Verified] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bench:
    """What one run works with; made once a run."""

    setting: Setting
    kit: Kit
    memory: Memory
    announcer: Announcer
    interruption: Interruption
    run: str
    overrides: Overrides
    whole: Whole = field(default_factory=Whole)

    def context(self, entry: PlaybookEntry, inputs_digest: str) -> Context:
        """Return what a step's verbs are given beside its inputs."""
        key = self.setting.fingerprint_key

        def progress(message: str) -> None:
            self.interruption.check()
            self.announcer.tell(EventKind.STEP_PROGRESS, entry.id, message)

        def say(message: str) -> None:
            told = {"is_note": True}
            self.announcer.tell(EventKind.STEP_PROGRESS, entry.id, message, told)

        identity = [
            self.setting.platforms,
            self.setting.environment,
            entry.id,
            entry.uses,
            inputs_digest,
        ]
        return Context(
            environment=self.setting.environment,
            run=self.run,
            step=entry.id,
            clock=InterruptibleClock(self.kit.clock, self.interruption),
            history=self.memory,
            progress=progress,
            fingerprint=lambda text: fingerprint(key, text),
            idempotency_key=digest(identity)[:32],
            overrides=self.overrides,
            is_asserting=self.setting.is_asserting,
            say=say,
            plan=lambda: self.whole.plan,
            checked=self.whole.checked.copy,
        )


class Planner:
    """Looks at steps; the same way for ``--check``, before a run, and within it."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def plan_all(self, graph: Graph) -> dict[str, StepPlan]:
        """Look at every step, those without dependencies side by side.

        Raises:
            LaunchbookError: The first one's; nothing was written.
            KeyboardInterrupt: A person stopped it.
        """
        plans: dict[str, StepPlan] = {}
        guard = Lock()

        def visit(name: str) -> Visit:
            with guard:
                outputs = {each: plan.planned.outputs for each, plan in plans.items()}
            plan = self.plan_step(graph.entries[name], outputs)
            with guard:
                plans[name] = plan
            return Visit.DONE

        walked = walk(
            graph,
            visit,
            workers=self._bench.setting.workers,
            interruption=self._bench.interruption,
        )
        if walked.failures:
            raise next(iter(walked.failures.values()))
        self._bench.interruption.check()
        return {name: plans[name] for name in graph.entries}

    def plan_step(
        self, entry: PlaybookEntry, outputs: Mapping[str, Mapping[str, object]]
    ) -> StepPlan:
        """Resolve a step's inputs, read its facts, and compare.

        Raises:
            UsageError: The step does not exist, or an input is wrong.
            ProviderError: The platform cannot be asked.
        """
        try:
            step = self._bench.kit.steps(entry.uses)
            resolved = self._resolved(entry, outputs)
            unknown = next(unknowns(resolved), None)
            if unknown is not None:
                return self._unknowable(entry, step, unknown)
            inputs = self._bench.kit.inputs(entry, resolved)
        except UsageError as error:
            raise _located(error, entry) from error
        return self.look(entry, step, inputs, self._digest(resolved))

    def look(
        self, entry: PlaybookEntry, step: Step, inputs: object, inputs_digest: str
    ) -> StepPlan:
        """Facts, then plan."""
        self._bench.interruption.check()
        context = self._bench.context(entry, inputs_digest)
        facts = step.facts(inputs, context)
        prior: Prior | None = self._bench.memory.latest(entry.id)
        return StepPlan(
            entry=entry,
            step=step,
            inputs=inputs,
            inputs_digest=inputs_digest,
            facts=facts,
            planned=step.plan(inputs, facts, prior),
            context=context,
        )

    def _unknowable(
        self, entry: PlaybookEntry, step: Step, unknown: Unknown
    ) -> StepPlan:
        """The plan of a step whose inputs are not all known; a check writes nothing."""
        reason = f"because of step {unknown.step}"
        change = Change(Action.UNKNOWN, entry.uses, entry.id, reason=reason)
        return StepPlan(
            entry=entry,
            step=step,
            inputs=None,
            inputs_digest="",
            facts=None,
            planned=Planned(() if step.is_check else (change,)),
            context=self._bench.context(entry, ""),
            unknown=unknown,
        )

    def _resolved(
        self, entry: PlaybookEntry, outputs: Mapping[str, Mapping[str, object]]
    ) -> dict[str, object]:
        """The inputs with every reference replaced."""
        resolver = self._bench.kit.resolver
        resolved = resolver.resolve(dict(entry.inputs), outputs, entry.locate)
        if not isinstance(resolved, dict):
            msg = f"the inputs of {entry.id} did not resolve to a mapping"
            raise TypeError(msg)
        return resolved

    def _digest(self, resolved: object) -> str:
        """Digest of inputs whose secrets are fingerprints."""
        return digest(sealed(self._bench.setting.fingerprint_key, resolved))


def unknowns(value: object) -> Iterator[Unknown]:
    """Yield every unknown inside a JSON-like value."""
    if isinstance(value, Unknown):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from unknowns(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from unknowns(item)


def _located(error: UsageError, entry: PlaybookEntry) -> UsageError:
    """Let an error that points nowhere point at the step's entry."""
    if error.location is not None:
        return error
    return type(error)(
        f"step {entry.id!r}: {error.message}",
        hint=error.hint,
        location=entry.location,
        details=error.details,
    )
