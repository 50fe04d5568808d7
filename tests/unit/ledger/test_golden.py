"""A ledger of every version keeps reading and verifying."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from launchbook.ledger.ledger import open_ledger, open_readonly, verify_file
from launchbook.ledger.sqlite import SCHEMA_VERSION
from launchbook.model.record import Entry, Phase
from tests.support.toy import AUTHOR, KEY, KEYS, ToyClock

GOLDEN = Path(__file__).parent / "golden"
VERSIONS = range(1, SCHEMA_VERSION + 1)


@pytest.fixture(params=VERSIONS, ids=lambda number: f"version-{number}")
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    made = tmp_path / "ledger.db"
    text = (GOLDEN / f"version-{request.param}.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(made)) as connection:
        connection.executescript(text)
    return made


def test_an_old_ledger_reads_and_verifies(path: Path) -> None:
    assert 5 == verify_file(path, KEYS).count
    history = open_readonly(path)
    record = history.latest("staging", "house")
    history.close()
    assert record is not None
    assert (Phase.VERIFIED, "ö-1") == (record.phase, record.outputs["id"])


def test_an_old_ledger_can_be_continued(path: Path) -> None:
    ledger = open_ledger(path, key=KEY, author=AUTHOR, clock=ToyClock())
    lease = ledger.lock.acquire("production", "run-2", "playbook production").lease
    ledger.journal.append(lease, Entry("run-2", "house", Phase.APPLYING))
    ledger.close()
    assert 6 == verify_file(path, KEYS).count
