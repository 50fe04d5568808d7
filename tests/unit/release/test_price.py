from __future__ import annotations

import pytest

from launchbook.release.price import Price


def test_the_price_of_the_objective_is_the_policys_own_figure() -> None:
    price = Price(uptime_percent=99.5, rollback_seconds=900)
    assert (
        "a rollback of 15 min with 1.5 min of detection costs 7.6 % of the month's "
        "error budget" == price.words
    )
    assert 216 * 60 == pytest.approx(price.budget_seconds)
    assert 7.64 == price.as_json()["percent"]


def test_without_a_budget_one_failure_is_all_of_it() -> None:
    assert 100.0 == Price(uptime_percent=100, rollback_seconds=900).percent
