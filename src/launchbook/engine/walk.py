"""Walk a graph with several workers: who waits for nothing starts, in file order."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from launchbook.engine.graph import Graph
    from launchbook.engine.interruption import Interruption


class Visit(Enum):
    """How a visit ended, if not with an exception."""

    DONE = auto()
    HELD = auto()
    """Nothing failed, but what depends on this one must not start."""


@dataclass(frozen=True, slots=True)
class Walked:
    """What became of every entry.

    Attributes:
        failures: By id, in the order in which they came.
        is_interrupted: Whether a person stopped the walk.
    """

    done: tuple[str, ...]
    held: tuple[str, ...]
    failures: dict[str, BaseException]
    skipped: tuple[str, ...]
    is_interrupted: bool


@dataclass(slots=True)
class _State:
    """Where a walk is."""

    graph: Graph
    waiting: list[str]
    running: dict[Future[Visit], str] = field(default_factory=dict)
    ended: dict[str, Visit] = field(default_factory=dict)
    failures: dict[str, BaseException] = field(default_factory=dict)

    def ready(self) -> list[str]:
        """Entries whose dependencies are all done; none after a failure."""
        if self.failures:
            return []
        done = {name for name, visit in self.ended.items() if visit is Visit.DONE}
        return [name for name in self.waiting if self.graph.dependencies[name] <= done]

    def settle(self, future: Future[Visit]) -> None:
        """Take note of how a visit ended."""
        name = self.running.pop(future)
        error = future.exception()
        if error is None:
            self.ended[name] = future.result()
        else:
            self.failures[name] = error


def walk(
    graph: Graph,
    visit: Callable[[str], Visit],
    *,
    workers: int,
    interruption: Interruption,
) -> Walked:
    """Visit every entry after those it depends on, independent ones side by side.

    After a failure or an interruption running visits finish and no new one starts.
    """
    state = _State(graph, list(graph.entries))
    with ThreadPoolExecutor(max(1, workers), thread_name_prefix="step") as pool:
        while True:
            # Submitting no more than there are workers keeps the rest stoppable.
            for name in state.ready()[: max(1, workers) - len(state.running)]:
                if interruption.is_set:
                    break
                state.waiting.remove(name)
                state.running[pool.submit(visit, name)] = name
            if not state.running:
                break
            for future in wait(state.running, return_when=FIRST_COMPLETED).done:
                state.settle(future)
    return _result(state, interruption)


def _result(state: _State, interruption: Interruption) -> Walked:
    """Sort what happened; an interrupted visit is no failure."""
    interrupted = {
        name
        for name, error in state.failures.items()
        if isinstance(error, KeyboardInterrupt)
    }
    in_order = list(state.graph.entries)
    return Walked(
        done=tuple(n for n in in_order if state.ended.get(n) is Visit.DONE),
        held=tuple(n for n in in_order if state.ended.get(n) is Visit.HELD),
        failures={n: e for n, e in state.failures.items() if n not in interrupted},
        skipped=tuple(n for n in in_order if n in interrupted or n in state.waiting),
        is_interrupted=interruption.is_set or bool(interrupted),
    )
