"""Host names of projects, and aliases of deployments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.vercel_world import Vercel


def add(vercel: Vercel, project: str, name: str, **more: object) -> dict[str, object]:
    path = f"/v10/projects/{project}/domains"
    made: dict[str, object] = vercel.done("POST", path, {"name": name, **more})
    return made


def test_a_domain_is_verified_and_listed(vercel: Vercel) -> None:
    project = vercel.project()
    name = f"{project}.example.org"
    made = add(vercel, project, name)
    assert (made["verified"], "verification" in made) == (True, False)
    assert made["apexName"] == "example.org"
    assert made == vercel.get(f"/v9/projects/{project}/domains/{name}")
    listed = vercel.get(f"/v9/projects/{project}/domains")["domains"]
    assert [f"{project}.vercel.localhost", name] == [one["name"] for one in listed]


def test_a_domain_of_this_project_is_400_and_of_another_409(vercel: Vercel) -> None:
    first, second = vercel.project(), vercel.project()
    name = f"{first}.example.org"
    add(vercel, first, name)
    outcomes = [
        vercel.refused("POST", f"/v10/projects/{project}/domains", {"name": name})[:2]
        for project in (first, second)
    ]
    expected = [(400, "domain_already_exists"), (409, "domain_already_in_use")]
    assert outcomes == expected


@pytest.mark.parametrize("name", ["nodots", "-a.example.org", "a b.org", "a..org"])
def test_a_name_that_is_no_host_name_is_refused(vercel: Vercel, name: str) -> None:
    path = f"/v10/projects/{vercel.project()}/domains"
    assert vercel.refused("POST", path, {"name": name})[:2] == (400, "invalid_domain")


def test_an_unknown_environment_is_refused(vercel: Vercel) -> None:
    path = f"/v10/projects/{vercel.project()}/domains"
    body = {"name": "a.example.org", "customEnvironmentId": "env_none"}
    assert vercel.refused("POST", path, body)[0] == 400


def test_ownership_may_have_to_be_proven_first(vercel: Vercel) -> None:
    project = vercel.project()
    vercel.fault("domain_unverified")
    name = f"{project}.example.org"
    made = vercel.done("POST", f"/v10/projects/{project}/domains", {"name": name})
    assert made["verified"] is False
    record = made["verification"][0]
    assert (record["type"], record["domain"]) == ("TXT", "_vercel.example.org")
    vercel.fault("verify_failed")
    path = f"/v9/projects/{project}/domains/{name}/verify"
    assert vercel.refused("POST", path)[:2] == (400, "missing_txt_record")
    assert vercel.done("POST", path)["verified"] is True


def test_a_new_name_leads_to_what_serves_its_place_now(vercel: Vercel) -> None:
    project = vercel.project()
    staging = vercel.environment(project)
    vercel.deploy(project, target="production")
    vercel.deploy(project, customEnvironmentSlugOrId="staging")
    for place in ({}, {"customEnvironmentId": staging}):
        name = f"n{len(place)}.{project}.example.org"
        add(vercel, project, name, **place)
        assert vercel.visit(name).status == 200


def test_a_removed_name_leads_nowhere(vercel: Vercel) -> None:
    project = vercel.project()
    vercel.deploy(project, target="production")
    name = f"{project}.example.org"
    add(vercel, project, name)
    vercel.done("DELETE", f"/v9/projects/{project}/domains/{name}")
    assert vercel.visit(name).status == 404


def test_a_name_can_become_a_redirect_and_back(vercel: Vercel) -> None:
    project = vercel.project()
    vercel.deploy(project, target="production")
    name = f"{project}.example.org"
    add(vercel, project, name)
    path = f"/v9/projects/{project}/domains/{name}"
    change = {"redirect": "example.org", "redirectStatusCode": 301}
    vercel.done("PATCH", path, change)
    assert vercel.visit(name).status == 301
    vercel.done("PATCH", path, {"redirect": None, "redirectStatusCode": None})
    assert vercel.visit(name).status == 200
    assert vercel.refused("PATCH", path, {"redirectStatusCode": 200})[0] == 400


def test_a_verified_domain_may_still_be_misconfigured(vercel: Vercel) -> None:
    first, second = vercel.project(), vercel.project()
    recommended = []
    for project in (first, second):
        name = f"{project}.example.org"
        assert add(vercel, project, name)["verified"] is True
        config = vercel.get(f"/v6/domains/{name}/config?projectIdOrName={project}")
        assert (config["misconfigured"], config["configuredBy"]) == (True, None)
        recommended.append(config["recommendedCNAME"][0]["value"])
    assert len(set(recommended)) == 2
    own = vercel.get(f"/v6/domains/{first}.vercel.localhost/config")
    assert own["misconfigured"] is False


def test_an_alias_is_taken_from_its_holder(vercel: Vercel) -> None:
    project = vercel.project(ssoProtection=None)
    first, second = vercel.deploy(project), vercel.deploy(project)
    host = f"{project}-fixed.vercel.localhost"
    path = "/v2/deployments/{}/aliases"
    for deployment, before in ((first, None), (second, first["id"])):
        made = vercel.done("POST", path.format(deployment["id"]), {"alias": host})
        assert (made["alias"], made["oldDeploymentId"]) == (host, before)
    again = vercel.refused("POST", path.format(second["id"]), {"alias": host})
    assert again[:2] == (409, "not_modified")
    assert vercel.visit(host).status == 200
    assert vercel.get(f"/v13/deployments/{host}")["id"] == second["id"]
    held = vercel.get(path.format(second["id"]))["aliases"]
    assert [host] == [alias["alias"] for alias in held]


def test_only_a_ready_deployment_takes_an_alias(vercel: Vercel) -> None:
    project = vercel.project(buildCommand="exit 1")
    failed = vercel.deploy(project)
    path = f"/v2/deployments/{failed['id']}/aliases"
    refusal = vercel.refused("POST", path, {"alias": "a.example.org"})
    assert refusal[:2] == (400, "deployment_not_ready")


def test_aliases_are_listed_by_project(vercel: Vercel) -> None:
    project = vercel.project()
    deployment = vercel.deploy(project, target="production")
    for number in range(3):
        body = {"alias": f"{project}-{number}"}
        vercel.done("POST", f"/v2/deployments/{deployment['id']}/aliases", body)
    path = f"/v4/aliases?projectId={deployment['projectId']}&limit=3"
    page = vercel.get(path)
    rest = vercel.get(f"{path}&until={page['pagination']['next']}")
    hosts = [alias["alias"] for alias in page["aliases"] + rest["aliases"]]
    names = [f"{project}-2", f"{project}-1", f"{project}-0", project]
    assert [f"{name}.vercel.localhost" for name in names] == hosts
    assert rest["pagination"]["next"] is None
