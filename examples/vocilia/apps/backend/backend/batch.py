"""The weekly payment batch: what approved feedback has earned is paid once.

A batch holds every unpaid reward that was granted before the end of its week
(ISO 8601, UTC), so a reward that missed its own week is paid in the next.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from backend.database import Connection

_BEGIN = """
insert into payment_batches (week) values ($1) on conflict (week) do nothing returning id
"""
_PAY = """
insert into payments (batch_id, reward_id, business_id, amount_ore, currency)
select $1, reward.id, reward.business_id, reward.amount_ore, reward.currency
from rewards as reward
where reward.created_at < $2
  and not exists (select 1 from payments as paid where paid.reward_id = reward.id)
on conflict (reward_id) do nothing
"""
_COMPLETE = """
update payment_batches as batch
set status = 'completed', completed_at = now(),
    processed_count = paid.number, total_ore = paid.total
from (
  select count(*) as number, coalesce(sum(amount_ore), 0) as total
  from payments where batch_id = $1
) as paid
where batch.id = $1
"""
_SHOW = """
select id, week, status, processed_count, total_ore, started_at, completed_at
from payment_batches
"""


def week_of(moment: datetime) -> str:
    """Return the ISO week of a moment, such as 2026-W05."""
    year, week, _ = moment.astimezone(UTC).isocalendar()
    return f"{year}-W{week:02}"


def week_before(moment: datetime) -> str:
    """Return the ISO week before the one of a moment."""
    return week_of(moment - timedelta(weeks=1))


def end_of_week(week: str) -> datetime:
    """Return the first moment after a week, in UTC.

    Raises:
        ValueError: There is no such week.
    """
    year, number = week.split("-W")
    monday = datetime.fromisocalendar(int(year), int(number), 1).replace(tzinfo=UTC)
    return monday + timedelta(weeks=1)


async def run_batch(connection: Connection, week: str) -> tuple[Any, bool]:
    """Pay a week, all in the caller's transaction; a week already paid is left alone.

    Returns:
        The batch's record, and whether this call made it.
    """
    batch_id = await connection.fetchval(_BEGIN, week)
    if batch_id is not None:
        await connection.execute(_PAY, batch_id, end_of_week(week))
        await connection.execute(_COMPLETE, batch_id)
    return await connection.fetchrow(
        f"{_SHOW} where week = $1", week
    ), batch_id is not None


async def list_batches(connection: Connection, limit: int) -> Any:
    """Return the newest batches."""
    return await connection.fetch(f"{_SHOW} order by week desc limit $1", limit)
