"""The engine: plans and runs the entries of a playbook."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from launchbook.engine.announcer import Announcer
from launchbook.engine.graph import build_graph
from launchbook.engine.guard import Guard
from launchbook.engine.interruption import Interruption
from launchbook.engine.memory import Memory
from launchbook.engine.override import EVENT as OVERRIDE_EVENT
from launchbook.engine.override import Overrides, require_known
from launchbook.engine.planner import Bench, Planner
from launchbook.engine.run import Run, Terms, plan_of
from launchbook.engine.scribe import Scribe, described
from launchbook.engine.teardown import Teardown
from launchbook.errors import LaunchbookError, LedgerError
from launchbook.ledger.identifier import new_id
from launchbook.model.event import EventKind
from launchbook.model.playbook import OnFailure
from launchbook.model.record import Phase

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from launchbook.engine.graph import Graph
    from launchbook.engine.override import Override
    from launchbook.engine.plan import Plan
    from launchbook.engine.result import RunResult
    from launchbook.engine.saved import SavedPlan
    from launchbook.engine.setting import Kit, Setting
    from launchbook.engine.teardown import Doomed, TeardownResult
    from launchbook.ledger.history import History
    from launchbook.ledger.ledger import Ledger
    from launchbook.ledger.lock import Taken
    from launchbook.model.playbook import PlaybookEntry


class Engine:
    """Facts, plan, guard, apply, verify. The only writer of the ledger.

    Args:
        setting: Where, with what, and how.
        kit: Steps, resolver, clock, listener.
        ledger: Where runs are recorded; None is enough for ``plan``.
        history: What ``plan`` remembers when there is no ``ledger``.
    """

    def __init__(
        self,
        setting: Setting,
        kit: Kit,
        *,
        ledger: Ledger | None = None,
        history: History | None = None,
    ) -> None:
        self._setting = setting
        self._kit = kit
        self._ledger = ledger
        self._history = ledger.history if ledger is not None else history

    def plan(self, entries: Sequence[PlaybookEntry]) -> Plan:
        """Return what a run would do; writes nothing anywhere and takes no lock.

        Raises:
            UsageError: The playbook or an input is wrong.
            ProviderError: A platform cannot be asked.
            KeyboardInterrupt: A person stopped it.
        """
        graph = self._graph(entries)
        bench = self._bench()
        with bench.interruption.watching():
            plan = plan_of(bench, Planner(bench).plan_all(graph))
        lines = {"changes": plan.lines_as_json(), "counts": plan.counts}
        bench.announcer.tell(EventKind.PLAN_READY, data=lines)
        return plan

    def run(
        self,
        entries: Sequence[PlaybookEntry],
        *,
        on_failure: OnFailure = OnFailure.KEEP,
        saved: SavedPlan | None = None,
        overrides: Sequence[Override] = (),
        is_observing: bool = False,
    ) -> RunResult:
        """Bring the platforms to what the entries say.

        Args:
            entries: Of the playbook and all that it needs, in file order.
            on_failure: Keep what was verified, or reverse what the run wrote.
            saved: Apply exactly this plan.
            overrides: Guards that this run may pass.
            is_observing: Write nothing to the platforms: record what is as desired,
                and tell what differs.

        Returns:
            What became of it. What went wrong once the lock was held is its
            ``error``; Ctrl-C is its ``is_interrupted``.

        Raises:
            UsageError: Entries or overrides are wrong; nothing was started.
            LockHeld: Another run changes the environment.
            LedgerError: The ledger cannot be used; nothing was started.
        """
        if self._ledger is None:
            msg = "a run needs a ledger"
            raise ValueError(msg)
        require_known(overrides, self._setting.overridable)
        graph = self._graph(entries)
        guard = Guard(overrides, is_weighing=self._setting.is_weighing)
        terms = Terms(guard, on_failure, saved, is_observing)
        bench = self._bench(overrides)
        with (
            bench.interruption.watching(),
            self._leased(self._ledger, bench.run) as taken,
        ):
            return Run(bench, self._ledger, taken, terms).execute(graph)

    def note(self, evidence: Mapping[str, object]) -> str:
        """Record what a person states about the environment; return the run's id.

        Raises:
            LockHeld: Another run changes the environment.
            LedgerError: It cannot be recorded.
        """
        if self._ledger is None:
            msg = "a statement needs a ledger"
            raise ValueError(msg)
        bench = self._bench()
        with self._leased(self._ledger, bench.run, is_queued=False) as taken:
            scribe = Scribe(bench, self._ledger.journal, taken.lease)
            scribe.write(scribe.run_entry(Phase.VERIFIED, evidence))
            self._ledger.anchor()
        return bench.run

    def act(
        self, intent: Mapping[str, object], deed: Callable[[], Mapping[str, object]]
    ) -> str:
        """Do one thing that no step does, between its intent and its proof.

        Args:
            intent: What the ledger says beforehand; ``event`` tells its kind.
            deed: Does it, proves it, and returns what the ledger says afterwards.

        Returns:
            The run's id.

        Raises:
            LockHeld: Another run changes the environment.
            LedgerError: It cannot be recorded.
            LaunchbookError: What ``deed`` raises; it is recorded too.
        """
        if self._ledger is None:
            msg = "a deed needs a ledger"
            raise ValueError(msg)
        bench = self._bench()
        with self._leased(self._ledger, bench.run, is_queued=False) as taken:
            scribe = Scribe(bench, self._ledger.journal, taken.lease)
            scribe.write(scribe.run_entry(Phase.PLANNED, intent))
            try:
                proof = deed()
            except LaunchbookError as error:
                told = {**intent, "error": described(error)}
                scribe.write(scribe.run_entry(Phase.FAILED, told))
                raise
            scribe.write(scribe.run_entry(Phase.VERIFIED, {**intent, **proof}))
            self._ledger.anchor()
        return bench.run

    def doomed(
        self, entries: Sequence[PlaybookEntry], included: Collection[str]
    ) -> Doomed:
        """Return what a teardown would destroy; writes nothing and takes no lock.

        Raises:
            InputError: A kind was named that nothing is protected as.
            ProviderError: A platform cannot be asked.
        """
        bench = self._bench()
        with bench.interruption.watching():
            return Teardown(bench, self._graph(entries), included).look()

    def tear_down(
        self,
        entries: Sequence[PlaybookEntry],
        included: Collection[str],
        *,
        overrides: Sequence[Override] = (),
    ) -> TeardownResult:
        """Destroy what exists and prove that it is gone; the same call goes on.

        Args:
            entries: Of all the environment's playbooks, in file order.
            included: Protected kinds that die too.
            overrides: What a person named so that this may happen, for the ledger.

        Raises:
            InputError: A kind was named that nothing is protected as.
            LockHeld: Another run changes the environment.
            LedgerError: The ledger cannot be used; nothing was started.
        """
        if self._ledger is None:
            msg = "a teardown needs a ledger"
            raise ValueError(msg)
        bench = self._bench()
        with (
            bench.interruption.watching(),
            self._leased(self._ledger, bench.run) as taken,
        ):
            scribe = Scribe(bench, self._ledger.journal, taken.lease)
            teardown = Teardown(bench, self._graph(entries), included)
            result = teardown.execute(scribe, overrides)
            return replace(result, ledger_head=str(self._ledger.anchor()))

    def _graph(self, entries: Sequence[PlaybookEntry]) -> Graph:
        """The entries, connected by their references."""
        resolver = self._kit.resolver
        # A command about a part of a playbook leaves its gates out.
        present = {entry.id for entry in entries}
        return build_graph(
            entries,
            lambda entry: (
                resolver.dependencies(dict(entry.inputs), entry.locate)
                | (entry.after & present)
            ),
        )

    def _bench(self, overrides: Sequence[Override] = ()) -> Bench:
        """What one run, or one look, works with."""
        now = self._kit.clock.now()
        run = new_id(now)
        memory = Memory(self._history, self._setting.environment)
        return Bench(
            setting=self._setting,
            kit=self._kit,
            memory=memory,
            announcer=Announcer(self._kit, run),
            interruption=Interruption(),
            run=run,
            overrides=Overrides(
                overrides,
                memory.notes(OVERRIDE_EVENT),
                now=now,
                lifetime_seconds=self._setting.override_seconds,
            ),
        )

    @contextmanager
    def _leased(
        self, ledger: Ledger, run: str, *, is_queued: bool = True
    ) -> Iterator[Taken]:
        """Hold the environment's lock while the block runs.

        What a person states or does by hand is soon over, and may be what those in
        the queue wait for: it does not stand in it.
        """
        reason = f"playbook {self._setting.playbook}"
        taken = ledger.lock.acquire(
            self._setting.environment, run, reason, is_queued=is_queued
        )
        try:
            with ledger.lock.beating(taken.lease):
                yield taken
        finally:
            # A lease that was taken away, or that cannot be written any more, is
            # not worth hiding the run's own end: it expires.
            with suppress(LedgerError):
                ledger.lock.release(taken.lease)
