"""Environments beside production, preview and development."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from launchbook.sandbox.vercel.answers import ENVIRONMENT_LIMITS

if TYPE_CHECKING:
    from tests.support.vercel_world import Vercel


def test_an_environment_is_found_by_slug_and_by_id(vercel: Vercel) -> None:
    project = vercel.project()
    id_ = vercel.environment(project)
    many = f"/v9/projects/{project}/custom-environments"
    found = vercel.get(f"{many}/staging")
    assert found == vercel.get(f"{many}/{id_}")
    assert vercel.get(many)["environments"] == [found]
    assert vercel.get(many)["accountLimit"] == {"total": ENVIRONMENT_LIMITS["pro"]}


@pytest.mark.parametrize("slug", ["", "production", "Staging", "a" * 33, "-a"])
def test_a_slug_that_cannot_be_is_refused(vercel: Vercel, slug: str) -> None:
    path = f"/v9/projects/{vercel.project()}/custom-environments"
    assert vercel.refused("POST", path, {"slug": slug})[:2] == (400, "bad_request")


def test_a_slug_is_there_once(vercel: Vercel) -> None:
    project = vercel.project()
    vercel.environment(project)
    path = f"/v9/projects/{project}/custom-environments"
    assert vercel.refused("POST", path, {"slug": "staging"})[0] == 400


def test_the_plan_has_a_limit(vercel: Vercel) -> None:
    project = vercel.project()
    for number in range(ENVIRONMENT_LIMITS["pro"]):
        vercel.environment(project, f"env-{number}")
    path = f"/v9/projects/{project}/custom-environments"
    assert vercel.refused("POST", path, {"slug": "more"})[0] == 402


def test_an_environment_can_change(vercel: Vercel) -> None:
    project = vercel.project()
    vercel.environment(project)
    path = f"/v9/projects/{project}/custom-environments/staging"
    matcher = {"type": "equals", "pattern": "main"}
    body = {"slug": "qa", "description": "tests", "branchMatcher": matcher}
    changed = vercel.done("PATCH", path, body)
    assert body == {name: changed[name] for name in body}
    assert vercel.ask("GET", path).status == 404


def test_variables_can_be_copied_from_another_place(vercel: Vercel) -> None:
    project = vercel.project()
    vercel.variable(project, "KEY", "from preview")
    path = f"/v9/projects/{project}/custom-environments"
    made = vercel.done("POST", path, {"slug": "qa", "copyEnvVarsFrom": "preview"})
    envs = vercel.get(f"/v10/projects/{project}/env?customEnvironmentId={made['id']}")[
        "envs"
    ]
    assert [("KEY", [], [made["id"]])] == [
        (env["key"], env["target"], env["customEnvironmentIds"]) for env in envs
    ]


def test_an_environment_takes_its_names_and_variables_with_it(vercel: Vercel) -> None:
    project = vercel.project()
    id_ = vercel.environment(project)
    host = f"{project}-staging.vercel.localhost"
    wish = {"name": host, "customEnvironmentId": id_}
    vercel.done("POST", f"/v10/projects/{project}/domains", wish)
    place = {"customEnvironmentIds": [id_]}
    vercel.variable(project, "ONLY", "there", target=[], **place)
    vercel.variable(project, "ALSO", "there", target=["preview"], **place)
    path = f"/v9/projects/{project}/custom-environments/staging"
    assert vercel.done("DELETE", path)["domains"][0]["name"] == host
    assert vercel.ask("GET", f"/v9/projects/{project}/domains/{host}").status == 404
    envs = vercel.get(f"/v10/projects/{project}/env")["envs"]
    assert [("ALSO", [])] == [(e["key"], e["customEnvironmentIds"]) for e in envs]
