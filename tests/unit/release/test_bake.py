from __future__ import annotations

from launchbook.model.gate import Verdict
from launchbook.release.bake import Bake, Round


def good(at: float, asked: int = 4) -> Round:
    return Round(at, asked, slowest_seconds=0.1)


def bad(at: float, *problems: str, asked: int = 4) -> Round:
    return Round(at, asked, problems or ("backend: answers 503",))


def test_good_rounds_with_enough_requests_pass() -> None:
    bake = Bake(8, [good(0), good(30)])
    assert Verdict.PASSED is bake.verdict()


def test_too_few_requests_give_no_verdict_and_say_how_many_are_missing() -> None:
    bake = Bake(10, [good(0), good(30)])
    assert Verdict.INCONCLUSIVE is bake.verdict()
    assert 2 == bake.missing


def test_three_bad_rounds_in_a_row_are_hard_down() -> None:
    bake = Bake(1, [good(0), bad(30), bad(60), bad(90)])
    assert "hard down" in bake.fault()
    assert Verdict.FAIL is bake.verdict()


def test_two_bad_rounds_and_a_good_one_are_not() -> None:
    assert "" == Bake(1, [bad(0), bad(30), good(60)]).fault()


def test_a_ratio_counts_from_five_bad_requests_on() -> None:
    four = Bake(1, [bad(0, *"abcd"), good(30)])
    five = Bake(1, [bad(0, *"abcd"), good(30), bad(60, "e"), good(90)])
    assert ("", True) == (four.fault(), "fast burn" in five.fault())


def test_few_failures_among_many_requests_are_no_burn() -> None:
    rounds = [bad(0, "a", asked=40), good(1, 40), bad(2, *"bcde", asked=40)]
    assert "" == Bake(1, rounds).fault()


def test_what_was_bad_more_than_five_minutes_ago_counts_no_more() -> None:
    rounds = [bad(0, *"abcd"), bad(1, "e"), *(good(301 + each) for each in range(9))]
    assert "" == Bake(1, rounds).fault()


def test_nothing_seen_is_nothing_bad() -> None:
    assert Verdict.INCONCLUSIVE is Bake(1).verdict()


def test_the_figures_are_told() -> None:
    told = Bake(8, [good(0), bad(30, "backend: answers 503")]).as_json()
    assert {
        "verdict": "pass",
        "rounds": 2,
        "bad_rounds": 1,
        "requests": 8,
        "failed_requests": 1,
        "missing_requests": 0,
        "latency": {},
        "slowest_ms": 100,
        "last_problems": ["backend: answers 503"],
    } == told


def test_latency_is_told_surface_by_surface() -> None:
    bake = Bake(least=1)
    for number in range(1, 101):
        taken = {"backend": number / 1000} if number <= 20 else {}
        bake.rounds.append(Round(0.0, 2, seconds={"customer": number / 1000, **taken}))
    assert {
        "customer": {"n": 100, "median_ms": 50.5, "p95_ms": 95.0},
        "backend": {"n": 20, "median_ms": 10.5, "p95_ms": 19.0},
    } == bake.latency()
