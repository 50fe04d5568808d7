from __future__ import annotations

from typing import Any, cast

import pytest

from launchbook.config.inventory import Inventory, load_inventory
from launchbook.config.package_data import data_root
from launchbook.config.workspace import Workspace
from launchbook.load.scenario import Phase, journeys_for


@pytest.fixture(scope="module")
def inventory() -> Inventory:
    return load_inventory(Workspace(data_root(), data_root()))


def journeys(inventory: Inventory) -> list[dict[str, Any]]:
    assert inventory.load is not None
    return cast("list[dict[str, Any]]", inventory.load.mapping()["journeys"])


def requests(journey: Any) -> list[dict[str, Any]]:
    return [*journey.get("once", ()), *journey["requests"]]


def test_the_shipped_journeys_go_to_apps_of_the_product(inventory: Inventory) -> None:
    apps = cast("dict[str, object]", inventory.product.mapping()["apps"])
    places = {each["at"] for one in journeys(inventory) for each in requests(one)}
    assert set() == places - set(apps)


def test_everything_that_is_sent_along_was_kept_before(inventory: Inventory) -> None:
    for journey in journeys(inventory):
        kept = {name for each in requests(journey) for name in each.get("keep", {})}
        used = {each["token"] for each in requests(journey) if "token" in each}
        assert set() == used - kept


def test_nothing_of_a_load_run_stays_in_production(inventory: Inventory) -> None:
    found = journeys_for("production", journeys(inventory))
    assert found
    accepted = [
        each["path"]
        for journey in found
        for each in requests(journey)
        if each.get("method") == "POST"
        and any(status < 400 for status in each.get("expect", [200, 201]))
    ]
    assert [] == accepted


@pytest.mark.parametrize(
    ("phase", "arrival", "whole"),
    [(Phase("peak", 500, 60), 30, 90), (Phase("short form", 30, 20), 10, 30)],
)
def test_users_arrive_before_the_time_of_a_phase_counts(
    phase: Phase, arrival: float, whole: int
) -> None:
    assert (arrival, whole) == (phase.arrival_seconds, phase.whole_seconds)
    assert phase.users == pytest.approx(phase.arrivals_per_second * arrival)
