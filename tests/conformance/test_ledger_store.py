"""What every store of the ledger must do, whatever it is made of."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from launchbook.errors import LeaseLost, LockHeld
from launchbook.ledger.chain import EMPTY
from launchbook.ledger.store import Query, Store
from launchbook.model.record import Entry, Holder, Phase
from tests.support.ledger import STORES, Desk
from tests.support.toy import KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(params=sorted(STORES))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def desk(kind: str, tmp_path: Path) -> Iterator[Desk]:
    store = STORES[kind](tmp_path)
    yield Desk(store)
    store.close()


def test_a_new_store_is_empty(desk: Desk) -> None:
    assert EMPTY == desk.store.head()
    assert [] == list(desk.store.rows(Query()))
    assert desk.store.lease("staging") is None


def test_records_come_back_as_they_were_written(desk: Desk) -> None:
    lease = desk.lease()
    outputs = {"id": "ö", "list": [1, None, {"$fingerprint": "ab"}]}
    desk.journal.append(
        lease,
        Entry("run-1", "house", Phase.APPLYING, "d" * 64),
        Entry("run-1", "house", Phase.VERIFIED, "d" * 64, outputs, {"seen": True}),
    )
    first, second = desk.history.records()
    assert (1, 2) == (first.sequence, second.sequence)
    assert first.mac == second.previous
    assert (outputs, {"seen": True}) == (second.outputs, second.evidence)
    assert ("staging", "run-1", "house") == (
        second.environment,
        second.run,
        second.step,
    )
    assert ("ada@toy", "0.0.1", "toy", lease.token) == (
        second.actor,
        second.tool_version,
        second.key_id,
        second.fencing_token,
    )
    assert first.id[:10] <= second.id[:10], "the first ten characters tell the time"


def test_several_entries_are_written_all_or_none(desk: Desk) -> None:
    lease = desk.lease()
    good = Entry("run-1", "a", Phase.APPLYING)
    bad = Entry("run-1", "b", Phase.APPLYING, outputs={"x": object()})
    with pytest.raises(TypeError):
        desk.journal.append(lease, good, bad)
    assert EMPTY == desk.store.head()


def test_the_latest_state_of_a_step_is_found_by_phase(desk: Desk) -> None:
    lease = desk.lease()
    for phase in (Phase.VERIFIED, Phase.APPLYING, Phase.FAILED):
        desk.journal.append(lease, Entry("run-1", "house", phase))
    latest = desk.history.latest("staging", "house")
    verified = desk.history.latest("staging", "house", Phase.VERIFIED)
    assert latest is not None
    assert verified is not None
    assert (Phase.FAILED, 1) == (latest.phase, verified.sequence)
    assert desk.history.latest("production", "house") is None
    assert desk.history.latest("staging", "door") is None


def test_rows_can_be_limited_and_read_backwards_over_pages(desk: Desk) -> None:
    desk.fill(30)
    backwards = list(desk.store.rows(Query(is_newest_first=True, limit=7)))
    assert list(range(30, 23, -1)) == [row[1] for row in backwards]
    of_step = list(desk.store.rows(Query(step="step_1")))
    assert [2, 7, 12, 17, 22, 27] == [row[1] for row in of_step]


def test_many_writers_make_one_whole_chain(desk: Desk) -> None:
    lease = desk.lease()

    def write(number: int) -> None:
        entry = Entry("run-1", f"step_{number}", Phase.VERIFIED)
        desk.journal.append(lease, entry)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(100)))
    assert 100 == desk.history.verify(KEYS).count


def test_two_openings_of_one_store_see_each_other(
    desk: Desk, kind: str, tmp_path: Path
) -> None:
    lease = desk.lease()
    other: Store = STORES[kind](tmp_path)
    second = Desk(other, desk.clock)
    desk.journal.append(lease, Entry("run-1", "a", Phase.APPLYING))
    second.journal.append(lease, Entry("run-1", "b", Phase.APPLYING))
    desk.journal.append(lease, Entry("run-1", "c", Phase.APPLYING))
    assert ["a", "b", "c"] == [record.step for record in second.history.records()]
    assert 3 == second.history.verify(KEYS).count
    other.close()


def test_environments_have_locks_of_their_own(desk: Desk) -> None:
    desk.lock().acquire("staging", "run-1", "playbook staging")
    taken = desk.lock(pid=2).acquire("production", "run-2", "playbook production")
    assert "production" == taken.lease.environment


def test_a_held_lock_is_refused_with_its_holder(desk: Desk) -> None:
    desk.lock().acquire("staging", "run-1", "playbook staging")
    with pytest.raises(LockHeld) as caught:
        desk.lock(pid=2).acquire("staging", "run-2", "playbook staging")
    assert "process 1 on here" in caught.value.message
    assert "playbook staging" in caught.value.message
    assert 'ledger.unlock --environment staging --reason "..."' in caught.value.hint


def test_a_released_lock_can_be_taken_with_a_higher_token(desk: Desk) -> None:
    first = desk.lock().acquire("staging", "run-1", "x").lease
    desk.lock().release(first)
    second = desk.lock(pid=2).acquire("staging", "run-2", "x")
    assert second.from_whom is None
    assert second.lease.token > first.token


def test_a_dead_holder_on_this_host_is_taken_over_at_once(desk: Desk) -> None:
    first = desk.lock().acquire("staging", "run-1", "x").lease
    desk.dead.add(first.holder)
    second = desk.lock(pid=2).acquire("staging", "run-2", "x")
    assert (first, "dead") == (second.from_whom, second.why)


def test_a_silent_holder_elsewhere_is_taken_over_when_its_lease_expires(
    desk: Desk,
) -> None:
    lease = desk.lock(host="far").acquire("staging", "run-1", "x").lease
    desk.clock.advance(50)
    desk.lock(host="far").beat(lease)
    desk.clock.advance(50)
    with pytest.raises(LockHeld):
        desk.lock(pid=2).acquire("staging", "run-2", "x")
    desk.clock.advance(20)
    assert "expired" == desk.lock(pid=2).acquire("staging", "run-2", "x").why


def test_a_holder_that_was_taken_over_can_write_nothing_more(desk: Desk) -> None:
    first = desk.lease()
    desk.dead.add(first.holder)
    second = desk.lock(pid=2).acquire("staging", "run-2", "x").lease
    entry = Entry("run-1", "house", Phase.APPLIED)
    with pytest.raises(LeaseLost):
        desk.journal.append(first, entry)
    with pytest.raises(LeaseLost):
        desk.lock().beat(first)
    with pytest.raises(LeaseLost):
        desk.lock().release(first)
    desk.journal.append(second, entry)
    assert 1 == desk.store.head().sequence


def test_unlocking_is_recorded_with_holder_and_reason(desk: Desk) -> None:
    lease = desk.lease()
    was = desk.lock(pid=9).unlock("staging", "by-hand", "laptop died")
    assert lease == was
    (record,) = desk.history.records()
    assert ("by-hand", "", Phase.PAUSED) == (record.run, record.step, record.phase)
    assert "laptop died" == record.evidence["reason"]
    assert desk.lock().read("staging") is None
    with pytest.raises(LeaseLost):
        desk.journal.append(lease, Entry("run-1", "house", Phase.APPLIED))


def test_unlocking_what_nobody_holds_writes_nothing(desk: Desk) -> None:
    assert desk.lock().unlock("staging", "by-hand", "why not") is None
    assert EMPTY == desk.store.head()


def test_reading_a_lock_names_its_holder(desk: Desk) -> None:
    assert desk.lock().read("staging") is None
    desk.lease()
    lease = desk.lock().read("staging")
    assert lease is not None
    assert Holder("here", 1, "start-1") == lease.holder
