"""One run under its lease: plan, guard, steps, and the records around them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NoReturn

from launchbook.engine.compensation import Compensation, Remains
from launchbook.engine.observer import Observer
from launchbook.engine.outcome import concluded
from launchbook.engine.plan import Plan
from launchbook.engine.planner import Planner
from launchbook.engine.progress import Progress
from launchbook.engine.result import RunResult
from launchbook.engine.runner import Runner
from launchbook.engine.scribe import Scribe, described
from launchbook.engine.walk import Visit, Walked, walk
from launchbook.errors import LaunchbookError, LedgerError
from launchbook.model.event import EventKind
from launchbook.model.playbook import OnFailure
from launchbook.model.record import Entry, Phase

if TYPE_CHECKING:
    from launchbook.engine.graph import Graph
    from launchbook.engine.guard import Guard
    from launchbook.engine.planner import Bench, StepPlan
    from launchbook.engine.saved import SavedPlan
    from launchbook.ledger.ledger import Ledger
    from launchbook.ledger.lock import Taken


@dataclass(frozen=True, slots=True)
class Terms:
    """What a run was asked for.

    Attributes:
        saved: Do exactly this; None plans freely.
        is_observing: Only look; see ``Observer``.
    """

    guard: Guard
    on_failure: OnFailure
    saved: SavedPlan | None = None
    is_observing: bool = False


class Run:
    """One run; the lease is held while it lives.

    Args:
        bench: What it works with.
        ledger: Where its records go.
        taken: Its lease, and from whom it was taken over.
        terms: What was asked for.
    """

    def __init__(
        self, bench: Bench, ledger: Ledger, taken: Taken, terms: Terms
    ) -> None:
        self._bench = bench
        self._ledger = ledger
        self._taken = taken
        self._terms = terms
        self._scribe = Scribe(bench, ledger.journal, taken.lease)
        self._tell = bench.announcer.tell
        self._began = bench.kit.clock.monotonic()

    def execute(self, graph: Graph) -> RunResult:
        """Plan and carry out; what goes wrong is in the result, unless it is a bug."""
        self._announce()
        progress = Progress({})
        try:
            self._prepare(graph, progress)
        except KeyboardInterrupt:
            walked = Walked((), (), {}, tuple(graph.entries), is_interrupted=True)
        except Exception as error:  # noqa: BLE001 - recorded, then raised again if it is not ours
            walked = Walked(
                (), (), {"": error}, tuple(graph.entries), is_interrupted=False
            )
        else:
            walked = self._walk(graph, progress)
        return self._conclude(walked, progress)

    # --- before the first step -----------------------------------------------

    def _announce(self) -> None:
        """Say that the run begins, and whose lock it took over."""
        setting, before = self._bench.setting, self._taken.from_whom
        message = ""
        if before is not None:
            message = (
                f"took over the lock of {before.holder} (run {before.run}): "
                f"{'it is dead' if self._taken.why == 'dead' else 'its lease expired'}"
            )
        data = {
            "environment": setting.environment,
            "platforms": setting.platforms,
            "playbook": setting.playbook,
            **self._took_over(),
        }
        self._tell(EventKind.RUN_STARTED, message=message, data=data)

    def _took_over(self) -> dict[str, object]:
        before = self._taken.from_whom
        if before is None:
            return {}
        return {"took_over": {**before.as_json(), "why": self._taken.why}}

    def _prepare(self, graph: Graph, progress: Progress) -> None:
        """Look at everything, weigh it, and record that the run begins."""
        progress.plans.update(Planner(self._bench).plan_all(graph))
        plan = plan_of(self._bench, progress.plans)
        self._bench.whole.plan = plan
        told = {"changes": plan.lines_as_json(), "counts": plan.counts}
        self._tell(EventKind.PLAN_READY, data=told)
        progress.fresh = self._fresh(graph)
        if self._terms.saved is not None:
            self._terms.saved.require(plan)
        # A run that writes nothing may see any difference.
        lines = [] if self._terms.is_observing else progress.lines()
        used = self._terms.guard.check(lines)
        overrides = [] if used is None else [{"name": used.name, "reason": used.reason}]
        progress.overridden.update(str(each["name"]) for each in overrides)
        evidence = {
            "event": "run-started",
            "is_observing": self._terms.is_observing,
            "playbook": self._bench.setting.playbook,
            "platforms": self._bench.setting.platforms,
            "plan": plan.digest,
            "counts": plan.counts,
            "overrides": overrides,
            **self._took_over(),
        }
        self._scribe.write(self._scribe.run_entry(Phase.PLANNED, evidence))
        self._ledger.anchor()

    def _fresh(self, graph: Graph) -> frozenset[str]:
        """Steps about what an unfinished run of ours made, and that were never verified.

        A run that continues one that was cut off finds much of what it sets up at its
        defaults: that is not a change of what exists, and the guard does not weigh it.
        """
        memory = self._bench.memory
        made = {name for name in graph.entries if memory.has_made(name)}
        return frozenset(
            name
            for name in graph.entries
            if memory.latest(name) is None and made & {name, *graph.dependencies[name]}
        )

    def _walk(self, graph: Graph, progress: Progress) -> Walked:
        """Carry out the steps."""
        kind = Observer if self._terms.is_observing else Runner
        runner = kind(
            self._bench,
            self._scribe,
            self._terms.guard,
            progress,
            is_fixed=self._terms.saved is not None,
        )

        def visit(name: str) -> Visit:
            return runner.visit(name, graph.dependencies[name])

        return walk(
            graph,
            visit,
            workers=self._bench.setting.workers,
            interruption=self._bench.interruption,
        )

    # --- after the last step -------------------------------------------------

    def _conclude(self, walked: Walked, progress: Progress) -> RunResult:
        """Take back or keep, record, report; raise what is not ours."""
        for name in walked.skipped if progress.plans else ():
            self._tell(EventKind.STEP_SKIPPED, name)
        remains = self._remains(walked, progress)
        result = self._result(walked, progress, remains)
        result = self._finish(result, walked, progress)
        self._tell(EventKind.RUN_FINISHED, data=self._summary(result))
        bugs = [e for e in walked.failures.values() if not _is_ours(e)]
        if bugs:
            _raise_bug(bugs[0], walked)
        return result

    def _remains(self, walked: Walked, progress: Progress) -> Remains:
        """What a failed run leaves; an interrupted one is continued, not reversed."""
        if not walked.failures:
            return Remains()
        compensation = Compensation(self._bench, self._scribe, progress)
        is_reversed = self._terms.on_failure is OnFailure.COMPENSATE
        if is_reversed and not walked.is_interrupted:
            return compensation.take_back()
        return compensation.keep()

    def _result(
        self, walked: Walked, progress: Progress, remains: Remains
    ) -> RunResult:
        """Count what became of the steps."""
        clock = self._bench.kit.clock
        return RunResult(
            run=self._bench.run,
            changed=tuple(n for n in walked.done if n in progress.changed),
            unchanged=tuple(n for n in walked.done if n not in progress.changed),
            failed=tuple(name for name in walked.failures if name),
            waiting=tuple(n for n in walked.held if n not in progress.differing),
            skipped=walked.skipped,
            taken_back=remains.taken_back,
            seconds=clock.monotonic() - self._began,
            error=_error_of(walked, remains),
            is_interrupted=walked.is_interrupted,
            outputs=progress.known_outputs(),
            overrides=self._bench.overrides.used,
            differing=dict(progress.differing),
        )

    def _finish(
        self, result: RunResult, walked: Walked, progress: Progress
    ) -> RunResult:
        """Write the run's last records and note the head."""
        entry = self._last_entry(result, walked, progress)
        try:
            self._scribe.write(*progress.pending_entries, entry)
        except LedgerError as error:
            # The first thing that went wrong is the one to tell about.
            result = replace(result, error=result.error or error)
        with suppress(LedgerError):
            result = replace(result, ledger_head=str(self._ledger.anchor()))
        return result

    def _last_entry(
        self, result: RunResult, walked: Walked, progress: Progress
    ) -> Entry:
        """The run's last word."""
        error = result.error or next(iter(walked.failures.values()), None)
        evidence: dict[str, object] = {
            "event": "run-finished",
            "playbook": self._bench.setting.playbook,
            **result.as_json(),
            "changed_steps": list(result.changed),
            "checks": {name: dict(e) for name, e in progress.evidence.items()},
        }
        if error is not None:
            evidence["error"] = described(error)
        return self._scribe.run_entry(_phase_of(result, walked), evidence)

    def _summary(self, result: RunResult) -> dict[str, object]:
        setting = self._bench.setting
        where = {"environment": setting.environment, "platforms": setting.platforms}
        return {**result.as_json(), **where, "playbook": setting.playbook}


def plan_of(bench: Bench, plans: dict[str, StepPlan]) -> Plan:
    """Return the plan of all steps as one value."""
    setting = bench.setting
    circumstances = {
        "tool_version": setting.tool_version,
        "environment": setting.environment,
        "platforms": setting.platforms,
        "playbook": setting.playbook,
        "playbook_digest": setting.playbook_digest,
        "inventory_digest": setting.inventory_digest,
    }
    steps = tuple(each.as_planned() for each in plans.values())
    return Plan(circumstances, steps, setting.fingerprint_key)


def _is_ours(error: BaseException) -> bool:
    return isinstance(error, LaunchbookError)


def _error_of(walked: Walked, remains: Remains) -> LaunchbookError | None:
    """The first failure, with what stands and what else failed."""
    ours = [e for e in walked.failures.values() if isinstance(e, LaunchbookError)]
    if not ours:
        return None
    first, *others = ours
    if others:
        first.details["also_failed"] = [each.message for each in others]
    return concluded(first, stands=remains.stands, taken_back=remains.taken_back)


def _phase_of(result: RunResult, walked: Walked) -> Phase:
    """The run's phase, as its last record says it."""
    if walked.failures:
        is_reversed = result.error is not None and result.error.code == "run-taken-back"
        return Phase.COMPENSATED if is_reversed else Phase.FAILED
    is_whole = not (result.is_interrupted or result.waiting or result.differing)
    return Phase.VERIFIED if is_whole else Phase.PAUSED


def _raise_bug(error: BaseException, walked: Walked) -> NoReturn:
    """Raise what is not ours as it is, with the name of its step."""
    name = next(name for name, each in walked.failures.items() if each is error)
    error.add_note(f"in step {name}" if name else "before the first step")
    raise error
