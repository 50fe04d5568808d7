"""Prices as the file has them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from launchbook.errors import InvalidValue
from tests.support.prices import price_list


def test_a_price_keeps_every_digit_of_the_file() -> None:
    price = price_list().price("supabase-compute-micro")
    assert Decimal("0.01344") == price.amount
    assert date(2026, 11, 22) == price.read_on
    assert "https://example.com/supabase-compute-micro" == price.source
    assert "inventory/prices.yml" == price.location.file


@pytest.mark.parametrize(
    ("quantity", "cost"), [("8", "0"), ("9", "0.125"), ("2", "0"), ("16", "1")]
)
def test_what_is_included_costs_nothing(quantity: str, cost: str) -> None:
    price = price_list(included={"supabase-disk-pro": 8}).price("supabase-disk-pro")
    assert Decimal(cost) == price.cost_of(Decimal(quantity))


def test_an_unknown_price_is_known_for_what_it_includes() -> None:
    prices = price_list({"x": "unknown"}, included={"x": 2})
    assert Decimal(0) == prices.price("x").cost_of(Decimal(2))
    assert prices.price("x").cost_of(Decimal(3)) is None


def test_a_day_that_does_not_exist_is_refused_with_its_line() -> None:
    prices = price_list(dates={"railway-cpu": "2026-02-30"})
    with pytest.raises(InvalidValue) as refused:
        prices.price("railway-cpu")
    assert "2026-02-30" in refused.value.message
    assert refused.value.location is not None
    assert "/prices/railway-cpu/date" == refused.value.location.pointer
