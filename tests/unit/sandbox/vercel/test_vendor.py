"""Who may ask, for which team, how often, and what is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from launchbook.sandbox.settings import Settings
from launchbook.sandbox.vercel import build
from launchbook.sandbox.vercel.rate import OTHER_LIMIT
from tests.support.sandbox import sandbox_running
from tests.support.vercel_world import Vercel

if TYPE_CHECKING:
    from pathlib import Path


def test_a_wrong_token_is_refused_in_the_vendors_shape(vercel: Vercel) -> None:
    answer = vercel.ask("GET", "/v2/user", headers={"Authorization": "Bearer no"})
    assert answer.status == 403
    assert answer.json() == {
        "error": {
            "code": "forbidden",
            "message": "Not authorized",
            "invalidToken": True,
        }
    }


def test_a_missing_token_is_refused(vercel: Vercel) -> None:
    assert vercel.ask("GET", "/v2/user", headers={"Authorization": ""}).status == 401


def test_the_token_stands_for_a_user_and_a_team(vercel: Vercel) -> None:
    assert vercel.get("/v2/user")["user"]["defaultTeamId"] == vercel.team
    assert [vercel.team] == [team["id"] for team in vercel.get("/v2/teams")["teams"]]
    assert vercel.get(f"/v2/teams/{vercel.team}")["slug"] == "vocilia"


def test_without_a_team_one_acts_in_the_personal_scope(vercel: Vercel) -> None:
    project = vercel.project()
    assert vercel.get(f"/v9/projects/{project}")["name"] == project
    assert vercel.ask("GET", f"/v9/projects/{project}?personal=").status == 404
    assert vercel.get("/v10/projects?personal=")["projects"] == []


def test_another_team_is_refused(vercel: Vercel) -> None:
    expected = (403, "forbidden")
    assert expected == vercel.refused("GET", "/v10/projects?teamId=team_other")[:2]
    assert expected == vercel.refused("GET", "/v2/teams/team_other")[:2]


def test_an_unknown_route_is_named_as_not_emulated(vercel: Vercel) -> None:
    status, code, error = vercel.refused("GET", "/v1/edge-config")
    assert (status, code) == (501, "not_emulated")
    assert "/v1/edge-config" in error["message"]


def test_an_unknown_field_is_refused(vercel: Vercel) -> None:
    body = {"name": "shop", "frameworkPreset": "nextjs"}
    status, code, error = vercel.refused("POST", "/v11/projects", body)
    assert (status, code) == (400, "bad_request")
    assert "additional property `frameworkPreset`" in error["message"]


def test_a_body_that_is_not_json_is_refused(vercel: Vercel) -> None:
    answer = vercel.ask("POST", "/v11/projects", b"{")
    assert (answer.status, answer.json()["error"]["code"]) == (400, "bad_request")


def test_every_answer_tells_the_rate_that_is_left(vercel: Vercel) -> None:
    headers = vercel.ask("GET", "/v2/user").headers
    assert int(headers["x-ratelimit-limit"]) == OTHER_LIMIT[0]
    assert 0 <= int(headers["x-ratelimit-remaining"]) < OTHER_LIMIT[0]
    assert int(headers["x-ratelimit-reset"]) > 0


def test_more_requests_than_the_rate_are_429(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "emulator", is_realistic=True)
    with sandbox_running(settings, [build]) as sandbox:
        vercel = Vercel(sandbox)
        project = vercel.project()
        path = f"/v9/projects/{project}/env/none"
        answers = [vercel.ask("DELETE", path) for _ in range(61)]
        assert {404} == {answer.status for answer in answers[:60]}
        last = answers[60]
        assert (last.status, last.json()["error"]["code"]) == (429, "rate_limited")
        assert last.json()["error"]["limit"]["total"] == 60
        assert 0 < int(last.headers["retry-after"]) <= 60
        sandbox.control("POST", "/advance", {"seconds": 61})
        assert vercel.ask("DELETE", path).status == 404


def test_a_restored_snapshot_brings_everything_back(tmp_path: Path) -> None:
    with sandbox_running(Settings(tmp_path / "emulator"), [build]) as sandbox:
        vercel = Vercel(sandbox)
        project = vercel.project(ssoProtection=None)
        host = f"{project}.vercel.localhost"
        vercel.variable(project, "NEXT_PUBLIC_GREETING", "before")
        first = vercel.deploy(project, target="production")
        assert sandbox.control("POST", "/snapshots/one").status < 300
        vercel.variable(project, "NEXT_PUBLIC_GREETING", "after")
        vercel.deploy(project, target="production")
        assert vercel.visit(host).text == "<h1>after</h1>"
        assert sandbox.control("POST", "/snapshots/one/restore").status < 300
        assert vercel.visit(host).text == "<h1>before</h1>"
        listed = vercel.get(f"/v7/deployments?projectId={project}")["deployments"]
        assert [first["id"]] == [one["uid"] for one in listed]
        assert sandbox.control("POST", "/reset").status < 300
        assert vercel.get("/v10/projects")["projects"] == []
        assert vercel.visit(host).status == 404
