"""Promote and rollback, with the vendor's two traps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.support.vercel_world import Vercel


STAGED: dict[str, Any] = {"target": "production", "autoAssignCustomDomains": False}


def promote(project: str, deployment: dict[str, Any]) -> str:
    return f"/v10/projects/{project}/promote/{deployment['id']}"


def rollback(project: str, deployment: dict[str, Any]) -> str:
    return f"/v1/projects/{project}/rollback/{deployment['id']}"


def greeting(vercel: Vercel, host: str) -> str:
    return vercel.visit(host).text.removeprefix("<h1>").removesuffix("</h1>")


def release(vercel: Vercel, project: str, text: str) -> dict[str, Any]:
    """Deploy to production with a greeting of its own."""
    target = ["production"]
    vercel.variable(project, "NEXT_PUBLIC_GREETING", text, target=target)
    return vercel.deploy(project, target="production")


def test_a_rollback_pins_production_until_a_promote(vercel: Vercel) -> None:
    project = vercel.project(ssoProtection=None)
    host = f"{project}.vercel.localhost"
    first = release(vercel, project, "one")
    release(vercel, project, "two")
    path = f"/v7/deployments?projectId={project}&rollbackCandidate=true"
    candidates = vercel.get(path)["deployments"]
    assert [first["id"]] == [one["uid"] for one in candidates]

    vercel.done("POST", f"{rollback(project, first)}?description=broken")
    pinned = vercel.moved(project)
    assert greeting(vercel, host) == "one"
    assert pinned["autoAssignCustomDomains"] is False
    assert pinned["lastAliasRequest"]["type"] == "rollback"
    assert pinned["rollbackDescription"]["description"] == "broken"

    third = release(vercel, project, "three")
    assert (third["readySubstate"], third["aliasAssigned"]) == ("STAGED", False)
    assert (greeting(vercel, host), greeting(vercel, third["url"])) == ("one", "three")

    vercel.done("POST", promote(project, third))
    promoted = vercel.moved(project)
    assert greeting(vercel, host) == "three"
    assert promoted["autoAssignCustomDomains"] is True
    assert promoted["targets"]["production"]["id"] == third["id"]


def test_a_promote_turns_the_flag_on_that_somebody_turned_off(vercel: Vercel) -> None:
    project = vercel.project()
    path = f"/v9/projects/{project}"
    vercel.done("PATCH", path, {"autoAssignCustomDomains": False})
    staged = vercel.deploy(project, target="production")
    assert staged["readySubstate"] == "STAGED"
    vercel.done("POST", promote(project, staged))
    assert vercel.moved(project)["autoAssignCustomDomains"] is True
    assert vercel.get(f"/v13/deployments/{staged['id']}")["readySubstate"] == "PROMOTED"


def test_an_order_may_leave_the_domains_alone(vercel: Vercel) -> None:
    project = vercel.project()
    assert vercel.deploy(project, **STAGED)["readySubstate"] == "STAGED"


def test_a_promote_is_a_job_that_ends_later(vercel: Vercel) -> None:
    project = vercel.project()
    first, second = vercel.deploy(project, **STAGED), vercel.deploy(project, **STAGED)
    answer = vercel.ask("POST", promote(project, first))
    assert (answer.status, answer.body) == (201, b"")
    job = vercel.get(f"/v9/projects/{project}")["lastAliasRequest"]
    assert job["jobStatus"] in {"pending", "in-progress"}
    assert job["toDeploymentId"] == first["id"]
    assert vercel.refused("POST", promote(project, second))[0] == 409
    assert vercel.moved(project)["lastAliasRequest"]["jobStatus"] == "succeeded"


def test_the_current_deployment_cannot_be_promoted_again(vercel: Vercel) -> None:
    project = vercel.project()
    live = vercel.deploy(project, target="production")
    for path in (promote(project, live), rollback(project, live)):
        assert vercel.refused("POST", path)[:2] == (409, "conflict")


def test_what_was_never_production_cannot_become_it(vercel: Vercel) -> None:
    project, other = vercel.project(), vercel.project()
    preview = vercel.deploy(project)
    for path in (
        promote(project, preview),
        rollback(project, preview),
        promote(other, preview),
    ):
        assert vercel.refused("POST", path)[0] == 422


def test_a_job_may_succeed_and_leave_the_names_where_they_were(vercel: Vercel) -> None:
    project = vercel.project(ssoProtection=None)
    host = f"{project}.vercel.localhost"
    release(vercel, project, "one")
    vercel.done("PATCH", f"/v9/projects/{project}", {"autoAssignCustomDomains": False})
    second = release(vercel, project, "two")
    vercel.fault("promote_astray", f"promote {project}")
    vercel.done("POST", promote(project, second))
    moved = vercel.moved(project)
    assert moved["lastAliasRequest"]["jobStatus"] == "succeeded"
    assert moved["targets"]["production"]["id"] == second["id"]
    assert greeting(vercel, host) == "one"


def test_a_job_may_fail(vercel: Vercel) -> None:
    project = vercel.project()
    staged = vercel.deploy(project, **STAGED)
    vercel.fault("promote_failed", f"promote {project}")
    vercel.done("POST", promote(project, staged))
    failed = vercel.moved(project)
    assert failed["lastAliasRequest"]["jobStatus"] == "failed"
    assert failed["targets"] == {}
