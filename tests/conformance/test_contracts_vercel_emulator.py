"""Every answer of the emulated Vercel fits the vendor's own contract files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from launchbook.sandbox.settings import Settings
from launchbook.sandbox.vercel import build
from tests.support.contracts import contracts_folder
from tests.support.names import PlainNames
from tests.support.sandbox import Sandbox, sandbox_running
from tests.support.vercel_world import SITE, Vercel, sha1

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vercel]:
    contracts_folder()
    home = tmp_path_factory.mktemp("vercel") / "emulator"
    with sandbox_running(Settings(home), [build]) as sandbox:
        sandbox.world.names = PlainNames("cname.vercel-dns.localhost")
        yield Vercel(sandbox, checks=True)


@pytest.fixture
def vercel(checked: Vercel) -> Iterator[Vercel]:
    """The API; after the test, no exchange may have broken a contract."""
    checked.problems.clear()
    yield checked
    checked.endpoints.control("DELETE", "/faults")
    assert checked.problems == []


def names(vercel: Vercel) -> PlainNames:
    """Return what the vendor sees of DNS."""
    sandbox = vercel.endpoints
    assert isinstance(sandbox, Sandbox)
    found = sandbox.world.names
    assert isinstance(found, PlainNames)
    return found


def test_accounts(vercel: Vercel) -> None:
    vercel.get("/v2/user?personal=")
    vercel.get("/v2/teams?personal=")
    vercel.get(f"/v2/teams/{vercel.team}?personal=")
    vercel.refused("GET", "/v2/teams/team_other?personal=")
    vercel.ask("GET", "/v10/projects", headers={"Authorization": "Bearer no"})
    vercel.ask("GET", "/v10/projects", headers={"Authorization": ""})


def test_tokens(vercel: Vercel) -> None:
    vercel.get("/v5/user/tokens/current?personal=")
    body = {"name": "ci", "expiresAt": 4_000_000_000_000}
    made = vercel.done("POST", "/v3/user/tokens", body)["token"]
    vercel.get(f"/v5/user/tokens/{made['id']}?personal=")
    vercel.get("/v6/user/tokens?personal=")
    vercel.done("DELETE", f"/v3/user/tokens/{made['id']}?personal=")
    vercel.refused("DELETE", f"/v3/user/tokens/{made['id']}?personal=")


def test_projects(vercel: Vercel) -> None:
    repository = {"type": "github", "repo": "vocilia/vocilia"}
    name = vercel.project(
        framework="nextjs", installCommand="true", gitRepository=repository
    )
    path = f"/v9/projects/{name}"
    vercel.get(path)
    vercel.get(f"/v10/projects?search={name}")
    vercel.get("/v10/projects?limit=1")
    vercel.done("PATCH", path, {"nodeVersion": "20.x", "ssoProtection": None})
    vercel.refused("POST", "/v11/projects", {"name": name})
    vercel.refused("GET", "/v9/projects/none")
    bypass = f"/v1/projects/{name}/protection-bypass"
    vercel.done("PATCH", bypass, {"generate": {"note": "probe"}})
    vercel.get(path)
    vercel.done("DELETE", path)


def test_custom_environments(vercel: Vercel) -> None:
    name = vercel.project()
    vercel.environment(name)
    many = f"/v9/projects/{name}/custom-environments"
    vercel.get(many)
    vercel.get(f"{many}/staging")
    matcher = {"type": "startsWith", "pattern": "release/"}
    vercel.done("PATCH", f"{many}/staging", {"branchMatcher": matcher})
    vercel.get(f"/v9/projects/{name}")
    vercel.refused("POST", many, {"slug": "staging"})
    vercel.done("DELETE", f"{many}/staging")


def test_variables(vercel: Vercel) -> None:
    name = vercel.project()
    staging = vercel.environment(name)
    path = f"/v10/projects/{name}/env?upsert=true"
    place = {"target": [], "customEnvironmentIds": [staging]}
    ids = [
        vercel.variable(name, kind.upper(), "value", type=kind, **place)["id"]
        for kind in ("plain", "encrypted", "sensitive")
    ]
    entry = {"key": "A", "value": "1", "type": "plain", "target": ["production"]}
    vercel.done("POST", path, [entry, {**entry, "key": "B", "comment": "why"}])
    wider = {**entry, "target": ["production", "preview"]}
    vercel.done("POST", path, [wider, {**entry, "key": "C"}])
    vercel.refused("POST", path, wider)
    vercel.fault("env_conflict")
    vercel.refused("POST", path, entry)
    vercel.get(f"/v10/projects/{name}/env")
    for id_ in ids:
        vercel.get(f"/v1/projects/{name}/env/{id_}")
    one = f"/v9/projects/{name}/env/{ids[0]}"
    vercel.done("PATCH", one, {"value": "2", "gitBranch": None})
    vercel.done("DELETE", one)
    vercel.done("DELETE", f"/v1/projects/{name}/env", {"ids": ids[1:]})
    vercel.refused("DELETE", one)


def test_domains(vercel: Vercel) -> None:
    name = vercel.project()
    host = f"{name}.example.org"
    path = f"/v10/projects/{name}/domains"
    vercel.fault("domain_unverified")
    vercel.done("POST", path, {"name": host})
    vercel.refused("POST", path, {"name": host})
    other = f"/v10/projects/{vercel.project()}/domains"
    vercel.refused("POST", other, {"name": host})
    one = f"/v9/projects/{name}/domains/{host}"
    vercel.get(one)
    vercel.refused("POST", f"{one}/verify")
    challenge = vercel.get(one)["verification"][0]
    names(vercel).put(challenge["domain"], "TXT", challenge["value"])
    vercel.done("POST", f"{one}/verify")
    vercel.done("POST", f"{one}/verify")
    vercel.get(f"/v9/projects/{name}/domains?limit=100")
    vercel.get(f"/v6/domains/{host}/config?projectIdOrName={name}")
    vercel.get(f"/v6/domains/{name}.vercel.localhost/config")
    vercel.done("PATCH", one, {"redirect": "example.org", "redirectStatusCode": 308})
    vercel.done("DELETE", one)


def test_certificates(vercel: Vercel) -> None:
    name = vercel.project()
    host = f"{name}.example.org"
    vercel.refused("POST", "/v8/certs", {"cns": [host]})
    vercel.done("POST", f"/v10/projects/{name}/domains", {"name": host})
    certificate = vercel.certified(host)
    one = f"/v8/certs/{certificate['id']}"
    vercel.get(one)
    vercel.done("POST", "/v8/certs", {"cns": [host]})
    names(vercel).put(host, "CNAME")
    assert vercel.refused("POST", "/v8/certs", {"cns": [host]})[0] == 449
    names(vercel).put(host, "A", "127.0.0.1")
    names(vercel).put(host, "CAA", '0 issue "pki.goog"')
    vercel.refused("POST", "/v8/certs", {"cns": [host]})
    vercel.done("DELETE", one)
    vercel.refused("GET", one)


def test_deployments(vercel: Vercel) -> None:
    name = vercel.project()
    vercel.environment(name)
    content = b"not uploaded yet"
    files = [{"file": "a", "sha": sha1(content), "size": len(content)}]
    body = {"name": name, "project": name, "files": files}
    vercel.refused("POST", "/v13/deployments?forceNew=1", body)
    git = {"commitSha": "abc", "commitRef": "main", "dirty": False}
    order = vercel.order(
        name,
        SITE,
        customEnvironmentSlugOrId="staging",
        meta={"launchbook": "one"},
        gitMetadata=git,
        projectSettings={"framework": None},
    )
    vercel.settled(order["id"])
    vercel.deploy(name, target="production")
    vercel.get(f"/v9/projects/{name}")
    vercel.get(f"/v10/projects?search={name}")
    vercel.get(f"/v9/projects/{name}/custom-environments/staging")
    vercel.get(f"/v7/deployments?projectId={name}&limit=1&state=READY")
    vercel.log(order["id"])
    vercel.done("DELETE", f"/v13/deployments/{order['id']}")
    vercel.refused("GET", f"/v13/deployments/{order['id']}")


def test_failed_and_canceled_deployments(vercel: Vercel) -> None:
    name = vercel.project(buildCommand="echo broken >&2; exit 1")
    failed = vercel.deploy(name)
    vercel.log(failed["id"])
    vercel.done("PATCH", f"/v9/projects/{name}", {"buildCommand": "sleep 300"})
    slow = vercel.order(name)
    vercel.done("PATCH", f"/v12/deployments/{slow['id']}/cancel")
    vercel.refused("PATCH", f"/v12/deployments/{slow['id']}/cancel")
    vercel.fault("alias_failed", f"alias {name}")
    vercel.done("PATCH", f"/v9/projects/{name}", {"buildCommand": "python build.py"})
    vercel.deploy(name, target="production")
    vercel.get(f"/v7/deployments?projectId={name}")
    vercel.get(f"/v10/projects?search={name}")


def test_aliases_and_promotions(vercel: Vercel) -> None:
    name = vercel.project()
    first = vercel.deploy(name, target="production")
    second = vercel.deploy(name, target="production")
    path = f"/v2/deployments/{second['id']}/aliases"
    vercel.done("POST", path, {"alias": f"{name}-fixed.vercel.localhost"})
    vercel.refused("POST", path, {"alias": f"{name}-fixed.vercel.localhost"})
    vercel.get(path)
    vercel.get(f"/v4/aliases?projectId={second['projectId']}")
    rollback = f"/v1/projects/{name}/rollback/{first['id']}"
    vercel.done("POST", f"{rollback}?description=broken")
    vercel.moved(name)
    vercel.refused("POST", rollback)
    staged = vercel.deploy(name, target="production")
    vercel.refused("POST", f"/v1/projects/{name}/rollback/{staged['id']}")
    vercel.done("POST", f"/v10/projects/{name}/promote/{staged['id']}")
    vercel.moved(name)
    vercel.get(f"/v7/deployments?projectId={name}&rollbackCandidate=true")
    vercel.get(f"/v10/projects?search={name}")


def test_rate_limits(vercel: Vercel) -> None:
    vercel.fault("status", "POST /v11/projects", status=429)
    vercel.refused("POST", "/v11/projects", {"name": "shop"})
