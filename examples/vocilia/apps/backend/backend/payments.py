"""`python -m backend.payments`: pay the week that has ended; run by cron, once a week."""

from __future__ import annotations

import argparse
import asyncio
from datetime import UTC, datetime

from backend import batch, log
from backend.config import Config
from backend.database import SERVICE, Database
from backend.problem import DatabaseUnavailable
from backend.start import configured

EXIT_UNAVAILABLE = 69  # EX_UNAVAILABLE of sysexits.h


async def pay(config: Config, week: str) -> int:
    """Run the batch of a week; return the exit status of the process."""
    database = Database(config, "vocilia-payments")
    await database.open()
    try:
        record, is_new = await database.run(
            SERVICE, lambda connection: batch.run_batch(connection, week)
        )
    except DatabaseUnavailable as error:
        log.event("no payments were made", reason=error.message, week=week)
        return EXIT_UNAVAILABLE
    finally:
        await database.close()
    log.event(
        "the batch is complete" if is_new else "this week was paid before",
        batch_id=record["id"],
        week=week,
        processed_count=record["processed_count"],
        total_ore=record["total_ore"],
    )
    return 0


def _week(text: str) -> str:
    batch.end_of_week(text)
    return text


def main() -> None:
    """Read the week from the command line: by default the one that has ended."""
    parser = argparse.ArgumentParser(
        prog="python -m backend.payments", description=__doc__
    )
    last_week = batch.week_before(datetime.now(UTC))
    parser.add_argument(
        "--week", type=_week, default=last_week, help="such as 2026-W05"
    )
    week = parser.parse_args().week
    raise SystemExit(asyncio.run(pay(configured(needs_port=False), week)))


if __name__ == "__main__":
    main()
