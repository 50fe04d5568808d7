from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from launchbook.config.inventory import load_inventory
from launchbook.model.record import Phase, Record
from launchbook.redact import Secret, fingerprint
from launchbook.variables.contract import Contract, read_contracts
from launchbook.variables.signature import EVENT, Item, items_of, read_signatures
from tests.support.workspace import shipped

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

KEY = b"k" * 32


def record(**evidence: object) -> Record:
    return Record(
        id="1",
        sequence=1,
        at=datetime(2026, 1, 1, tzinfo=UTC),
        environment="staging",
        run="r1",
        step="",
        phase=Phase.VERIFIED,
        inputs_digest="",
        outputs={},
        evidence=evidence,
        actor="ada@laptop",
        tool_version="1",
        key_id="k",
        fencing_token=1,
        previous="",
    )


def items(
    contracts: Mapping[str, Contract], value: str, *records: Record
) -> tuple[Item, ...]:
    return items_of(
        {"backend": contracts["backend"]},
        {"backend": {"JWT_SECRET": Secret(value), "LOG_LEVEL": "info"}},
        lambda text: fingerprint(KEY, text),
        read_signatures(records),
    )


def test_a_signature_holds_until_the_value_changes(tmp_path: Path) -> None:
    contracts = read_contracts(load_inventory(shipped(tmp_path)))
    before = {each.name: each for each in items(contracts, "one" * 12)}
    assert "open" == before["backend JWT_SECRET"].status
    bound = {"backend JWT_SECRET": before["backend JWT_SECRET"].bound_to}
    signed = record(event=EVENT, items=bound, note="seen")
    after = {each.name: each for each in items(contracts, "one" * 12, signed)}
    assert "signed" == after["backend JWT_SECRET"].status
    assert "open" == after["backend LOG_LEVEL"].status
    changed = {each.name: each for each in items(contracts, "two" * 12, signed)}
    assert "changed since" == changed["backend JWT_SECRET"].status


def test_the_newest_signature_counts_and_other_records_do_not() -> None:
    first = record(event=EVENT, items={"a B": "1"}, note="one")
    second = record(event=EVENT, items={"a B": "2"}, note="two")
    found = read_signatures([first, second, record(event="run-finished")])
    assert ("2", "two", "ada@laptop") == (
        found["a B"].bound_to,
        found["a B"].note,
        found["a B"].actor,
    )
