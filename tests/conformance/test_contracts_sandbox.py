"""Every exchange between our clients and the sandbox fits the vendors' contracts.

Client and emulator are written apart and share nothing, so both sides are checked
against the vendors' files: what is asked and what is answered.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import tarfile
from typing import TYPE_CHECKING, TypeVar

import pytest

from launchbook.clock import SystemClock
from launchbook.errors import ProviderError
from launchbook.model.railway import ServiceScope, ServiceSettings
from launchbook.model.supabase import ProjectOrder
from launchbook.model.vercel import (
    DeploymentOrder,
    ProjectSettings,
    SourceFile,
    Target,
    VariableWrite,
)
from launchbook.redact import Secret
from launchbook.sandbox.settings import Settings
from tests.support.contracts import contracts_folder
from tests.support.recording import RecordedClients
from tests.support.sandbox import sandbox_running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")
pytestmark = pytest.mark.xdist_group("contracts-sandbox")


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecordedClients]:
    contracts_folder()
    home = tmp_path_factory.mktemp("emulator")
    with (
        sandbox_running(Settings(home)) as sandbox,
        contextlib.closing(RecordedClients(sandbox)) as recorded,
    ):
        yield recorded


@pytest.fixture(autouse=True)
def nothing_recorded(clients: RecordedClients) -> None:
    clients.exchanges.clear()


def wait_for(
    read: Callable[[], T], is_done: Callable[[T], bool], seconds: float = 30.0
) -> T:
    clock = SystemClock()
    deadline = clock.monotonic() + seconds
    while not is_done(found := read()):
        assert clock.monotonic() < deadline, f"still {found}"
        clock.sleep(0.2)
    return found


def tarball(**files: str) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(name.replace("_", "."))
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return packed.getvalue()


def test_railway_from_an_empty_account_to_a_running_service(
    clients: RecordedClients,
) -> None:
    railway = clients.railway
    railway.read_account()
    project = railway.create_project("shop")
    environment = railway.create_environment(project.id, "staging")
    place = ServiceScope(project.id, environment.id)
    service = railway.create_service(place, "backend")
    scope = ServiceScope(project.id, environment.id, service.id)
    railway.update_service_instance(
        scope,
        ServiceSettings(
            start_command="exec python3 -m http.server $PORT",
            healthcheck_path="/",
            replicas=1,
            restart_policy="ON_FAILURE",
        ),
    )
    railway.upsert_variables(scope, {"LOG_LEVEL": Secret("info"), "OLD": Secret("x")})
    railway.delete_variable(scope, "OLD")
    assert {"LOG_LEVEL"} == set(railway.read_variables(scope))
    railway.create_custom_domain(scope, "api.vocilia.com")
    (custom,) = railway.read_custom_domains(scope)
    assert ["CNAME", "TXT"] == [each.kind for each in custom.records]
    railway.issue_certificate(custom.id)
    railway.delete_custom_domain(custom.id)
    upload = railway.upload(scope, tarball(index_html="hello"), "launchbook one")
    deployment = wait_for(
        lambda: railway.read_deployment(upload.deployment_id),
        lambda found: not found.is_pending,
    )
    assert deployment.is_serving
    assert "launchbook one" == deployment.message
    assert [upload.deployment_id] == [d.id for d in railway.read_deployments(scope)]
    assert railway.read_build_logs(upload.deployment_id)
    assert railway.read_deployment_logs(upload.deployment_id)
    (instance,) = railway.read_service_instances(environment.id)
    assert "/" == instance.settings.healthcheck_path
    assert [project.id] == [each.id for each in railway.read_projects()]
    railway.delete_service(service.id)
    railway.delete_environment(environment.id)
    railway.delete_project(project.id)
    assert [] == clients.problems()


def test_vercel_from_an_empty_team_to_a_live_site(clients: RecordedClients) -> None:
    vercel = clients.vercel
    vercel.read_account()
    assert vercel.read_project("customer") is None
    settings = ProjectSettings(
        build_command="mkdir -p out && cp index.html out/",
        output_directory="out",
        sso_protection="all_except_custom_domains",
    )
    project = vercel.create_project("customer", settings)
    assert project.id == vercel.create_project("customer", settings).id
    vercel.update_project(project.id, ProjectSettings(node_version="20.x"))
    environment = vercel.create_custom_environment(project.id, "staging")
    assert (environment,) == vercel.read_custom_environments(project.id)
    host = "customer.vocilia.com"
    vercel.add_domain(project.id, host, environment.id)
    vercel.verify_domain(project.id, host)
    domain = vercel.read_domain(project.id, host)
    assert domain is not None
    assert (host, environment.id) == (domain.host, domain.environment_id)
    assert not vercel.issue_certificate(host)
    target = Target((), (environment.id,))
    write = VariableWrite("NEXT_PUBLIC_A", Secret("https://a.test"), target)
    vercel.upsert_variables(project.id, [write])
    (variable,) = vercel.read_variables(project.id)
    decrypted = vercel.read_variable(project.id, variable.id)
    assert Secret("https://a.test") == decrypted.value
    content = b"<html>hello</html>"
    sha = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    order = DeploymentOrder(
        name=project.name,
        project_id=project.id,
        files=(SourceFile("index.html", sha, len(content), content),),
        custom_environment="staging",
        meta={"launchbook": "one"},
        git={"commitSha": "a" * 40, "commitRef": "main", "dirty": False},
        settings=settings,
    )
    ordered = vercel.deploy(order)
    deployment = wait_for(
        lambda: vercel.read_deployment(ordered.id),
        lambda found: found.is_live or found.is_failed,
    )
    assert deployment.is_live
    assert host in deployment.aliases
    (listed,) = vercel.read_deployments(project.id)
    assert (ordered.id, "one") == (listed.id, listed.meta["launchbook"])
    assert vercel.read_build_logs(ordered.id)
    assert vercel.create_protection_bypass(project.id)
    vercel.delete_variable(project.id, variable.id)
    vercel.remove_domain(project.id, host)
    vercel.delete_project(project.id)
    assert [] == clients.problems()


def test_supabase_from_an_empty_organization_to_a_healthy_project(
    clients: RecordedClients,
) -> None:
    supabase, organization = clients.supabase, clients.organization
    supabase.read_profile()
    assert organization in {each.slug for each in supabase.read_organizations()}
    assert supabase.find_project(organization, "vocilia") is None
    password = Secret("a-long-database-password")
    order = ProjectOrder("vocilia", organization, "eu-north-1", password)
    created = supabase.create_project(order)
    assert created.ref == supabase.create_project(order).ref
    wait_for(
        lambda: supabase.read_project(created.ref),
        lambda found: found is not None and found.is_healthy,
    )
    wait_for(
        lambda: supabase.read_health(created.ref),
        lambda services: all(each.is_healthy for each in services),
    )
    poolers = wait_for(lambda: supabase.read_pooler(created.ref), bool)
    assert any(each.is_primary for each in poolers)
    supabase.update_pooler(created.ref, 20)
    assert supabase.set_tls_enforcement(created.ref, is_enforced=True).is_enforced
    assert supabase.read_tls_enforcement(created.ref).is_enforced
    cidrs, cidrs_v6 = ("127.0.0.0/8",), ("::1/128",)
    supabase.apply_network_restrictions(created.ref, cidrs, cidrs_v6)
    network = supabase.read_network_restrictions(created.ref)
    assert (cidrs, cidrs_v6) == (network.allowed_cidrs, network.allowed_cidrs_v6)
    assert {"anon", "service_role"} <= {
        key.name for key in supabase.read_api_keys(created.ref)
    }
    supabase.delete_project(created.ref)
    assert supabase.read_project(created.ref) is None
    assert [] == clients.problems()


def test_refusals_fit_the_contracts_too(clients: RecordedClients) -> None:
    for refused in (
        lambda: clients.railway.read_deployment("not-an-id"),
        lambda: clients.vercel.read_deployment("dpl_nowhere"),
        lambda: clients.supabase.read_health("a" * 20),
    ):
        with pytest.raises(ProviderError):
            refused()
    statuses = {(each.vendor, each.status) for each in clients.exchanges}
    assert ("railway", 200) in statuses
    assert ("vercel", 404) in statuses
