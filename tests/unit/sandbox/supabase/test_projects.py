"""Projects: created, healthy later, paused, restored, deleted; and who may ask."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING

import pytest

from launchbook.sandbox.settings import Settings
from launchbook.sandbox.supabase import build
from launchbook.sandbox.supabase.keys import legacy_key
from launchbook.sandbox.supabase.state import Project as State
from tests.support.sandbox import Sandbox, sandbox_running
from tests.support.supabase_world import Project, Supabase, until

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = pytest.mark.xdist_group("supabase-projects")


def claims_of(token: str, secret: str) -> dict[str, object]:
    """Check a token as an API gateway would, and return what it says."""
    text, _, signature = token.rpartition(".")
    mac = hmac.digest(secret.encode(), text.encode(), hashlib.sha256)
    assert base64.urlsafe_b64encode(mac).rstrip(b"=").decode() == signature
    payload = text.split(".")[1]
    padded = payload + "=" * (-len(payload) % 4)
    claims: dict[str, object] = json.loads(base64.urlsafe_b64decode(padded))
    return claims


def test_a_new_project_comes_up_and_its_services_and_pooler_lag(
    supabase: Supabase, supabase_sandbox: Sandbox
) -> None:
    project = supabase.create()
    assert project.status == "COMING_UP"
    assert {"COMING_UP"} == {each["status"] for each in project.health()}
    pooler = project.path("/config/database/pooler")
    assert (404, "Pooler config not found") == supabase.refused("GET", pooler)
    query = {"query": "select 1"}
    early = supabase.refused("POST", project.path("/database/query"), query)
    assert (400, True) == (early[0], "COMING_UP" in early[1])
    project.reach("ACTIVE_HEALTHY")
    document = supabase_sandbox.world.document("supabase/state").data
    ready_at = document["projects"][project.ref]["ready_at"]
    until(lambda: {"ACTIVE_HEALTHY"} == {each["status"] for each in project.health()})
    assert supabase_sandbox.world.clock.timestamp() >= ready_at
    until(lambda: supabase.ask("GET", pooler).status == 200)
    supabase.done("DELETE", project.path())


def test_a_second_project_of_the_same_name_is_a_conflict(supabase: Supabase) -> None:
    body = supabase.order()
    supabase.name_only(name=body["name"])
    status, message = supabase.refused("POST", "/v1/projects", body)
    assert status == 409
    assert message == (
        f"Project with name {body['name']} already exists in your organization."
    )


def test_an_impossible_order_is_refused(supabase: Supabase) -> None:
    nowhere = {"type": "specific", "code": "mars-1"}
    for wrong in (
        {"name": ""},
        {"name": "n" * 257},
        {"db_pass": ""},
        {"desired_instance_size": "gigantic"},
        {"region_selection": nowhere},
    ):
        body = supabase.order(**wrong)
        assert supabase.refused("POST", "/v1/projects", body)[0] == 400
    foreign = supabase.order(organization_slug="somebody-else")
    assert supabase.refused("POST", "/v1/projects", foreign)[0] == 403


def test_a_smart_group_becomes_a_region(supabase: Supabase) -> None:
    group = {"type": "smartGroup", "code": "emea"}
    project = supabase.name_only(region_selection=group)
    assert supabase.get(project.path())["region"] == "eu-central-1"


def test_the_organization_lists_its_projects_page_by_page(supabase: Supabase) -> None:
    names = {supabase.get(supabase.name_only().path())["name"] for _ in range(2)}
    path = f"/v1/organizations/{supabase.organization}/projects"
    total = supabase.get(path)["pagination"]["count"]
    pages = [supabase.get(f"{path}?offset={n}&limit=1") for n in range(total)]
    assert names <= {page["projects"][0]["name"] for page in pages}
    assert supabase.refused("GET", "/v1/organizations/other/projects")[0] == 404


def test_the_legacy_keys_are_signed_tokens_of_the_project(
    supabase: Supabase, project: Project, supabase_sandbox: Sandbox
) -> None:
    document = supabase_sandbox.world.document("supabase/state").data
    secret = document["projects"][project.ref]["secret"]
    keys = supabase.get(project.path("/api-keys?reveal=true"))
    legacy = {key["name"]: key["api_key"] for key in keys if key["type"] == "legacy"}
    for role in ("anon", "service_role"):
        claims = claims_of(legacy[role], secret)
        assert (role, project.ref) == (claims["role"], claims["ref"])
    kinds = {key["type"]: key["api_key"] for key in keys}
    assert kinds["publishable"].startswith("sb_publishable_")
    assert kinds["secret"].startswith("sb_secret_")


def test_a_secret_key_is_hidden_unless_it_is_asked_for(
    supabase: Supabase, project: Project
) -> None:
    shown = supabase.get(project.path("/api-keys?reveal=true"))
    hidden = supabase.get(project.path("/api-keys"))
    assert shown[-1]["type"] == hidden[-1]["type"] == "secret"
    assert shown[-1]["api_key"] != hidden[-1]["api_key"]


def test_two_projects_never_share_a_key() -> None:
    def project(secret: str) -> State:
        return State("a" * 20, "shop", "org", "eu-north-1", "micro", "p", secret, "")

    one, two = project("one"), project("two")
    assert legacy_key(one, "anon") != legacy_key(two, "anon")


def test_a_paused_project_answers_540_and_comes_back_with_its_data(
    supabase: Supabase,
) -> None:
    project = supabase.project()
    project.query("create table kept (n int); insert into kept values (7)")
    supabase.on_free_plan()
    supabase.done("POST", project.path("/pause"))
    project.reach("INACTIVE")
    query = project.path("/database/query")
    assert supabase.refused("POST", query, {"query": "select 1"})[0] == 540
    assert {"UNHEALTHY"} == {each["status"] for each in project.health()}
    assert ("XX000", "Tenant or user not found") == project.refusal()
    assert supabase.refused("POST", project.path("/pause"))[0] == 400
    supabase.done("POST", project.path("/restore"))
    project.reach("ACTIVE_HEALTHY")
    assert [{"n": 7}] == project.query("select n from kept")
    assert supabase.refused("POST", project.path("/restore"))[0] == 400


def test_a_paid_project_is_not_paused(supabase: Supabase) -> None:
    project = supabase.name_only()
    status, message = supabase.refused("POST", project.path("/pause"))
    assert (400, True) == (status, message.startswith("Project is not free-tier."))


def test_a_deleted_project_is_gone_with_its_server_and_its_data(
    supabase: Supabase, supabase_sandbox: Sandbox
) -> None:
    project = supabase.project()
    folder = supabase_sandbox.world.folder("supabase") / project.ref
    assert folder.is_dir()
    supabase.done("DELETE", project.path())
    assert (404, "Project not found") == supabase.refused("GET", project.path())
    assert not folder.exists()
    assert ("XX000", "Tenant or user not found") == project.refusal()


def test_a_project_that_cannot_start_says_so(supabase: Supabase) -> None:
    supabase.name_only().reach("INIT_FAILED")


def test_an_ordered_illness_shows_in_the_health_of_one_service(
    supabase: Supabase, project: Project
) -> None:
    supabase.fault("unhealthy", "GET /v1/projects/{ref}/health", service="auth")
    first = {each["name"]: each["healthy"] for each in project.health("auth,db")}
    assert {"auth": False, "db": True} == first
    assert all(each["healthy"] for each in project.health("auth,db"))


def test_health_must_be_asked_for_by_service(
    supabase: Supabase, project: Project
) -> None:
    for query in ("", "?services=", "?services=teapot"):
        path = project.path(f"/health{query}")
        assert supabase.refused("GET", path)[0] == 400


def test_another_token_is_turned_away(supabase: Supabase) -> None:
    answer = supabase.ask(
        "GET", "/v1/projects", headers={"Authorization": "Bearer wrong"}
    )
    assert (401, {"message": "Unauthorized"}) == (answer.status, answer.json())


def test_an_unknown_route_is_named(supabase: Supabase) -> None:
    answer = supabase.ask("GET", "/v1/snippets")
    assert answer.status == 501
    assert answer.json() == {
        "message": "GET /v1/snippets is not emulated",
        "code": "not_emulated",
    }


def test_answers_tell_the_budget_and_refuse_when_it_is_spent(
    supabase: Supabase,
) -> None:
    answer, *_ = [supabase.ask("GET", "/v1/profile") for _ in range(120)][::-1]
    assert answer.status == 200
    assert answer.headers["x-ratelimit-limit"] == "120"
    assert answer.headers["x-ratelimit-remaining"] == "0"
    spent = supabase.ask("GET", "/v1/profile")
    assert spent.status == 429
    assert spent.headers["retry-after"] == "60"
    supabase.endpoints.control("POST", "/advance", {"seconds": 61})
    assert supabase.ask("GET", "/v1/profile").status == 200


def test_the_edge_throttles_with_a_page_that_is_no_json(supabase: Supabase) -> None:
    supabase.fault("throttled_at_edge", "GET /v1/organizations")
    answer = supabase.ask("GET", "/v1/organizations")
    assert answer.status == 429
    assert answer.text.startswith("<!DOCTYPE html>")


def test_the_world_is_the_same_after_a_restart(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "emulator")
    with sandbox_running(settings, [build]) as sandbox:
        supabase = Supabase(sandbox)
        ports = supabase.ports
        first = supabase.project()
        first.query("create table kept as select 7 as n")
        first.enforce_tls(is_enforced=True)
        second = supabase.create()
        third = supabase.name_only()
    with sandbox_running(settings, [build]) as sandbox:
        supabase = Supabase(sandbox)
        assert ports == supabase.ports
        again = Project(supabase, first.ref)
        assert again.status == "ACTIVE_HEALTHY"
        assert 7 == again.run(lambda c: c.fetchval("select n from kept"))
        tls = supabase.get(again.path("/ssl-enforcement"))
        assert tls["currentConfig"]["database"] is True
        Project(supabase, second.ref).reach("ACTIVE_HEALTHY")
        assert supabase.get(third.path())["name"]
