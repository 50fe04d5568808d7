"""Background work: jobs, dead letters, weekly payments."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.vocilia import (
    Backend,
    backend_module,
    finish,
    start,
    variables,
    wait_until,
)

if TYPE_CHECKING:
    from tests.support.cluster import Cluster

pytestmark = pytest.mark.xdist_group("vocilia")


def add_job(database: Cluster, kind: str, attempts: int) -> Any:
    """Put a job into the queue; return its id."""
    sql = (
        "insert into jobs (kind, dedupe_key, attempts)"
        " values (:kind, gen_random_uuid()::text, :attempts) returning id"
    )
    return database.run(sql, kind=kind, attempts=attempts)[0][0]


def job(database: Cluster, job_id: object) -> list[object]:
    """A job's status, attempts and how it rests."""
    sql = "select status, attempts, run_after > now(), last_error from jobs where id = :id"
    return database.run(sql, id=job_id)[0]


def test_a_failed_job_rests_and_is_tried_again(database: Cluster, worker: None) -> None:
    job_id = add_job(database, "no_such_kind", 0)
    wait_until(lambda: job(database, job_id)[1] == 1, "the job was tried")
    wait_until(lambda: job(database, job_id)[0] == "pending", "the job rests")
    database.run("delete from jobs where id = :id", id=job_id)


def test_a_job_that_keeps_failing_becomes_a_dead_letter(
    database: Cluster, backend: Backend, worker: None, staff_token: str
) -> None:
    failed = "/health/jobs"
    before = backend.call(failed).body["job_queue"]["failed_jobs"]
    job_id = add_job(database, "no_such_kind", 4)
    wait_until(lambda: job(database, job_id)[0] == "dead", "the job is given up")
    assert before + 1 == backend.call(failed).body["job_queue"]["failed_jobs"]
    letters = backend.call("/api/admin/dead-letters", token=staff_token).body
    assert "no such kind of job" in letters["dead_letters"][0]["error"]


def test_a_job_of_a_worker_that_died_is_taken_over(
    database: Cluster, worker: None
) -> None:
    job_id = add_job(database, "no_such_kind", 4)
    database.run(
        "update jobs set status = 'running', locked_by = 'gone',"
        " locked_at = now() - interval '2 minutes' where id = :id",
        id=job_id,
    )
    wait_until(lambda: job(database, job_id)[0] == "dead", "the job was taken over")


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 2), (2, 4), (4, 16), (20, 300)])
def test_pauses_double_up_to_a_limit(attempts: int, seconds: int) -> None:
    assert seconds == backend_module("job").pause_seconds(attempts)


def test_a_week_is_paid_once_however_often_it_is_run(
    database: Cluster, backend: Backend
) -> None:
    rewarded(database)
    week = backend_module("batch").week_of(datetime.now(UTC))
    runs = [
        finish(start("backend.payments", variables(database), "--week", week))
        for _ in range(2)
    ]
    assert [0, 0] == [status for status, _ in runs]
    assert ["the batch is complete", "this week was paid before"] == [
        message
        for _, output in runs
        for message in ("the batch is complete", "this week was paid before")
        if message in output
    ]
    [[number, total]] = database.run(
        "select processed_count, total_ore from payment_batches where week = :week",
        week=week,
    )
    assert [[number, total]] == database.run(
        "select count(*), sum(amount_ore)::bigint from payments"
    )
    shown = backend.call("/health/jobs").body["last_payment_batch"]
    assert {"batch_id", "completed_at", "status", "processed_count"} == set(shown)


def test_staff_runs_a_batch_through_the_queue(
    database: Cluster, backend: Backend, worker: None, staff_token: str
) -> None:
    asked = backend.post("/api/admin/batches", {"week": "2025-W01"}, staff_token)
    assert (202, "2025-W01") == (asked.status, asked.body["week"])

    def weeks() -> list[str]:
        answer = backend.call("/api/admin/batches", token=staff_token)
        return [batch["week"] for batch in answer.body["batches"]]

    wait_until(lambda: "2025-W01" in weeks(), "the batch is listed")
    wrong = backend.post("/api/admin/batches", {"week": "2025-W60"}, staff_token)
    assert 400 == wrong.status


def rewarded(database: Cluster) -> None:
    """Make sure that there is something to pay."""
    database.run(
        "insert into feedback (business_id, location_id, rating)"
        " select business_id, id, 5 from locations where code = 'second'"
    )
    database.run(
        "update feedback set status = 'approved', score = 50 where status = 'received'"
        " and business_id = (select id from businesses where slug = 'second')"
    )


@pytest.mark.parametrize(
    ("moment", "week", "before"),
    [
        (datetime(2026, 1, 1, tzinfo=UTC), "2026-W01", "2025-W52"),
        (datetime(2027, 1, 3, 23, 59, tzinfo=UTC), "2026-W53", "2026-W52"),
        (datetime(2027, 1, 4, tzinfo=UTC), "2027-W01", "2026-W53"),
    ],
)
def test_weeks_follow_the_iso_calendar(
    moment: datetime, week: str, before: str
) -> None:
    batch = backend_module("batch")
    assert (week, before) == (batch.week_of(moment), batch.week_before(moment))


def test_a_week_ends_on_monday_at_midnight_utc() -> None:
    end = backend_module("batch").end_of_week("2026-W53")
    assert datetime(2027, 1, 4, tzinfo=UTC) == end


def test_payments_say_when_the_database_is_away() -> None:
    impatient = {**variables(), "DATABASE_PATIENCE": "1s"}
    status, output = finish(start("backend.payments", impatient))
    assert 69 == status
    assert "no payments were made" in output
