"""A playbook as data: ordered entries, each naming a step and its inputs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.errors import Location


class OnFailure(StrEnum):
    """What the engine does with a run that failed."""

    KEEP = "keep"
    COMPENSATE = "compensate"


@dataclass(frozen=True, slots=True)
class PlaybookEntry:
    """One entry: a step, its inputs, and where they stand in the file.

    Attributes:
        id: Unique over the playbook and all that it needs.
        uses: The step's name, as ``railway.service``.
        inputs: As written; references are not resolved yet.
        location: Of the entry.
        playbook: Name of the playbook that the entry is written in.
        after: Ids of entries that it waits for besides those it refers to.
        values: JSON pointer below the inputs to the place of its value.
        keys: The same, to the place of its key.
    """

    id: str
    uses: str
    inputs: Mapping[str, object]
    location: Location
    playbook: str = ""
    after: frozenset[str] = frozenset()
    values: Mapping[str, Location] = field(default_factory=dict, repr=False)
    keys: Mapping[str, Location] = field(default_factory=dict, repr=False)

    def locate(self, pointer: str, *, key: bool = False) -> Location:
        """Return where an input stands; the nearest one above when it is absent.

        Args:
            pointer: JSON pointer below the inputs, as ``/variables/PORT``.
            key: Point at the key instead of its value.
        """
        table = self.keys if key else self.values
        while pointer and pointer not in table:
            pointer = pointer.rpartition("/")[0]
        return table.get(pointer, self.location)


@dataclass(frozen=True, slots=True)
class Playbook:
    """A playbook and, flattened, those that it needs.

    Attributes:
        entries: Its own entries, in the order of the file.
        needs: Names of the playbooks that come before, as written.
        needed: Those playbooks, and theirs, each once, in the order of running.
        environments: Those that it may be run for, in this order; empty for any.
        is_gate: Its entries wait for all that come before them in that order, and
            all that come after wait for its entries.
    """

    name: str
    description: str
    needs: tuple[str, ...]
    on_failure: OnFailure
    entries: tuple[PlaybookEntry, ...]
    needed: tuple[Playbook, ...] = ()
    environments: tuple[str, ...] = ()
    is_gate: bool = False

    @property
    def all_entries(self) -> tuple[PlaybookEntry, ...]:
        """The entries of the whole graph: those of the needed playbooks first."""
        found: list[PlaybookEntry] = []
        barrier: frozenset[str] = frozenset()
        for playbook in (*self.needed, self):
            before = frozenset(entry.id for entry in found)
            after = before if playbook.is_gate else barrier
            found += [replace(entry, after=after) for entry in playbook.entries]
            if playbook.is_gate:
                barrier = frozenset(entry.id for entry in playbook.entries)
        return tuple(found)

    @property
    def ungated_entries(self) -> tuple[PlaybookEntry, ...]:
        """The entries without those of gates: for what goes nowhere past a gate."""
        books = (*self.needed, self)
        return tuple(e for each in books if not each.is_gate for e in each.entries)
