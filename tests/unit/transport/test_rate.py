from __future__ import annotations

from threading import Thread

import pytest

from launchbook.transport.rate import Rate, RateBook, TokenBucket
from tests.support.transport import JumpingClock


def test_a_full_bucket_lets_a_burst_through_and_then_paces() -> None:
    clock = JumpingClock()
    bucket = TokenBucket(Rate(requests=6, within_seconds=3.0), clock)
    assert [0.0, 0.0, 0.0, 1.0, 1.0] == [bucket.take() for _ in range(5)]


def test_an_idle_bucket_fills_up_to_its_size_and_no_further() -> None:
    clock = JumpingClock()
    bucket = TokenBucket(Rate(requests=4, within_seconds=2.0), clock)
    bucket.take()
    clock.sleep(1000.0)
    assert [0.0, 0.0, 1.0] == [bucket.take() for _ in range(3)]


@pytest.mark.parametrize(
    ("count", "seconds"), [(1, 5.0), (2, 1.0), (7, 3.0), (120, 60.0)]
)
def test_no_window_sees_more_than_the_vendor_allows(count: int, seconds: float) -> None:
    clock = JumpingClock()
    bucket = TokenBucket(Rate(count, seconds), clock)
    moments: list[float] = []
    for _ in range(count * 4):
        bucket.take()
        moments.append(clock.monotonic())
    busiest = max(
        sum(start <= each < start + seconds - 1e-6 for each in moments)
        for start in moments
    )
    assert busiest <= count


def test_each_scope_has_a_budget_of_its_own() -> None:
    clock = JumpingClock()
    book = RateBook({"health": Rate(requests=1, within_seconds=60.0)}, clock)
    assert [0.0, 0.0] == [book.take("health:a"), book.take("health:b")]
    assert pytest.approx(60.0) == book.take("health:a")


def test_a_class_without_a_rate_takes_the_default_or_is_free() -> None:
    clock = JumpingClock()
    limited = RateBook({"default": Rate(requests=1, within_seconds=5.0)}, clock)
    free = RateBook({}, clock)
    assert [0.0, 5.0] == [limited.take("x") for _ in range(2)]
    assert 0.0 == max(free.take("x") for _ in range(100))


def test_threads_that_come_at_once_get_different_turns() -> None:
    clock = JumpingClock()
    bucket = TokenBucket(Rate(requests=1, within_seconds=1.0), clock)
    waits: list[float] = []
    threads = [Thread(target=lambda: waits.append(bucket.take())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 7.0 <= clock.monotonic() + 1e-9
    assert 1 == waits.count(0.0)
