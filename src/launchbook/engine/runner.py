"""The runner: one step after its dependencies, intent before effect."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from launchbook.digest import canonical
from launchbook.engine.override import evidence_of
from launchbook.engine.planner import Planner, StepPlan
from launchbook.engine.scribe import described, pending_lines
from launchbook.engine.step import Verified, Waiting
from launchbook.engine.walk import Visit
from launchbook.errors import LedgerError, PlaybookError, StalePlan
from launchbook.model.event import EventKind
from launchbook.model.record import Entry, Phase, Record, time_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.engine.guard import Guard
    from launchbook.engine.planner import Bench
    from launchbook.engine.progress import Progress
    from launchbook.engine.scribe import Scribe
    from launchbook.model.change import Change


class Runner:
    """Carries steps out. ``visit`` is what the workers call.

    Args:
        bench: What the run works with.
        scribe: Writes the records.
        guard: Weighs what becomes known while the run goes on.
        progress: What the run has done so far.
        is_fixed: A saved plan is applied: nothing else may be done.
    """

    def __init__(
        self,
        bench: Bench,
        scribe: Scribe,
        guard: Guard,
        progress: Progress,
        *,
        is_fixed: bool,
    ) -> None:
        self._bench = bench
        self._scribe = scribe
        self._guard = guard
        self._progress = progress
        self._is_fixed = is_fixed
        self._planner = Planner(bench)
        self._tell = bench.announcer.tell

    def visit(self, name: str, dependencies: frozenset[str]) -> Visit:
        """Carry one step out, from the look at its plan to its record."""
        plan = self._current(name, dependencies)
        unfinished = self._bench.memory.unfinished(name)
        if unfinished is not None:
            self._tell_continued(plan, unfinished)
        if plan.is_pending:
            return self._carry_out(plan)
        if plan.step.is_check or unfinished is not None:
            return self._confirm(plan)
        self._settle(plan, Verified(plan.planned.outputs))
        return Visit.DONE

    # --- the plan, again where something moved -------------------------------

    def _current(self, name: str, dependencies: frozenset[str]) -> StepPlan:
        """The step's plan as it is now; read again when something before it moved."""
        plan = self._progress.plans[name]
        if plan.unknown is None and not dependencies & self._progress.moved:
            return plan
        again = self._planner.plan_step(plan.entry, self._progress.known_outputs())
        if again.unknown is not None:
            _refuse_unknown(again, self._progress.outputs[again.unknown.step])
        if self._is_fixed and plan.unknown is None:
            _refuse_other(plan, again)
        is_same = not again.is_pending and again.planned.outputs == plan.planned.outputs
        with self._progress.lock:
            self._progress.renew(again)
            if not is_same:
                self._progress.moved.add(name)
        return again

    def _pass_guard(self) -> None:
        """Weigh the whole plan as it is known now; record an override once."""
        with self._progress.lock:
            used = self._guard.check(self._progress.lines())
            if used is None or used.name in self._progress.overridden:
                return
            self._progress.overridden.add(used.name)
        evidence = {"event": "override", "name": used.name, "reason": used.reason}
        self._scribe.write(self._scribe.run_entry(Phase.PLANNED, evidence))

    def _tell_continued(self, plan: StepPlan, record: Record) -> None:
        """Say that an earlier run left this step unfinished."""
        self._tell(
            EventKind.STEP_PROGRESS,
            plan.id,
            f"run {record.run} left this step in phase {record.phase}; looked it up "
            "again",
            {
                "resumed": True,
                "earlier_run": record.run,
                "earlier_phase": str(record.phase),
                "earlier_at": time_text(record.at),
            },
        )

    # --- a step with nothing to write ----------------------------------------

    def _confirm(self, plan: StepPlan) -> Visit:
        """Verify a check, or what an earlier run wrote and did not verify."""
        self._tell(EventKind.STEP_STARTED, plan.id)
        try:
            verified = plan.step.verify(plan.inputs, plan.context)
        except BaseException as error:
            self._note_failure(plan, error)
            raise
        if isinstance(verified, Waiting):
            return self._pause(plan, verified)
        self._record_overrides()
        self._settle(plan, verified)
        return Visit.DONE

    def _record_overrides(self) -> None:
        """Record what somebody let pass, before anything follows from it."""
        for each in self._bench.overrides.take_new():
            with self._progress.lock:
                self._progress.overridden.add(each.name)
            entry = self._scribe.run_entry(Phase.PLANNED, evidence_of(each))
            self._scribe.write(entry)

    def _settle(self, plan: StepPlan, verified: Verified) -> None:
        """Take note of a step that wrote nothing; a record only if it says more."""
        entry = self._scribe.entry(
            plan,
            Phase.VERIFIED,
            outputs=verified.outputs,
            evidence=verified.evidence or {"found": "as desired"},
        )
        is_known = self._is_remembered(entry)
        with self._progress.lock:
            self._progress.put_out(plan.id, verified.outputs)
            if plan.step.is_check:
                self._progress.evidence[plan.id] = entry.evidence
                self._bench.whole.checked[plan.id] = verified
            if not is_known:
                self._progress.pending_entries.append(entry)
        self._tell(EventKind.STEP_UNCHANGED, plan.id)

    def _is_remembered(self, entry: Entry) -> bool:
        """Whether the ledger already says all this of the step, as its last word."""
        if self._bench.memory.unfinished(entry.step) is not None:
            return False
        prior = self._bench.memory.latest(entry.step)
        return (
            prior is not None
            and prior.inputs_digest == entry.inputs_digest
            and canonical(prior.outputs) == canonical(entry.outputs)
        )

    # --- a step that writes --------------------------------------------------

    def _carry_out(self, plan: StepPlan) -> Visit:
        """Record the intent, apply, record that, verify, record that."""
        self._bench.interruption.check()
        self._pass_guard()
        self._tell(
            EventKind.STEP_STARTED, plan.id, data={"changes": pending_lines(plan)}
        )
        evidence = {
            **plan.planned.evidence,
            "changes": pending_lines(plan),
            "key": plan.context.idempotency_key,
        }
        self._scribe.write(self._scribe.entry(plan, Phase.APPLYING, evidence=evidence))
        with self._progress.lock:
            self._progress.written[plan.id] = plan
            self._progress.moved.add(plan.id)
        try:
            return self._apply(plan)
        except BaseException as error:
            self._note_failure(plan, error)
            raise

    def _apply(self, plan: StepPlan) -> Visit:
        """The effect, and the proof of it."""
        context = plan.context
        waiting = plan.step.apply(plan.inputs, plan.facts, context)
        if waiting is not None:
            return self._pause(plan, waiting)
        self._scribe.write(self._scribe.entry(plan, Phase.APPLIED))
        with self._progress.lock:
            self._progress.applied.add(plan.id)
        verified = plan.step.verify(plan.inputs, context)
        if isinstance(verified, Waiting):
            return self._pause(plan, verified)
        self._scribe.write(
            self._scribe.entry(
                plan,
                Phase.VERIFIED,
                outputs=verified.outputs,
                evidence=verified.evidence,
            )
        )
        with self._progress.lock:
            self._progress.put_out(plan.id, verified.outputs)
            self._progress.changed.add(plan.id)
        self._tell(
            EventKind.STEP_CHANGED, plan.id, data={"changes": pending_lines(plan)}
        )
        return Visit.DONE

    def _pause(self, plan: StepPlan, waiting: Waiting) -> Visit:
        """Rest in the ledger until somebody looks again."""
        evidence = {
            "reason": waiting.reason,
            "look_again_at": time_text(waiting.look_again_at),
        }
        self._scribe.write(self._scribe.entry(plan, Phase.PAUSED, evidence=evidence))
        self._tell(EventKind.STEP_WAITING, plan.id, waiting.reason, evidence)
        return Visit.HELD

    def _note_failure(self, plan: StepPlan, error: BaseException) -> None:
        """Record how a step ended that did not end well."""
        is_interrupted = isinstance(error, KeyboardInterrupt)
        phase = Phase.PAUSED if is_interrupted else Phase.FAILED
        evidence: dict[str, object] = (
            {"event": "interrupted"} if is_interrupted else {"error": described(error)}
        )
        # What went wrong matters more than that it could not be written down; the
        # record of the intent stands, and the next run looks the step up.
        with suppress(LedgerError):
            self._scribe.write(self._scribe.entry(plan, phase, evidence=evidence))
        if not is_interrupted:
            self._tell(EventKind.STEP_FAILED, plan.id, _message(error), evidence)


def _message(error: BaseException) -> str:
    return str(described(error)["message"])


def _refuse_unknown(plan: StepPlan, known: Mapping[str, object]) -> None:
    """A step was verified and does not have the output that is referred to."""
    unknown = plan.unknown
    name = f"steps.{unknown.step}.outputs.{unknown.output}" if unknown else ""
    raise PlaybookError(
        f"step {plan.id!r} refers to ${{{name}}}, and there is no such output",
        hint=f"Name one of its outputs: {', '.join(sorted(known)) or 'it has none'}.",
        location=plan.entry.location,
    )


def _refuse_other(before: StepPlan, now: StepPlan) -> None:
    """A saved plan said what this step does; it must not become something else."""

    def told(changes: tuple[Change, ...]) -> set[tuple[str, str, str]]:
        return {(str(c.action), c.kind, c.name) for c in changes if c.is_pending}

    for action, kind, name in sorted(
        told(now.planned.changes) - told(before.planned.changes)
    ):
        raise StalePlan(
            f"the saved plan does not hold: {action} {kind} {name}",
            hint="Make a new plan with --check --out FILE, look at it, and apply that.",
        )
