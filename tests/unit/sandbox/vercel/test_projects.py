"""Projects: unique names, settings, protection secrets, their end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.vercel_world import Vercel


def test_a_project_is_found_by_id_and_by_name(vercel: Vercel) -> None:
    name = vercel.project()
    project = vercel.get(f"/v9/projects/{name}")
    assert project == vercel.get(f"/v9/projects/{project['id']}")
    assert project["rootDirectory"] == "apps/web"


def test_a_project_begins_protected_and_with_a_name_of_its_own(vercel: Vercel) -> None:
    name = vercel.project()
    project = vercel.get(f"/v9/projects/{name}")
    assert project["ssoProtection"] == {"deploymentType": "all_except_custom_domains"}
    assert project["autoAssignCustomDomains"] is True
    domains = vercel.get(f"/v9/projects/{name}/domains")["domains"]
    assert [f"{name}.vercel.localhost"] == [one["name"] for one in domains]


def test_a_name_that_exists_is_409(vercel: Vercel) -> None:
    name = vercel.project()
    refusal = vercel.refused("POST", "/v11/projects", {"name": name})
    assert refusal[:2] == (409, "conflict")


def test_an_absent_project_is_404(vercel: Vercel) -> None:
    assert vercel.refused("GET", "/v9/projects/none")[:2] == (404, "not_found")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "Shop"},
        {"name": "a---b"},
        {"name": "shop", "framework": "nextjs-15"},
        {"name": "shop", "buildCommand": 1},
        {"name": "shop", "buildCommand": "x" * 257},
        {"name": "shop", "ssoProtection": {"deploymentType": "everything"}},
        {"name": "shop", "autoAssignCustomDomains": False},
        {"name": "shop", "nodeVersion": "20.x"},
        ["shop"],
    ],
)
def test_a_wrong_order_is_400(vercel: Vercel, body: object) -> None:
    assert vercel.refused("POST", "/v11/projects", body)[:2] == (400, "bad_request")


def test_an_update_changes_only_what_it_names(vercel: Vercel) -> None:
    name = vercel.project()
    before = vercel.get(f"/v9/projects/{name}")
    change = {"nodeVersion": "20.x", "autoAssignCustomDomains": False}
    after = vercel.done("PATCH", f"/v9/projects/{name}", change)
    changed = {key for key in after if after[key] != before.get(key)}
    assert changed == {"nodeVersion", "autoAssignCustomDomains", "updatedAt"}


def test_a_project_can_be_renamed_to_a_free_name(vercel: Vercel) -> None:
    first, second = vercel.project(), vercel.project()
    path = f"/v9/projects/{first}"
    assert vercel.refused("PATCH", path, {"name": second})[0] == 409
    assert vercel.done("PATCH", path, {"name": f"{first}-b"})["name"] == f"{first}-b"


def test_projects_are_listed_page_by_page(vercel: Vercel) -> None:
    names = {vercel.project() for _ in range(3)}
    seen: list[str] = []
    page = "/v10/projects?limit=2"
    answer = vercel.get(page)
    while True:
        seen += [project["name"] for project in answer["projects"]]
        if answer["pagination"]["next"] is None:
            break
        answer = vercel.get(f"{page}&from={answer['pagination']['next']}")
    assert names <= set(seen)
    assert len(seen) == len(set(seen))


def test_projects_are_searched_by_name(vercel: Vercel) -> None:
    name = vercel.project()
    found = vercel.get(f"/v10/projects?search={name}")["projects"]
    assert name in {project["name"] for project in found}


def test_a_project_goes_with_everything_it_has(vercel: Vercel) -> None:
    name = vercel.project(ssoProtection=None)
    vercel.environment(name)
    vercel.variable(name, "KEY", "value")
    deployment = vercel.deploy(name, target="production")
    assert vercel.ask("DELETE", f"/v9/projects/{name}").status == 204
    assert vercel.ask("GET", f"/v9/projects/{name}").status == 404
    assert vercel.ask("GET", f"/v13/deployments/{deployment['id']}").status == 404
    assert vercel.visit(f"{name}.vercel.localhost").status == 404
    vercel.done("POST", "/v11/projects", {"name": name})
    assert vercel.get(f"/v10/projects/{name}/env")["envs"] == []


def test_a_project_may_begin_with_variables(vercel: Vercel) -> None:
    entry = {"key": "A", "value": "1", "type": "plain", "target": "production"}
    body = {"name": "with-variables", "environmentVariables": [entry]}
    vercel.done("POST", "/v11/projects", body)
    envs = vercel.get("/v10/projects/with-variables/env")["envs"]
    assert [("A", "1")] == [(env["key"], env["value"]) for env in envs]


def test_a_project_with_a_malformed_variable_is_not_made(vercel: Vercel) -> None:
    entry = {"key": "1A", "value": "1", "type": "plain", "target": ["production"]}
    body = {"name": "half-made", "environmentVariables": [entry]}
    assert vercel.refused("POST", "/v11/projects", body)[0] == 400
    assert vercel.ask("GET", "/v9/projects/half-made").status == 404


def test_a_bypass_secret_has_facts_that_can_change(vercel: Vercel) -> None:
    name = vercel.project()
    path = f"/v1/projects/{name}/protection-bypass"
    secret = "a" * 32
    wish = {"generate": {"secret": secret, "note": "probe"}}
    made = vercel.done("PATCH", path, wish)["protectionBypass"]
    assert (made[secret]["note"], made[secret]["scope"]) == (
        "probe",
        "automation-bypass",
    )
    change = {"update": {"secret": secret, "note": "other"}}
    changed = vercel.done("PATCH", path, change)["protectionBypass"]
    assert changed[secret]["note"] == "other"
    unknown = {"update": {"secret": "b" * 32, "note": "x"}}
    assert vercel.refused("PATCH", path, unknown)[:2] == (404, "not_found")
    short = {"generate": {"secret": "short"}}
    assert vercel.refused("PATCH", path, short)[:2] == (400, "bad_request")
