"""Deployment protection: on by default for generated names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.vercel_world import Vercel


def live(vercel: Vercel, **settings: object) -> tuple[str, str, str]:
    """Deploy to staging and production; return project and their own hosts."""
    project = vercel.project(**settings)
    vercel.environment(project)
    preview = vercel.order(project, customEnvironmentSlugOrId="staging")
    production = vercel.order(project, target="production")
    hosts = [vercel.settled(one["id"])["url"] for one in (preview, production)]
    return project, hosts[0], hosts[1]


def bypass(vercel: Vercel, project: str) -> str:
    path = f"/v1/projects/{project}/protection-bypass"
    answer = vercel.done("PATCH", path, {"generate": {}})
    return str(next(iter(answer["protectionBypass"])))


def test_a_generated_name_asks_for_a_login(vercel: Vercel) -> None:
    project, preview, production = live(vercel)
    for host in (preview, production, f"{project}.vercel.localhost"):
        answer = vercel.visit(host)
        assert (answer.status, "no greeting" in answer.text) == (401, False)


def test_a_name_that_was_added_is_open(vercel: Vercel) -> None:
    project = vercel.project()
    staging = vercel.environment(project)
    wish = {"name": f"{project}-staging.vercel.localhost"}
    wish["customEnvironmentId"] = staging
    vercel.done("POST", f"/v10/projects/{project}/domains", wish)
    deployment = vercel.deploy(project, customEnvironmentSlugOrId="staging")
    assert wish["name"] in deployment["alias"]
    assert vercel.visit(wish["name"]).status == 200
    assert vercel.visit(deployment["url"]).status == 401


def test_without_protection_every_name_is_open(vercel: Vercel) -> None:
    _, preview, production = live(vercel, ssoProtection=None)
    assert [vercel.visit(host).status for host in (preview, production)] == [200, 200]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("all", [401, 401, 401]),
        ("prod_deployment_urls_and_all_previews", [401, 401, 200]),
        ("preview", [401, 200, 200]),
    ],
)
def test_each_kind_protects_its_names(
    vercel: Vercel, kind: str, expected: list[int]
) -> None:
    project, preview, production = live(vercel, ssoProtection={"deploymentType": kind})
    hosts = (preview, production, f"{project}.vercel.localhost")
    assert expected == [vercel.visit(host).status for host in hosts]


def test_the_secret_opens_by_header_and_by_query(vercel: Vercel) -> None:
    project = vercel.project()
    host = vercel.deploy(project)["url"]
    secret = bypass(vercel, project)
    name = "x-vercel-protection-bypass"
    assert vercel.visit(host, headers={name: secret}).status == 200
    assert vercel.visit(host, f"/?{name}={secret}").status == 200
    assert vercel.visit(host, headers={name: secret[::-1]}).status == 401


def test_the_secret_can_be_kept_in_a_cookie(vercel: Vercel) -> None:
    project = vercel.project()
    host = vercel.deploy(project)["url"]
    headers = {
        "x-vercel-protection-bypass": bypass(vercel, project),
        "x-vercel-set-bypass-cookie": "true",
    }
    cookie = vercel.visit(host, headers=headers).cookies[0].partition(";")[0]
    assert vercel.visit(host, headers={"Cookie": cookie}).status == 200


def test_a_revoked_secret_opens_nothing(vercel: Vercel) -> None:
    project = vercel.project()
    host = vercel.deploy(project)["url"]
    secret = bypass(vercel, project)
    headers = {"x-vercel-protection-bypass": secret}
    assert vercel.visit(host, headers=headers).status == 200
    path = f"/v1/projects/{project}/protection-bypass"
    revoke = {"revoke": {"secret": secret, "regenerate": True}}
    left = vercel.done("PATCH", path, revoke)["protectionBypass"]
    assert (len(left), secret in left) == (1, False)
    assert vercel.visit(host, headers=headers).status == 401


def test_the_login_may_be_a_page_that_answers_200(vercel: Vercel) -> None:
    host = vercel.deploy(vercel.project())["url"]
    vercel.fault("sso_redirect", f"edge {host}")
    answer = vercel.visit(host)
    assert answer.status == 302
    target = answer.headers["location"]
    port = vercel.endpoints.facts["edge_port"]
    assert target.startswith(f"https://vercel.localhost:{port}/sso-api?url=")
    page = vercel.visit("vercel.localhost", "/sso-api")
    assert (page.status, "no greeting" in page.text) == (200, False)
