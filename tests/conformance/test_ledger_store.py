"""What every store of the ledger must do, whatever it is made of."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import cache
from typing import TYPE_CHECKING

import pytest

from launchbook.errors import LeaseLost, LockHeld
from launchbook.ledger.chain import EMPTY
from launchbook.ledger.store import Query
from launchbook.model.record import Entry, Holder, Phase
from tests.support.cluster import running_cluster
from tests.support.ledger import KINDS, Desk, store_opener
from tests.support.toy import KEYS, ToyClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from launchbook.ledger.store import Store
    from tests.support.cluster import Cluster

pytestmark = pytest.mark.xdist_group("ledger-store")
CLOCK = ToyClock()


@pytest.fixture(scope="module")
def cluster() -> Iterator[Callable[[], Cluster]]:
    """A server that is started when the first test asks for it."""
    with ExitStack() as started:
        yield cache(lambda: started.enter_context(running_cluster()))


@pytest.fixture(params=KINDS)
def reopen(
    request: pytest.FixtureRequest, cluster: Callable[[], Cluster], tmp_path: Path
) -> Callable[[], Store]:
    """Open the same store once more."""
    return store_opener(str(request.param), tmp_path, cluster, CLOCK)


@pytest.fixture
def desk(reopen: Callable[[], Store]) -> Iterator[Desk]:
    store = reopen()
    yield Desk(store, CLOCK)
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
    desk: Desk, reopen: Callable[[], Store]
) -> None:
    lease = desk.lease()
    other = reopen()
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


def test_a_queue_is_first_come_first_served(desk: Desk) -> None:
    for pid in (1, 2, 3):
        desk.queue(pid).join("staging", f"release {pid}")
    waiting = desk.queue().read("staging")
    assert ["release 1", "release 2", "release 3"] == [each.reason for each in waiting]
    with pytest.raises(LockHeld) as caught:
        desk.lock(pid=3).acquire("staging", "run-3", "release 3")
    assert "2 wait for staging already; the first is process 1" in caught.value.message
    assert "ledger.queue --environment staging" in caught.value.hint
    assert desk.lock(pid=1).acquire("staging", "run-1", "release 1").lease.is_held


def test_who_has_no_place_stands_behind_all(desk: Desk) -> None:
    desk.queue(1).join("staging", "release 1")
    with pytest.raises(LockHeld):
        desk.lock(pid=2).acquire("staging", "run-2", "playbook staging")
    assert desk.lock(pid=2).acquire("production", "run-2", "x").lease.is_held
    by_hand = desk.lock(pid=2).acquire("staging", "run-3", "x", is_queued=False)
    assert by_hand.lease.is_held


def test_a_place_is_kept_between_the_runs_of_one_command(desk: Desk) -> None:
    desk.queue(1).join("staging", "release 1")
    desk.queue(2).join("staging", "release 2")
    first = desk.lock(pid=1).acquire("staging", "run-1", "release").lease
    for _ in range(3):
        desk.clock.advance(30)
        desk.lock(pid=1).beat(first)
        desk.queue(2).join("staging", "release 2")
    desk.lock(pid=1).release(first)
    with pytest.raises(LockHeld):
        desk.lock(pid=2).acquire("staging", "run-2", "release")
    back = desk.lock(pid=1).acquire("staging", "run-3", "rollback").lease
    desk.lock(pid=1).release(back)
    desk.queue(1).leave("staging")
    assert desk.lock(pid=2).acquire("staging", "run-2", "release").lease.is_held


def test_a_place_in_front_comes_before_all_who_wait(desk: Desk) -> None:
    for pid in (1, 2):
        desk.queue(pid).join("staging", "release")
    desk.queue(3).join("staging", "rollback", is_first=True)
    waiting = desk.queue().read("staging")
    assert [3, 1, 2] == [each.holder.pid for each in waiting]


def test_taking_a_place_again_keeps_it(desk: Desk) -> None:
    first = desk.queue(1).join("staging", "release")
    desk.queue(2).join("staging", "release")
    again = desk.queue(1).join("staging", "release")
    assert (first.number, first.since) == (again.number, again.since)
    assert 2 == len(desk.queue().read("staging"))


def test_a_place_of_a_dead_process_counts_no_more(desk: Desk) -> None:
    gone = desk.queue(1).join("staging", "release")
    desk.dead.add(gone.holder)
    assert desk.lock(pid=2).acquire("staging", "run-2", "release").lease.is_held
    assert [] == desk.queue().read("staging")


def test_a_silent_place_of_another_machine_expires(desk: Desk) -> None:
    desk.queue(1, host="far").join("staging", "release")
    desk.clock.advance(59)
    with pytest.raises(LockHeld):
        desk.lock(pid=2).acquire("staging", "run-2", "release")
    desk.clock.advance(2)
    assert desk.lock(pid=2).acquire("staging", "run-2", "release").lease.is_held
