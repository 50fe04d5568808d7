"""A run that is killed at a named moment: ``python -m tests.support.toy_run DIR AT``.

The moments are before and after what matters: the record of the intent, the effect,
the record of the effect, the record of the proof. The process ends by SIGKILL, so
that nothing of it can clean up.
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from launchbook.ledger.journal import Journal
from launchbook.ledger.lock import Lock
from launchbook.ledger.sqlite import SqliteStore
from tests.support.toy import AUTHOR, KEY, Toybox, entry

if TYPE_CHECKING:
    from launchbook.ledger.store import Transaction
    from launchbook.model.playbook import PlaybookEntry
    from launchbook.model.record import Entry, Head, Lease

VICTIM = "door"
ENTRIES: tuple[PlaybookEntry, ...] = (
    entry("house", content="walls"),
    entry(VICTIM, content="${steps.house.outputs.id}"),
    entry("look", "toy.check", id="${steps.door.outputs.id}"),
)
RECORDS = ("planned", "applying", "applied", "verified")
MOMENTS = (
    *(f"{when} {phase}" for phase in RECORDS for when in ("before", "within", "after")),
    "before facts",
    "before apply",
    "after apply",
    "before verify",
    "before check",
    "before finish",
    "after finish",
)


def end_here() -> None:
    """End as a power failure would."""
    os.kill(os.getpid(), signal.SIGKILL)


class DyingJournal(Journal):
    """Ends the process around the record of one phase of one step."""

    moment = ""

    def append(self, lease: Lease, *entries: Entry) -> Head:
        name = _name(entries)
        self._end_at(f"before {name}")
        head = super().append(lease, *entries)
        self._end_at(f"after {name}")
        return head

    def write(
        self, transaction: Transaction, lease: Lease, entries: tuple[Entry, ...]
    ) -> Head:
        head = super().write(transaction, lease, entries)
        self._end_at(f"within {_name(entries)}")
        return head

    def _end_at(self, moment: str) -> None:
        if moment == self.moment:
            end_here()


def _name(entries: tuple[Entry, ...]) -> str:
    """What is written: the victim's phase, or the run's beginning or end."""
    last = entries[-1]
    if last.evidence.get("event") == "run-finished":
        return "finish"
    return str(last.phase) if last.step in {"", VICTIM} else ""


def main(root: Path, moment: str) -> None:
    """Run the toys and die on the way."""
    verbs = {
        "before facts": ("facts", "house"),
        "before apply": ("apply", VICTIM),
        "after apply": ("applied", VICTIM),
        "before verify": ("verify", VICTIM),
        "before check": ("check", ""),
    }

    def hook(verb: str, name: str) -> None:
        wanted, whom = verbs.get(moment, ("", ""))
        if verb == wanted and whom in {"", name}:
            end_here()

    toybox = Toybox(root, hook=hook)
    ledger = toybox.ledger()
    store = SqliteStore(toybox.ledger_path)
    journal = DyingJournal(store, KEY, AUTHOR, toybox.clock)
    journal.moment = moment
    lock = Lock(store, journal, toybox.clock)
    toybox.engine(replace(ledger, journal=journal, lock=lock)).run(ENTRIES)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
