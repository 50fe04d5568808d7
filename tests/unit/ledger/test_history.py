"""Runs, exports, identifiers, and the form of a record."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from launchbook.errors import InputError
from launchbook.ledger.body import Body
from launchbook.ledger.identifier import new_id
from launchbook.ledger.lock import Lock
from launchbook.ledger.sqlite import SqliteStore
from launchbook.model.record import Entry, Head, Phase
from tests.support.ledger import Desk
from tests.support.toy import KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from launchbook.ledger.store import Store

ROOT = Path(__file__).parents[3]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    store = SqliteStore(tmp_path / "ledger.db")
    yield Desk(store)
    store.close()


def test_runs_are_listed_newest_first_with_how_they_ended(desk: Desk) -> None:
    lease = desk.lease()
    for run, end in (("one", Phase.VERIFIED), ("two", Phase.FAILED), ("three", None)):
        desk.journal.append(lease, Entry(run, "", Phase.PLANNED))
        desk.journal.append(lease, Entry(run, "house", Phase.APPLYING))
        if end:
            desk.journal.append(lease, Entry(run, "", end, evidence={"changed": 1}))
    runs = desk.history.runs("staging")
    assert [("three", "planned"), ("two", "failed"), ("one", "verified")] == [
        (each.run, str(each.phase)) for each in runs
    ]
    assert {"changed": 1} == runs[1].evidence
    assert runs[1].at < runs[1].last_at
    assert ["three", "two"] == [each.run for each in desk.history.runs(limit=2)]
    assert [] == desk.history.runs("production")


def test_an_exported_record_has_the_form_of_its_schema(desk: Desk) -> None:
    desk.fill(3)
    schema = json.loads((ROOT / "schemas/ledger-record.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    lines = list(desk.history.export())
    assert 3 == len(lines)
    for line in lines:
        validator.validate(json.loads(line))


def test_an_export_can_be_verified_as_the_format_says(desk: Desk) -> None:
    """Recomputes the chain from the document's words alone, without our code."""
    desk.fill(4)
    previous = "0" * 64
    for line in desk.history.export():
        record = json.loads(line)

        def text(value: object) -> str:
            return json.dumps(
                value, sort_keys=True, separators=(",", ":"), ensure_ascii=False
            )

        values = [
            record["id"], record["sequence"], record["at"], record["environment"],
            record["run"], record["step"], record["phase"], record["inputs_digest"],
            text(record["outputs"]), text(record["evidence"]), record["actor"],
            record["tool_version"], record["key_id"], record["fencing_token"],
            record["previous"],
        ]  # fmt: skip
        message = json.dumps(values, separators=(",", ":"), ensure_ascii=False).encode()
        mac = hmac.new(KEYS["toy"], message, hashlib.sha256).hexdigest()
        assert (previous, mac) == (record["previous"], record["mac"])
        previous = mac


def test_identifiers_sort_by_time() -> None:
    at = datetime(2030, 1, 1, tzinfo=UTC)
    ids = [new_id(at + timedelta(milliseconds=step)) for step in range(20)]
    assert sorted(ids) == ids
    assert {26} == {len(each) for each in ids}


@pytest.mark.parametrize("text", ["", "9", "9:xyz", "-1:" + "0" * 64, "x:" + "0" * 64])
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        Head.parse(text)


def test_a_holder_beats_while_it_works(tmp_path: Path) -> None:
    beaten = Event()

    class Listening(Lock):
        def beat(self, lease: object) -> None:
            beaten.set()

    store: Store = SqliteStore(tmp_path / "ledger.db")
    desk = Desk(store)
    plain = desk.lock()
    lease = plain.acquire("staging", "run-1", "x").lease
    body = Body(lease.holder, beat_seconds=0.01)
    lock = Listening(store, desk.journal, desk.clock, body)
    with lock.beating(lease):
        assert beaten.wait(10)
    store.close()
