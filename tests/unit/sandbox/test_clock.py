"""Sandbox time: it can be moved, and whoever waits notices."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

import pytest

from launchbook.sandbox.clock import SandboxClock
from launchbook.sandbox.delays import DELAYS, delay_seconds

if TYPE_CHECKING:
    from collections.abc import Awaitable

T = TypeVar("T")
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def _frozen(**options: bool) -> SandboxClock:
    return SandboxClock(real_seconds=NOON.timestamp, **options)


async def _soon(work: Awaitable[T]) -> T:
    return await asyncio.wait_for(work, 5)


def test_time_is_real_time_plus_what_it_was_advanced_by() -> None:
    clock = SandboxClock(offset_seconds=1.5, real_seconds=NOON.timestamp)
    assert NOON + timedelta(seconds=1.5) == clock.now()
    assert "2026-11-22T12:00:01.500Z" == clock.iso()
    assert int(NOON.timestamp() * 1000) + 1500 == clock.milliseconds()


def test_an_advance_wakes_a_sleeper_at_its_time_and_not_before() -> None:
    async def scenario() -> list[bool]:
        clock = _frozen()
        sleeper = asyncio.create_task(clock.sleep(100))
        seen = []
        for _ in range(2):
            await asyncio.sleep(0)
            await clock.advance(50)
            seen.append(sleeper.done())
        await _soon(sleeper)
        return seen

    assert [False, True] == asyncio.run(scenario())


def test_a_sleeper_wakes_by_itself_in_real_time() -> None:
    async def scenario() -> None:
        await _soon(SandboxClock().sleep(0.02))

    asyncio.run(scenario())


@pytest.mark.parametrize("turns", range(4))
def test_a_sleeper_that_is_cancelled_while_the_clock_moves_ends(turns: int) -> None:
    async def scenario() -> bool:
        clock = _frozen()

        async def work() -> None:
            while True:
                await clock.sleep(100)

        worker = asyncio.create_task(work())
        await asyncio.sleep(0)
        clock.wake()
        for _ in range(turns):
            await asyncio.sleep(0)
        worker.cancel()
        ended, _ = await asyncio.wait([worker], timeout=1)
        worker.cancel()
        return bool(ended)

    assert asyncio.run(scenario())


def test_an_advance_stops_at_each_appointment_and_waits_for_its_work() -> None:
    async def scenario() -> list[datetime]:
        clock = _frozen()
        done: list[datetime] = []

        async def daily() -> None:
            while True:
                await clock.sleep_until(clock.now() + timedelta(days=1))
                async with clock.working():
                    await asyncio.sleep(0.01)
                    done.append(clock.now())

        task = asyncio.create_task(daily())
        await asyncio.sleep(0)
        await clock.advance(timedelta(days=3.5).total_seconds())
        task.cancel()
        assert NOON + timedelta(days=3.5) == clock.now()
        return done

    days = [NOON + timedelta(days=day) for day in (1, 2, 3)]
    assert days == asyncio.run(scenario())


def test_a_cancelled_appointment_no_longer_stops_an_advance() -> None:
    async def scenario() -> None:
        clock = _frozen()
        task = asyncio.create_task(clock.sleep_until(NOON + timedelta(hours=1)))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await clock.advance(7200)
        assert NOON + timedelta(hours=2) == clock.now()

    asyncio.run(scenario())


def test_time_never_runs_backwards() -> None:
    with pytest.raises(ValueError, match="cannot go back"):
        asyncio.run(_frozen().advance(-1))


@pytest.mark.parametrize("is_realistic", [False, True])
def test_a_vendors_delay_is_taken_from_the_table(is_realistic: bool) -> None:
    async def scenario() -> None:
        clock = _frozen(is_realistic=is_realistic)
        seconds = delay_seconds("supabase.create", is_realistic=is_realistic)
        waiting = asyncio.create_task(clock.delay("supabase.create"))
        await asyncio.sleep(0)
        await clock.advance(seconds - 0.01)
        assert not waiting.done()
        await clock.advance(0.02)
        await _soon(waiting)

    asyncio.run(scenario())


def test_short_delays_stay_below_a_second_and_realistic_ones_are_longer() -> None:
    assert all(delay.short_seconds <= 1 for delay in DELAYS.values())
    assert all(
        delay.realistic_seconds > delay.short_seconds for delay in DELAYS.values()
    )


def test_an_unknown_delay_is_an_error() -> None:
    with pytest.raises(KeyError):
        delay_seconds("vercel.lunch", is_realistic=False)


def test_a_past_moment_has_a_real_time_over_all_moves() -> None:
    noon = NOON.timestamp()
    real = [noon]
    clock = SandboxClock(real_seconds=lambda: real[0])
    real[0] += 10
    asyncio.run(clock.advance(100))
    real[0] += 10
    asyncio.run(clock.advance(1000))
    real[0] += 10
    passed = {0: 0, 9: 9, 10: 10, 60: 10, 110: 10, 115: 15, 121: 20, 1120: 20, 1125: 25}
    for sandbox_seconds, real_seconds in passed.items():
        assert noon + real_seconds == clock.real_seconds_at(noon + sandbox_seconds)


def test_a_clock_that_does_not_move_remembers_no_move() -> None:
    clock = _frozen()
    asyncio.run(clock.advance(0))
    assert [] == clock.moves
