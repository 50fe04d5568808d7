"""The playbook's own checks, run again on any day: what they prove is proven now.

Nothing is written. What the checks stand on (projects, deployments, host names) is
read from the platforms, as a plan reads it.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, cast

from launchbook.app import build_inputs
from launchbook.engine.memory import Memory
from launchbook.engine.planner import unknowns
from launchbook.engine.step import Context
from launchbook.errors import LaunchbookError
from launchbook.load.figure import NOT_AVAILABLE, Figure, unknown
from launchbook.model.gate import Verdict
from launchbook.redact import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from launchbook.app import App
    from launchbook.model.playbook import Playbook, PlaybookEntry


@dataclass(frozen=True)
class Prover:
    """Runs checks of an environment's playbook.

    Attributes:
        uses: The steps that are checks worth running, as ``domain.tls``.
    """

    app: App
    playbook: Playbook
    uses: frozenset[str]

    def entries(self, *uses: str) -> Iterator[PlaybookEntry]:
        """Yield the playbook's entries of some steps."""
        return (each for each in self.playbook.all_entries if each.uses in uses)

    def outputs(self, step: str) -> Mapping[str, object]:
        """Return what a step puts out now; nothing where it is unknown."""
        return self._outputs.get(step, {})

    def prove(self, entry: PlaybookEntry, name: str) -> Figure:
        """Run a check and return what it says, as a row of the table."""
        objective = f"{entry.uses} holds"
        ids = [each.id for each in self.playbook.all_entries]
        resolver = self.app.view.resolver(self.app.secrets, steps=ids)
        values = cast(
            "dict[str, object]",
            resolver.resolve(dict(entry.inputs), self._outputs, entry.locate),
        )
        if missing := next(unknowns(values), None):
            why = f"step {missing.step} has not run for this checkout"
            return unknown(name, objective, NOT_AVAILABLE, why)
        step = self.app.step(entry.uses)
        try:
            step.verify(build_inputs(entry, values), self._context(entry))
        except LaunchbookError as error:
            return Figure(name, objective, "no", 1, Verdict.FAIL, note=error.message)
        return Figure(name, objective, "yes", 1, Verdict.PASSED)

    @cached_property
    def _outputs(self) -> dict[str, Mapping[str, object]]:
        """What every step puts out that a check stands on."""
        by_id = {each.id: each for each in self.playbook.all_entries}
        ids = [*by_id]
        resolver = self.app.view.resolver(self.app.secrets, steps=ids)
        waiting: list[PlaybookEntry] = [*self.entries(*self.uses)]
        needed = {each.id for each in waiting}
        while waiting:
            entry = waiting.pop()
            found = resolver.dependencies(dict(entry.inputs), entry.locate) - needed
            needed |= found
            waiting += [by_id[each] for each in found]
        # What an entry waits for beside its inputs may be left out of a look.
        entries = [
            replace(each, after=frozenset()) for each in by_id.values()
            if each.id in needed
        ]  # fmt: skip
        return self._planned(entries)

    def _planned(
        self, entries: Sequence[PlaybookEntry]
    ) -> dict[str, Mapping[str, object]]:
        with closing(self.app.open_history()) as history:
            engine = self.app.engine(self.playbook, lambda _: None, history=history)
            return {step.id: step.outputs for step in engine.plan(entries).steps}

    def _context(self, entry: PlaybookEntry) -> Context:
        """What a check is given beside its inputs."""
        environment = self.app.target.environment
        key = self.app.keys.fingerprint_key
        return Context(
            environment=environment,
            run="",
            step=entry.id,
            clock=self.app.clock,
            history=Memory(self.app.open_history(), environment),
            progress=lambda _: None,
            fingerprint=lambda text: fingerprint(key, text),
            idempotency_key="",
        )
