"""What an environment costs: cases that can be checked by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from launchbook.cost.estimate import Estimate, estimate
from launchbook.errors import MissingKey
from tests.support.prices import needs, price_list, service

if TYPE_CHECKING:
    from launchbook.cost.line import Line


def line(found: Estimate, platform: str, start: str) -> Line:
    return next(
        each
        for each in found.lines
        if each.platform == platform and each.item.startswith(start)
    )


def test_a_service_costs_nothing_idle_and_its_limits_at_most() -> None:
    found = estimate(needs(service(replicas=3)), price_list())
    cpu = line(found, "railway", "backend: vCPU")
    assert "backend: vCPU, 3 replicas" == cpu.item
    assert Decimal("1.5") == cpu.quantity
    assert (Decimal(0), Decimal(30)) == (cpu.low, cpu.high)
    memory = line(found, "railway", "backend: memory")
    assert (Decimal(0), Decimal(15)) == (memory.low, memory.high)


@pytest.mark.parametrize(
    ("replicas", "credit"), [(1, Decimal(-15)), (2, Decimal(-20)), (4, Decimal(-20))]
)
def test_usage_is_given_back_up_to_what_the_plan_includes(
    replicas: int, credit: Decimal
) -> None:
    found = estimate(needs(service(replicas=replicas)), price_list())
    given = line(found, "railway", "usage included")
    assert (Decimal(0), credit) == (given.low, given.high)
    assert given.is_shared


def test_a_service_without_limits_has_no_highest_cost() -> None:
    bare = service(vcpus=None, memory_gb=None)
    found = estimate(needs(bare), price_list())
    cpu = line(found, "railway", "backend: vCPU")
    assert (None, Decimal(0), None) == (cpu.quantity, cpu.low, cpu.high)
    assert "without a limit" == cpu.remark
    assert cpu in found.unknown


def test_a_service_with_a_schedule_says_that_the_high_end_is_too_high() -> None:
    found = estimate(needs(service(schedule="0 6 * * 1")), price_list())
    assert "0 6 * * 1" in line(found, "railway", "backend: vCPU").remark


def test_a_database_is_charged_for_the_hours_of_a_month() -> None:
    found = estimate(needs(), price_list())
    database = line(found, "supabase", "database micro")
    assert Decimal("0.01344") * 672 == database.low
    assert Decimal("0.01344") * 744 == database.high


def test_the_credit_covers_the_smallest_database_and_a_part_of_a_larger_one() -> None:
    prices = price_list({"supabase-compute-small": "0.0206"})
    small = estimate(needs(instance_size="small"), prices)
    assert Decimal(-10) == line(small, "supabase", "compute credit").high
    micro = estimate(needs(), prices)
    database = line(micro, "supabase", "database")
    assert -(database.high or 0) == line(micro, "supabase", "compute credit").high


def test_the_free_plan_of_a_database_charges_nothing_beyond_itself() -> None:
    prices = price_list({"supabase-plan-free": "0"}, plans={"supabase": "free"})
    found = estimate(needs(), prices)
    assert ["plan free"] == [e.item for e in found.lines if e.platform == "supabase"]


def test_a_plan_for_members_is_charged_for_each_of_the_team() -> None:
    found = estimate(needs(members=3), price_list())
    assert Decimal(60) == line(found, "vercel", "plan pro").high


def test_traffic_is_priced_and_not_counted() -> None:
    found = estimate(needs(), price_list())
    egress = line(found, "railway", "egress")
    assert (None, Decimal(0), None) == (egress.quantity, egress.low, egress.high)
    assert Decimal("0.05") == egress.price.amount


def test_domains_cost_nothing_as_long_as_an_apps_own_are_included() -> None:
    unpriced = {"railway-domain-pro": "unknown", "vercel-domain-pro": "unknown"}
    prices = price_list(unpriced, included={"vercel-domain-pro": 1})
    found = estimate(needs(), prices)
    included = line(found, "vercel", "custom domains")
    assert (Decimal(3), Decimal(0)) == (included.quantity, included.high)
    unknown = line(found, "railway", "custom domains")
    assert (None, None) == (unknown.low, unknown.high)


def test_domains_that_are_charged_for_are_charged_each() -> None:
    found = estimate(needs(), price_list({"vercel-domain-pro": "2"}))
    assert Decimal(6) == line(found, "vercel", "custom domains").low


def test_an_environment_without_host_names_has_no_line_for_them() -> None:
    found = estimate(needs(domains={}), price_list())
    assert [] == [each for each in found.lines if each.item == "custom domains"]


def test_the_total_is_the_sum_of_what_is_known() -> None:
    found = estimate(needs(service(replicas=2)), price_list())
    # Plans 20 + 20 + 25, and a database that its credit covers.
    assert Decimal(65) == found.low
    # Usage of 20 + 10 less a credit of 20.
    assert Decimal(75) == found.high
    assert Decimal(65) == found.paid_once


def test_an_unknown_price_is_left_out_and_named() -> None:
    found = estimate(needs(), price_list({"vercel-plan-pro": "unknown"}))
    plan = line(found, "vercel", "plan pro")
    assert (None, None) == (plan.low, plan.high)
    assert plan in found.unknown
    assert Decimal(45) == found.low


def test_an_unknown_credit_never_makes_the_least_amount_too_high() -> None:
    found = estimate(needs(), price_list({"supabase-credit-pro": "unknown"}))
    database = line(found, "supabase", "database")
    credit = line(found, "supabase", "compute credit")
    assert (-(database.low or 0), None) == (credit.low, credit.high)


def test_a_missing_price_is_named_with_its_file_and_line() -> None:
    with pytest.raises(MissingKey) as refused:
        estimate(needs(), price_list({"railway-cpu": None}))
    assert "the price `railway-cpu` is missing" in refused.value.message
    assert refused.value.message.startswith("inventory/prices.yml:")
    assert "`railway-cpu`" in refused.value.hint


def test_a_missing_plan_is_named() -> None:
    with pytest.raises(MissingKey, match="the plan of route53 is missing"):
        estimate(needs(dns_provider="octodns_route53.Route53Provider"), price_list())


def test_a_zone_at_another_provider_is_priced_by_its_package() -> None:
    prices = price_list({"azure-dns-plan-zone": "0.5"}, plans={"azure-dns": "zone"})
    provider = "octodns_azure_dns.AzureProvider"
    found = estimate(needs(dns_provider=provider), prices)
    assert Decimal("0.5") == line(found, "azure-dns", "plan zone").high


@pytest.mark.parametrize(
    ("today", "old"),
    [(date(2026, 6, 30), []), (date(2026, 7, 1), ["railway-cpu"])],
)
def test_a_price_is_old_after_a_hundred_and_eighty_days(
    today: date, old: list[str]
) -> None:
    prices = price_list(dates={"railway-cpu": "2026-01-01"})
    found = estimate(needs(service(), service(name="worker")), prices)
    assert old == [each.key for each in found.old_prices(today)]
