"""Cron expressions on the sandbox's clock."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from launchbook.sandbox.background import Background
from launchbook.sandbox.clock import SandboxClock
from launchbook.sandbox.schedule import InvalidSchedule, every_cron, next_moment

SUNDAY = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MONDAYS = [
    datetime(2026, 11, 23, 6, 0, tzinfo=UTC),
    datetime(2026, 11, 30, 6, 0, tzinfo=UTC),
]


def test_the_next_moment_is_after_the_given_one() -> None:
    assert MONDAYS[0] == next_moment("0 6 * * 1", SUNDAY)
    assert MONDAYS[1] == next_moment("0 6 * * 1", MONDAYS[0])


@pytest.mark.parametrize("expression", ["", "every day", "99 * * * *", "0 0 31 2 *"])
def test_what_is_no_schedule_is_refused(expression: str) -> None:
    with pytest.raises(InvalidSchedule):
        next_moment(expression, SUNDAY)


def test_two_weeks_bring_two_weekly_runs_even_when_one_fails(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def scenario() -> list[datetime]:
        clock = SandboxClock(real_seconds=SUNDAY.timestamp)
        seen: list[datetime] = []

        async def run(moment: datetime) -> None:
            seen.append(moment)
            raise RuntimeError("batch failed")

        background = Background("test")
        background.start(every_cron(clock, "0 6 * * 1", run), name="weekly")
        await asyncio.sleep(0)
        await clock.advance(timedelta(days=14).total_seconds())
        await background.stop()
        return seen

    assert MONDAYS == asyncio.run(scenario())
    assert "batch failed" in caplog.text


def test_a_failed_task_is_logged_and_leaves_the_others_running(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def scenario() -> bool:
        background = Background("test")

        async def fail() -> None:
            raise RuntimeError("lost otherwise")

        other = background.run(asyncio.sleep(60), name="other")
        background.start(fail(), name="failing")
        await asyncio.sleep(0.01)
        is_running = not other.done()
        await background.stop()
        return is_running and other.cancelled()

    assert asyncio.run(scenario())
    assert "task test:failing failed" in caplog.text
    assert "lost otherwise" in caplog.text
