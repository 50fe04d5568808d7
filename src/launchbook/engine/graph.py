"""A playbook's entries as a graph: file order, and references as dependencies."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from launchbook.errors import CircularReference, PlaybookError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from launchbook.model.playbook import PlaybookEntry


@dataclass(frozen=True, slots=True)
class Graph:
    """Entries in file order, and which of them each one waits for."""

    entries: Mapping[str, PlaybookEntry]
    dependencies: Mapping[str, frozenset[str]]


def build_graph(
    entries: Sequence[PlaybookEntry],
    dependencies_of: Callable[[PlaybookEntry], frozenset[str]],
) -> Graph:
    """Connect entries by the references in their inputs.

    Args:
        entries: In file order; ids are unique.
        dependencies_of: Returns the step ids that an entry's inputs refer to.

    Raises:
        PlaybookError: Two entries have one id, or one refers to no entry.
        CircularReference: Entries wait for each other.
    """
    by_id: dict[str, PlaybookEntry] = {}
    for entry in entries:
        if entry.id in by_id:
            _refuse_duplicate(entry, by_id[entry.id])
        by_id[entry.id] = entry
    dependencies = {each.id: dependencies_of(each) for each in entries}
    for entry in entries:
        for name in sorted(dependencies[entry.id] - by_id.keys()):
            _refuse_unknown(entry, name, by_id)
    graph = Graph(by_id, dependencies)
    _refuse_cycles(graph)
    return graph


def _refuse_duplicate(entry: PlaybookEntry, first: PlaybookEntry) -> None:
    raise PlaybookError(
        f"two steps have the id {entry.id!r}, first at {first.location}",
        hint="Give one of them another id; ids are unique over a playbook and what it "
        "needs.",
        location=entry.location,
    )


def _refuse_unknown(
    entry: PlaybookEntry, name: str, known: Mapping[str, PlaybookEntry]
) -> None:
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    instead = f"Write steps.{near[0]} instead" if near else "Add such a step"
    raise PlaybookError(
        f"step {entry.id!r} refers to the step {name!r}, which does not exist",
        hint=f"{instead}, or put the playbook that has it under needs.",
        location=entry.location,
    )


def _refuse_cycles(graph: Graph) -> None:
    """Take away what waits for nothing until nothing is left, or a circle is."""
    left = {name: set(needs) for name, needs in graph.dependencies.items()}
    while free := [name for name, needs in left.items() if not needs & left.keys()]:
        for name in free:
            del left[name]
    if not left:
        return
    chain = _circle(left)
    raise CircularReference(
        f"steps wait for each other: {' -> '.join(chain)}",
        hint=f"Take out the reference from {chain[0]!r} to {chain[1]!r}, or one of the "
        "others in the circle.",
        location=graph.entries[chain[0]].location,
        details={"chain": chain},
    )


def _circle(left: Mapping[str, set[str]]) -> list[str]:
    """Follow references until one comes again; every entry left has one."""
    chain = [next(iter(left))]
    while True:
        following = min(left[chain[-1]] & left.keys())
        if following in chain:
            return [*chain[chain.index(following) :], following]
        chain.append(following)


def needed_entries(
    entries: Sequence[PlaybookEntry],
    wanted: Collection[str],
    dependencies_of: Callable[[PlaybookEntry], frozenset[str]],
) -> tuple[PlaybookEntry, ...]:
    """Return the entries of these ids and all that they refer to, in file order.

    Gates are left out: what only waits for one does not refer to it.
    """
    by_id = {entry.id: entry for entry in entries}
    needed, waiting = set(wanted), list(wanted)
    while waiting:
        found = dependencies_of(by_id[waiting.pop()])
        waiting += found - needed
        needed |= found
    return tuple(entry for entry in entries if entry.id in needed)
