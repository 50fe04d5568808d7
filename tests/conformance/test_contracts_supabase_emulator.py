"""Every answer of the emulated Supabase fits the vendor's own contract file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from launchbook.sandbox.settings import Settings
from launchbook.sandbox.supabase import build
from tests.support.contracts import contracts_folder
from tests.support.sandbox import sandbox_running
from tests.support.supabase_world import Supabase

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.supabase_world import Project

pytestmark = pytest.mark.xdist_group("supabase-conformance")


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Supabase]:
    contracts_folder()
    home = tmp_path_factory.mktemp("supabase") / "emulator"
    with sandbox_running(Settings(home), [build]) as sandbox:
        yield Supabase(sandbox, is_checked=True)


@pytest.fixture(scope="module")
def project(checked: Supabase) -> Project:
    return checked.project()


@pytest.fixture
def supabase(checked: Supabase) -> Iterator[Supabase]:
    """The API; after the test, no exchange may have broken the contract."""
    checked.problems.clear()
    yield checked
    assert checked.problems == []


def test_accounts(supabase: Supabase) -> None:
    supabase.get("/v1/profile")
    supabase.get("/v1/organizations")
    slug = supabase.organization
    supabase.get(f"/v1/projects/available-regions?organization_slug={slug}")
    for path in ("/v1/organizations", "/v1/projects"):
        answer = supabase.ask("GET", path, headers={"Authorization": "Bearer no"})
        assert answer.status == 401


def test_projects(supabase: Supabase, project: Project) -> None:
    supabase.get("/v1/projects")
    slug = supabase.organization
    supabase.get(f"/v1/organizations/{slug}/projects?offset=0&limit=10&search=shop")
    supabase.get(project.path())
    name = {"name": supabase.get(project.path())["name"]}
    supabase.done("PATCH", project.path(), name)
    assert supabase.refused("POST", "/v1/projects", supabase.order(**name))[0] == 409
    assert supabase.refused("GET", f"/v1/projects/{'a' * 20}")[0] == 404
    project.health()


def test_billing(supabase: Supabase, project: Project) -> None:
    supabase.get(f"/v1/organizations/{supabase.organization}")
    path = project.path("/billing/addons")
    supabase.get(path)
    addon = {"addon_type": "ipv4", "addon_variant": "ipv4_default"}
    supabase.done("PATCH", path, addon)
    supabase.get(path)
    supabase.done("DELETE", f"{path}/ipv4_default")
    usage = project.path("/analytics/endpoints/usage")
    supabase.get(f"{usage}.api-counts?interval=1day")
    supabase.get(f"{usage}.api-requests-count")


def test_a_life_from_coming_up_to_deleted(supabase: Supabase) -> None:
    project = supabase.create(desired_instance_size="small")
    project.health("db")
    path = project.path("/config/database/pooler")
    assert supabase.ask("GET", path).status == 404
    project.reach("ACTIVE_HEALTHY")
    supabase.on_free_plan()
    supabase.done("POST", project.path("/pause"))
    project.reach("INACTIVE")
    project.health("db")
    supabase.done("POST", project.path("/restore"))
    project.reach("ACTIVE_HEALTHY")
    supabase.endpoints.control("DELETE", "/faults")
    supabase.done("POST", project.path("/restart"))
    project.reach("ACTIVE_HEALTHY")
    supabase.done("DELETE", project.path())


def test_keys(supabase: Supabase, project: Project) -> None:
    supabase.get(project.path("/api-keys"))
    supabase.get(project.path("/api-keys?reveal=true"))


def test_access(supabase: Supabase, project: Project) -> None:
    supabase.get(project.path("/network-restrictions"))
    project.restrict("127.0.0.0/8")
    supabase.get(project.path("/ssl-enforcement"))
    project.enforce_tls(is_enforced=True)
    supabase.get(project.path("/ssl-enforcement"))


def test_database(supabase: Supabase, project: Project) -> None:
    pooler = project.path("/config/database/pooler")
    supabase.get(pooler)
    supabase.done("PATCH", pooler, {"default_pool_size": 20})
    settings = project.path("/config/database/postgres")
    supabase.done("PUT", settings, {"statement_timeout": "1min", "max_wal_size": "1GB"})
    supabase.get(settings)
    password = {"password": "another long password"}
    supabase.done("PATCH", project.path("/database/password"), password)
    project.query("select 1 as n")
    read_only = project.path("/database/query/read-only")
    supabase.done("POST", read_only, {"query": "select 1 as n"})
    supabase.get(project.path("/database/backups"))


def test_recovery(supabase: Supabase) -> None:
    project = supabase.project(desired_instance_size="small")
    restore = project.path("/database/backups/restore-pitr")
    body: dict[str, object] = {"recovery_time_target_unix": 1}
    assert supabase.refused("POST", restore, body)[0] == 400
    addon = {"addon_type": "pitr", "addon_variant": "pitr_7"}
    supabase.done("PATCH", project.path("/billing/addons"), addon)
    assert supabase.refused("POST", restore, body)[0] == 400
    supabase.endpoints.control("POST", "/advance", {"seconds": 60})
    backups = supabase.get(project.path("/database/backups"))
    latest = backups["physical_backup_data"]["latest_physical_backup_date_unix"]
    supabase.done("POST", restore, {"recovery_time_target_unix": latest})
    project.reach("ACTIVE_HEALTHY")
    supabase.done("DELETE", project.path())


def test_spent_budgets(tmp_path: Path) -> None:
    contracts_folder()
    # The vendor's whole minute, so that it cannot end meanwhile.
    settings = Settings(tmp_path / "emulator", is_realistic=True)
    with sandbox_running(settings, [build]) as sandbox:
        supabase = Supabase(sandbox, is_checked=True)
        statuses = [supabase.ask("GET", "/v1/organizations").status for _ in range(121)]
    assert (200, 429) == (statuses[-2], statuses[-1])
    assert supabase.problems == []


def test_secrets_of_functions(supabase: Supabase, project: Project) -> None:
    path = project.path("/secrets")
    entries = [{"name": "GREETING", "value": "hello"}, {"name": "B", "value": "2"}]
    assert supabase.ask("POST", path, entries).status == 201
    listed = supabase.get(path)
    assert ["B", "GREETING"] == [each["name"] for each in listed]
    assert "hello" not in {each["value"] for each in listed}
    assert supabase.ask("DELETE", path, ["B", "never-there"]).status == 200
    assert ["GREETING"] == [each["name"] for each in supabase.get(path)]
