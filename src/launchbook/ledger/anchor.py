"""The head of the chain, kept in a small file beside the ledger."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from launchbook.errors import ChainBroken, InputError, LedgerUnwritable
from launchbook.model.record import Head

if TYPE_CHECKING:
    from pathlib import Path


def anchor_path(ledger: Path) -> Path:
    """Return where the head of a ledger is kept: ``ledger.head``."""
    return ledger.with_suffix(".head")


def read_anchor(ledger: Path) -> Head | None:
    """Return the head that was noted last, or None.

    Raises:
        ChainBroken: The file holds something else.
    """
    path = anchor_path(ledger)
    try:
        return Head.parse(path.read_text())
    except FileNotFoundError:
        return None
    except InputError as error:
        raise ChainBroken(
            f"{path} does not hold the head of a ledger",
            hint="Move the file away, then run invoke ledger.verify --head HEAD with a "
            "head that a run printed.",
            details={"kind": "anchor", "path": str(path)},
        ) from error


def write_anchor(ledger: Path, head: Head) -> None:
    """Note a head, so that it survives a power failure whole.

    Raises:
        LedgerUnwritable: It cannot be written; the last one stays.
    """
    path = anchor_path(ledger)
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        with beside.open("w") as file:
            file.write(f"{head}\n")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise LedgerUnwritable(
            f"the head of the ledger cannot be noted in {path}: {error.strerror}",
            hint="Make room or mend the permissions, then run the same command again.",
        ) from error
