from __future__ import annotations

from typing import Any

import pytest

from launchbook.load.figure import Figure, overall
from launchbook.load.verdict import (
    DatabaseSamples,
    database_figures,
    load_figures,
    troubles,
)
from launchbook.model.gate import Verdict
from tests.unit.load.examples import BUDGET, entry, observed

SLOW = {"20": 900, "2100": 100}


def by_name(figures: tuple[Figure, ...]) -> dict[str, Figure]:
    return {each.name.removeprefix("load: "): each for each in figures}


def test_a_run_within_its_budgets_passes() -> None:
    figures = load_figures(observed(), BUDGET)
    assert Verdict.PASSED is overall(figures)
    assert ("API p95", "< 2000 ms", "1900 ms", "1000", "pass") == tuple(
        each.removeprefix("load: ") for each in figures[1].cells()
    )


def test_a_slow_twentieth_fails() -> None:
    figures = by_name(load_figures(observed(entry(times=SLOW)), BUDGET))
    assert Verdict.FAIL is figures["API p95"].verdict
    assert Verdict.PASSED is figures["API average"].verdict


def test_pages_are_judged_apart_from_the_api() -> None:
    figures = by_name(
        load_figures(observed(entry(), entry("customer GET /", SLOW)), BUDGET)
    )
    assert Verdict.PASSED is figures["API p95"].verdict
    assert Verdict.FAIL is figures["page files p95"].verdict


@pytest.mark.parametrize(("failures", "verdict"), [(9, "pass"), (10, "fail")])
def test_one_percent_of_errors_is_too_much(failures: int, verdict: str) -> None:
    figures = by_name(load_figures(observed(entry(failures=failures)), BUDGET))
    assert verdict == figures["error rate"].verdict


def test_too_few_requests_give_no_verdict() -> None:
    figures = load_figures(observed(entry(times={"20": 99})), BUDGET)
    assert Verdict.INCONCLUSIVE is overall(figures)
    assert "1 measurements missing" == figures[0].note


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"cpu_percent": 90.1}, "the generator used 90 % of a core"),
        ({"has_cpu_warning": True}, "Locust warned that its processor was too busy"),
        ({"most_users": 99}, "only 99 of 100 users came"),
    ],
)
@pytest.mark.parametrize("times", [{"20": 1000}, {"9000": 1000}])
def test_where_the_generator_was_the_limit_there_is_no_verdict(
    changes: dict[str, Any], why: str, times: dict[str, int]
) -> None:
    figures = load_figures(observed(entry(times=times), **changes), BUDGET)
    assert {(Verdict.INCONCLUSIVE, why)} == {(f.verdict, f.note) for f in figures}


def test_a_busy_generator_below_its_limit_gives_a_verdict() -> None:
    assert Verdict.PASSED is overall(load_figures(observed(cpu_percent=90.0), BUDGET))


def test_what_is_slow_on_a_machine_without_a_rest_is_no_failure_of_the_product() -> (
    None
):
    busy = observed(entry(times=SLOW, failures=500), machine_percent=99.0)
    figures = by_name(load_figures(busy, BUDGET))
    assert (Verdict.INCONCLUSIVE, "this machine was 99 % busy") == (
        figures["API p95"].verdict,
        figures["API p95"].note,
    )
    # What passes there passes, and errors are errors.
    assert Verdict.PASSED is figures["API average"].verdict
    assert Verdict.FAIL is figures["error rate"].verdict


def test_a_lost_worker_fails_the_run() -> None:
    figures = load_figures(observed(lost_workers=1), BUDGET)
    assert Verdict.FAIL is overall(figures)
    assert "load: lost workers" == figures[-1].name


def test_the_database_is_judged_by_all_looks_at_it() -> None:
    samples = DatabaseSamples()
    for query_ms, used in ((40.0, 10.0), (140.0, 81.0)):
        samples.add(
            {
                "query_performance": {"avg_response_time_ms": query_ms},
                "connection_pool": {"pool_utilization": used},
            }
        )
    average, pool = database_figures(samples, BUDGET)
    assert ("90.0 ms", 2, Verdict.PASSED) == (
        average.measured,
        average.n,
        average.verdict,
    )
    assert ("81 %", Verdict.FAIL) == (pool.measured, pool.verdict)


def test_a_database_that_nobody_could_ask_about_does_not_pass() -> None:
    verdicts = {each.verdict for each in database_figures(DatabaseSamples(), BUDGET)}
    assert {Verdict.INCONCLUSIVE} == verdicts


def test_what_failed_is_told() -> None:
    error = {"method": "GET", "name": "/", "error": "answered 502", "occurrences": 3}
    told = troubles([observed(errors=[error])])
    assert ("load: 3 times GET /: answered 502",) == told
