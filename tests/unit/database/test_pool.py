"""Connections are shared out so that all processes always fit."""

from __future__ import annotations

import pytest

from launchbook.database.pool import (
    SERVER_CONNECTIONS,
    SMALLEST_SIZE,
    Demand,
    Supply,
    size_for,
)
from launchbook.errors import PoolTooSmall

OVERLAPPING = ("backend", "worker")


def demand(backend: int, workers: int = 1) -> Demand:
    replicas = {"backend": backend, "worker": 1, "payments": 1}
    return Demand(replicas, {"backend": workers}, OVERLAPPING)


def supply(instance_size: str = "small") -> Supply:
    return Supply(instance_size, server_percent=80, pool_percent=80, largest_pool=10)


def test_old_and_new_replicas_count_while_they_run_side_by_side() -> None:
    assert 2 * 2 + 2 * 1 + 1 == demand(2).processes
    assert 2 * 2 * 3 + 2 * 1 + 1 == demand(2, workers=3).processes


@pytest.mark.parametrize("size", sorted(SERVER_CONNECTIONS))
def test_whatever_is_given_fits_into_four_fifths_of_the_pooler(size: str) -> None:
    given = supply(size)
    assert given.pooler_size <= 0.8 * SERVER_CONNECTIONS[size]
    for replicas in range(1, 9):
        wanted = demand(replicas)
        try:
            each = size_for(wanted, given)
        except PoolTooSmall:
            assert wanted.processes * SMALLEST_SIZE > given.usable
        else:
            assert SMALLEST_SIZE <= each <= given.largest_pool
            assert wanted.processes * each <= 0.8 * given.pooler_size


@pytest.mark.parametrize(
    ("size", "backend", "advice"),
    [
        ("micro", 8, "small"),
        ("small", 20, "xlarge"),
        ("16xlarge", 200, "fewer replicas"),
    ],
)
def test_too_many_processes_are_refused_and_the_size_that_does_is_named(
    size: str, backend: int, advice: str
) -> None:
    with pytest.raises(PoolTooSmall, match=f"{backend} of backend") as caught:
        size_for(demand(backend), supply(size))
    assert advice in caught.value.hint
    if advice in SERVER_CONNECTIONS:
        assert size_for(demand(backend), supply(advice)) >= SMALLEST_SIZE
