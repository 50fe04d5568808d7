"""Records as rows: the sixteen values that a store keeps, in their fixed order."""

from __future__ import annotations

import json
from typing import Final

from launchbook.digest import canonical
from launchbook.errors import ChainBroken
from launchbook.model.record import Phase, Record, time_of, time_text

Row = tuple[str | int, ...]
"""One record as stored; ``COLUMNS`` names the places. JSON values are text."""

COLUMNS: Final = (
    "id",
    "sequence",
    "at",
    "environment",
    "run",
    "step",
    "phase",
    "inputs_digest",
    "outputs",
    "evidence",
    "actor",
    "tool_version",
    "key_id",
    "fencing_token",
    "previous",
    "mac",
)
SEQUENCE: Final = COLUMNS.index("sequence")
KEY_ID: Final = COLUMNS.index("key_id")
PREVIOUS: Final = COLUMNS.index("previous")
MAC: Final = COLUMNS.index("mac")


def row_of(record: Record) -> Row:
    """Return a record as a row."""
    return (
        record.id,
        record.sequence,
        time_text(record.at),
        record.environment,
        record.run,
        record.step,
        str(record.phase),
        record.inputs_digest,
        canonical(record.outputs).decode(),
        canonical(record.evidence).decode(),
        record.actor,
        record.tool_version,
        record.key_id,
        record.fencing_token,
        record.previous,
        record.mac,
    )


def record_of(row: Row) -> Record:
    """Return a row as a record.

    Raises:
        ChainBroken: A value is not what we write.
    """
    named = dict(zip(COLUMNS, row, strict=True))
    try:
        return Record(
            id=str(named["id"]),
            sequence=int(named["sequence"]),
            at=time_of(str(named["at"])),
            environment=str(named["environment"]),
            run=str(named["run"]),
            step=str(named["step"]),
            phase=Phase(str(named["phase"])),
            inputs_digest=str(named["inputs_digest"]),
            outputs=json.loads(str(named["outputs"])),
            evidence=json.loads(str(named["evidence"])),
            actor=str(named["actor"]),
            tool_version=str(named["tool_version"]),
            key_id=str(named["key_id"]),
            fencing_token=int(named["fencing_token"]),
            previous=str(named["previous"]),
            mac=str(named["mac"]),
        )
    except ValueError as error:
        raise ChainBroken(
            f"record {named['sequence']} of the ledger cannot be read",
            hint="Run invoke ledger.verify to see what was changed.",
            details={"kind": "edited", "sequence": named["sequence"]},
        ) from error
