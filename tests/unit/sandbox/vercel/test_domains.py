"""Host names of projects, and aliases of deployments."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.support.names import PlainNames
    from tests.support.vercel_world import Vercel

DAY_MS = 86_400_000


def add(vercel: Vercel, project: str, name: str, **more: object) -> dict[str, object]:
    path = f"/v10/projects/{project}/domains"
    made: dict[str, object] = vercel.done("POST", path, {"name": name, **more})
    return made


def config(vercel: Vercel, project: str, name: str) -> dict[str, Any]:
    path = f"/v6/domains/{name}/config?projectIdOrName={project}"
    found: dict[str, Any] = vercel.get(path)
    return found


def nothing_certified(vercel: Vercel, host: str) -> bool:
    certs = vercel.get("/v8/certs")["certs"]
    return not any(host in one["cns"] for one in certs)


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


def test_ownership_may_have_to_be_proven_first(
    vercel: Vercel, names: PlainNames
) -> None:
    project = vercel.project()
    vercel.fault("domain_unverified")
    name = f"{project}.example.org"
    made = vercel.done("POST", f"/v10/projects/{project}/domains", {"name": name})
    assert made["verified"] is False
    record = made["verification"][0]
    assert (record["type"], record["domain"]) == ("TXT", "_vercel.example.org")
    vercel.fault("verify_failed")
    path = f"/v9/projects/{project}/domains/{name}/verify"
    for value in ("vc-domain-verify=other", record["value"]):
        assert vercel.refused("POST", path)[:2] == (400, "missing_txt_record")
        names.put(record["domain"], "TXT", "v=spf1 -all", value)
    assert nothing_certified(vercel, name)
    assert vercel.done("POST", path)["verified"] is True
    assert [name] == vercel.certified(name)["cns"]


def test_a_new_name_leads_to_what_serves_its_place_now(vercel: Vercel) -> None:
    project = vercel.project()
    staging = vercel.environment(project)
    vercel.deploy(project, target="production")
    vercel.deploy(project, customEnvironmentSlugOrId="staging")
    for place in ({}, {"customEnvironmentId": staging}):
        name = f"n{len(place)}.{project}.example.org"
        add(vercel, project, name, **place)
        vercel.certified(name)
        answer = vercel.visit(name)
        assert answer.status == 200
        rule = answer.headers["strict-transport-security"]
        assert rule == "max-age=63072000"


def test_a_removed_name_leads_nowhere(vercel: Vercel) -> None:
    project = vercel.project()
    vercel.deploy(project, target="production")
    name = f"{project}.example.org"
    add(vercel, project, name)
    vercel.certified(name)
    vercel.done("DELETE", f"/v9/projects/{project}/domains/{name}")
    assert vercel.visit(name).status == 404


def test_a_name_can_become_a_redirect_and_back(vercel: Vercel) -> None:
    project = vercel.project()
    vercel.deploy(project, target="production")
    name = f"{project}.example.org"
    add(vercel, project, name)
    vercel.certified(name)
    path = f"/v9/projects/{project}/domains/{name}"
    change = {"redirect": "example.org", "redirectStatusCode": 301}
    vercel.done("PATCH", path, change)
    assert vercel.visit(name).status == 301
    vercel.done("PATCH", path, {"redirect": None, "redirectStatusCode": None})
    assert vercel.visit(name).status == 200
    assert vercel.refused("PATCH", path, {"redirectStatusCode": 200})[0] == 400


def test_a_verified_domain_may_still_be_misconfigured(
    vercel: Vercel, names: PlainNames
) -> None:
    first, second = vercel.project(), vercel.project()
    recommended = []
    for project in (first, second):
        name = f"{project}.example.org"
        names.put(name, "CNAME")
        assert add(vercel, project, name)["verified"] is True
        found = config(vercel, project, name)
        assert (found["misconfigured"], found["configuredBy"]) == (True, None)
        recommended.append(found["recommendedCNAME"][0]["value"])
    assert len(set(recommended)) == 2
    own = vercel.get(f"/v6/domains/{first}.vercel.localhost/config")
    assert own["misconfigured"] is False


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ({}, None),
        ({"CNAME": "elsewhere.example.net"}, None),
        ({"CNAME": "0123456789abcdef.vercel-dns-017.localhost"}, "CNAME"),
        ({"A": "127.0.0.1"}, "A"),
        ({"A": "104.21.8.9"}, None),
    ],
)
def test_what_dns_says_decides_whether_a_name_is_configured(
    vercel: Vercel, names: PlainNames, records: dict[str, str], expected: str | None
) -> None:
    project = vercel.project()
    name = f"{project}.example.org"
    add(vercel, project, name)
    names.put(name, "CNAME")
    for kind, value in records.items():
        names.put(name, kind, value)
    found = config(vercel, project, name)
    assert (expected, expected is None) == (
        found["configuredBy"],
        found["misconfigured"],
    )


def test_the_recommended_route_leads_to_a_certificate_and_the_edge_shows_it(
    vercel: Vercel, names: PlainNames
) -> None:
    project = vercel.project()
    name = f"{project}.example.org"
    names.put(name, "CNAME")
    add(vercel, project, name)
    vercel.deploy(project, target="production")
    assert nothing_certified(vercel, name)
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        vercel.visit(name)
    route = config(vercel, project, name)["recommendedCNAME"][0]["value"]
    names.put(name, "CNAME", route.rstrip("."))
    certificate = vercel.certified(name)
    assert certificate["expiresAt"] - certificate["createdAt"] == 90 * DAY_MS
    assert vercel.get(f"/v8/certs/{certificate['id']}") == certificate
    assert vercel.visit(name).status == 200


def test_a_certificate_is_ordered_by_hand_as_far_as_dns_allows_it(
    vercel: Vercel, names: PlainNames
) -> None:
    project = vercel.project()
    name = f"{project}.caa.example"
    names.put(name, "CNAME")
    names.put("caa.example", "CAA", '0 issue ";"')
    add(vercel, project, name)
    body = {"cns": [name]}
    refusal = vercel.refused("POST", "/v8/certs", body)
    assert refusal[:2] == (449, "configuration_error")
    names.put(name, "A", "127.0.0.1")
    refusal = vercel.refused("POST", "/v8/certs", body)
    assert refusal[:2] == (400, "conflicting_caa_record")
    names.put("caa.example", "CAA", '0 issue "letsencrypt.org"')
    vercel.fault("certificate_failed", f"certificate {name}", times=0)
    assert vercel.refused("POST", "/v8/certs", body)[:2] == (400, "rate_limited")
    vercel.endpoints.control("DELETE", "/faults")
    made = vercel.done("POST", "/v8/certs", body)
    assert made["cns"] == [name]
    unknown = vercel.refused("POST", "/v8/certs", {"cns": ["nobody.example.org"]})
    assert unknown[:2] == (404, "not_found")
    assert vercel.refused("POST", "/v8/certs", {})[0] == 400


def test_a_deleted_certificate_is_shown_no_more(vercel: Vercel) -> None:
    project = vercel.project()
    name = f"{project}.example.org"
    add(vercel, project, name)
    first = vercel.certified(name)
    assert vercel.done("DELETE", f"/v8/certs/{first['id']}") == {}
    assert vercel.refused("GET", f"/v8/certs/{first['id']}")[0] == 404
    with pytest.raises(ssl.SSLCertVerificationError):
        vercel.visit(name)


def test_a_certificate_is_renewed_while_dns_leads_here(
    vercel: Vercel, names: PlainNames
) -> None:
    project = vercel.project()
    name = f"{project}.example.org"
    add(vercel, project, name)
    first = vercel.certified(name)
    vercel.endpoints.control("POST", "/advance", {"seconds": 61 * 86_400})
    newest = vercel.until(
        "/v8/certs",
        lambda page: any(
            name in one["cns"] and one["id"] != first["id"] for one in page["certs"]
        ),
    )
    assert newest["certs"][0]["expiresAt"] > first["expiresAt"]
    names.put(name, "CNAME", "elsewhere.example.net")
    vercel.endpoints.control("POST", "/advance", {"seconds": 91 * 86_400})
    with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
        vercel.visit(name)


def test_caa_records_keep_a_certificate_from_coming(
    vercel: Vercel, names: PlainNames
) -> None:
    project = vercel.project()
    name = f"{project}.example.org"
    names.put(name, "CAA", '0 issue "pki.goog"')
    add(vercel, project, name)
    vercel.until(
        f"/v6/domains/{name}/config", lambda one: not one["misconfigured"], hurries=True
    )
    vercel.endpoints.control("POST", "/advance", {"seconds": 3600})
    assert nothing_certified(vercel, name)
    names.put(name, "CAA", '0 issue "letsencrypt.org; validationmethods=http-01"')
    vercel.certified(name)


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
