from __future__ import annotations

from typing import Any

import pytest

from launchbook.load.figure import overall
from launchbook.load.page import (
    SLOW,
    PageBudget,
    is_hit,
    lighthouse_figure,
    page_figures,
)
from launchbook.model.gate import Verdict

BUDGET = PageBudget.of(
    {
        "page": {
            "load_seconds": 2,
            "first_contentful_paint_seconds": 1.5,
            "lighthouse_score": 90,
            "cache_hit_percent": 80,
        }
    }
)


def answer(cache: str = "", status: int = 200, *, is_kept: bool = False) -> Any:
    return {"is_from_browser": is_kept, "status": status, "cache": cache}


def visit(load_ms: float = 700, hits: int = 9, misses: int = 1) -> dict[str, Any]:
    answers = [answer("HIT")] * hits + [answer("MISS")] * misses
    return {
        "first_paint_ms": 500,
        "largest_paint_ms": 800,
        "load_ms": load_ms,
        "second_visit": answers,
    }


def test_a_page_is_judged_by_the_median_of_its_runs() -> None:
    figures = page_figures("customer", [visit(600), visit(9000), visit(700)], BUDGET)
    assert Verdict.PASSED is overall(figures)
    assert ("customer: whole page", "700 ms", 3) == (
        figures[2].name,
        figures[2].measured,
        figures[2].n,
    )


def test_two_runs_are_no_median() -> None:
    figures = page_figures("customer", [visit(), visit()], BUDGET)
    assert Verdict.INCONCLUSIVE is figures[0].verdict


def test_a_slow_page_fails() -> None:
    assert Verdict.FAIL is page_figures("admin", [visit(2001)] * 3, BUDGET)[2].verdict


@pytest.mark.parametrize(("hits", "verdict"), [(8, "fail"), (9, "pass")])
def test_more_than_four_fifths_come_out_of_a_cache(hits: int, verdict: str) -> None:
    visits = [visit(hits=hits, misses=10 - hits)] * 3
    assert verdict == page_figures("customer", visits, BUDGET)[3].verdict


@pytest.mark.parametrize(
    ("shown", "is_expected"),
    [
        (answer(is_kept=True), True),
        (answer(status=304), True),
        (answer("HIT"), True),
        (answer("STALE"), True),
        (answer("MISS"), False),
        (answer(), False),
    ],
)
def test_a_hit_comes_out_of_the_browser_or_of_the_edge(
    shown: Any, is_expected: bool
) -> None:
    assert is_expected is is_hit(shown)


def test_without_lighthouse_nothing_passes() -> None:
    figure = lighthouse_figure("customer", BUDGET, None, "Node is not installed")
    assert ("not measured", Verdict.INCONCLUSIVE) == (figure.measured, figure.verdict)


@pytest.mark.parametrize(
    ("score", "verdict"), [(0.91, "pass"), (0.9, "fail"), (None, "inconclusive")]
)
def test_lighthouse_gives_points(score: float | None, verdict: str) -> None:
    report = {"categories": {"performance": {"score": score}}}
    assert verdict == lighthouse_figure("customer", BUDGET, report).verdict


def test_the_line_is_told_with_its_figures() -> None:
    assert "150 ms latency, 1.6 Mbit/s down, 750 kbit/s up" == SLOW.words
    assert {
        "latency": 150,
        "downloadThroughput": 200_000,
        "uploadThroughput": 93_750,
    } == SLOW.as_json()
