"""The organization's plan, and what is bought for a project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.support.supabase_world import Project, Supabase

pytestmark = pytest.mark.xdist_group("supabase-billing")

PITR_7 = {"addon_type": "pitr", "addon_variant": "pitr_7"}
SMALL = {"addon_type": "compute_instance", "addon_variant": "ci_small"}
MICRO = {"addon_type": "compute_instance", "addon_variant": "ci_micro"}


def selected(answer: dict[str, Any]) -> dict[str, str]:
    return {one["type"]: one["variant"]["id"] for one in answer["selected_addons"]}


def test_the_organization_is_on_the_pro_plan_unless_ordered_otherwise(
    supabase: Supabase,
) -> None:
    path = f"/v1/organizations/{supabase.organization}"
    assert "pro" == supabase.get(path)["plan"]
    supabase.on_free_plan()
    assert "free" == supabase.get(path)["plan"]
    assert 404 == supabase.refused("GET", "/v1/organizations/other")[0]


def test_a_free_plan_buys_nothing(supabase: Supabase, project: Project) -> None:
    supabase.on_free_plan()
    path = project.path("/billing/addons")
    assert [] == supabase.get(path)["available_addons"]
    assert 403 == supabase.refused("PATCH", path, PITR_7)[0]


def test_an_addon_is_bought_shown_with_its_price_and_given_back(
    supabase: Supabase, project: Project
) -> None:
    path = project.path("/billing/addons")
    supabase.done(
        "PATCH", path, {"addon_type": "ipv4", "addon_variant": "ipv4_default"}
    )
    answer = supabase.get(path)
    assert "ipv4_default" == selected(answer)["ipv4"]
    kinds = {one["type"]: one for one in answer["available_addons"]}
    (variant,) = kinds["ipv4"]["variants"]
    assert (0.0055, "hourly") == (
        variant["price"]["amount"],
        variant["price"]["interval"],
    )
    supabase.done("DELETE", f"{path}/ipv4_default")
    assert "ipv4" not in selected(supabase.get(path))
    assert 404 == supabase.refused("DELETE", f"{path}/ipv4_default")[0]
    wrong = {"addon_type": "ipv4", "addon_variant": "pitr_7"}
    assert 400 == supabase.refused("PATCH", path, wrong)[0]


def test_recovery_to_a_point_in_time_needs_a_larger_instance(
    supabase: Supabase, project: Project
) -> None:
    path = project.path("/billing/addons")
    assert 400 == supabase.refused("PATCH", path, PITR_7)[0]
    supabase.done("PATCH", path, SMALL)
    project.reach("ACTIVE_HEALTHY")
    found = project.query("show max_connections")
    assert [{"max_connections": "90"}] == found
    supabase.done("PATCH", path, PITR_7)
    assert {"compute_instance": "ci_small", "pitr": "pitr_7"} == selected(
        supabase.get(path)
    )
    backups = supabase.get(project.path("/database/backups"))
    assert backups["pitr_enabled"]
    assert 400 == supabase.refused("PATCH", path, MICRO)[0]


def test_services_beside_the_database_have_no_requests(
    supabase: Supabase, project: Project
) -> None:
    usage = project.path("/analytics/endpoints/usage")
    assert {"result": []} == supabase.get(f"{usage}.api-counts")
    assert {"result": [{"count": 0}]} == supabase.get(f"{usage}.api-requests-count")
