"""Several workers walk a graph."""

from __future__ import annotations

import threading

from launchbook.engine.graph import Graph, build_graph
from launchbook.engine.interruption import Interruption
from launchbook.engine.walk import Visit, Walked, walk
from tests.support.toy import entry


def graph(**dependencies: tuple[str, ...]) -> Graph:
    entries = [entry(name, "x") for name in dependencies]
    return build_graph(entries, lambda one: frozenset(dependencies[one.id]))


class Visitor:
    """Notes the order of visits and how many run at once."""

    def __init__(self, ends: dict[str, object] | None = None) -> None:
        self.ends = ends or {}
        self.order: list[str] = []
        self.most = 0
        self._now = 0
        self._lock = threading.Lock()

    def __call__(self, name: str) -> Visit:
        with self._lock:
            self.order.append(name)
            self._now += 1
            self.most = max(self.most, self._now)
        end = self.ends.get(name, Visit.DONE)
        with self._lock:
            self._now -= 1
        if isinstance(end, BaseException):
            raise end
        assert isinstance(end, Visit)
        return end


def walked(one: Graph, visitor: Visitor, workers: int = 1) -> Walked:
    return walk(one, visitor, workers=workers, interruption=Interruption())


def test_one_worker_follows_the_file_where_references_allow() -> None:
    visitor = Visitor()
    result = walked(graph(c=("a",), a=(), b=()), visitor)
    assert ["a", "c", "b"] == visitor.order
    assert ("c", "a", "b") == result.done


def test_no_more_run_at_once_than_there_are_workers() -> None:
    visitor = Visitor()
    walked(graph(**{f"n{i}": () for i in range(40)}), visitor, workers=3)
    assert 40 == len(visitor.order)
    assert visitor.most <= 3


def test_what_is_held_holds_only_what_depends_on_it() -> None:
    visitor = Visitor({"a": Visit.HELD})
    result = walked(graph(a=(), b=("a",), c=()), visitor)
    assert (("c",), ("a",), ("b",)) == (result.done, result.held, result.skipped)
    assert not result.is_interrupted


def test_nothing_new_starts_after_a_failure() -> None:
    error = ValueError("no")
    visitor = Visitor({"a": error})
    result = walked(graph(a=(), b=(), c=()), visitor)
    assert ["a"] == visitor.order
    assert ({"a": error}, ("b", "c")) == (result.failures, result.skipped)


def test_an_interrupted_visit_is_no_failure() -> None:
    visitor = Visitor({"a": KeyboardInterrupt()})
    result = walked(graph(a=(), b=()), visitor)
    assert result.is_interrupted
    assert ({}, ("a", "b")) == (result.failures, result.skipped)


def test_an_interruption_starts_nothing() -> None:
    visitor, interruption = Visitor(), Interruption()
    interruption.set()
    result = walk(graph(a=()), visitor, workers=2, interruption=interruption)
    assert [] == visitor.order
    assert result.is_interrupted


def test_ctrl_c_is_left_alone_outside_the_main_thread() -> None:
    seen: list[bool] = []

    def work() -> None:
        interruption = Interruption()
        with interruption.watching():
            seen.append(interruption.is_set)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert [False] == seen
