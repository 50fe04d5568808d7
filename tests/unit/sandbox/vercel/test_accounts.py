"""The team's plan, tokens, and repositories that deploy by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.support.vercel_world import Vercel

HOUR_MS = 3_600_000


def make_token(vercel: Vercel, *, in_team: bool, **more: object) -> dict[str, Any]:
    path = "/v3/user/tokens" if in_team else "/v3/user/tokens?personal="
    made: dict[str, Any] = vercel.done("POST", path, {"name": "ci", **more})
    return made


def bearer(made: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {made['bearerToken']}"}


def test_the_team_is_on_the_pro_plan_and_the_token_owns_it(vercel: Vercel) -> None:
    team = vercel.get(f"/v2/teams/{vercel.team}?personal=")
    assert ("pro", "OWNER") == (team["billing"]["plan"], team["membership"]["role"])


def test_a_hobby_plan_has_no_custom_environments(vercel: Vercel) -> None:
    project = vercel.project()
    vercel.fault("plan", "team", plan="hobby", times=0)
    teams = vercel.get("/v2/teams?personal=")["teams"]
    assert "hobby" == teams[0]["billing"]["plan"]
    path = f"/v9/projects/{project}/custom-environments"
    assert 0 == vercel.get(path)["accountLimit"]["total"]
    refusal = vercel.refused("POST", path, {"slug": "staging"})
    assert (402, "custom_environments_limit_reached") == refusal[:2]


def test_the_token_that_asks_tells_its_scope(vercel: Vercel) -> None:
    current = vercel.get("/v5/user/tokens/current?personal=")["token"]
    assert ["user"] == [scope["type"] for scope in current["scopes"]]
    made = make_token(vercel, in_team=True)
    path = "/v5/user/tokens/current?personal="
    answer = vercel.ask("GET", path, headers=bearer(made))
    (scope,) = answer.json()["token"]["scopes"]
    assert ("team", vercel.team) == (scope["type"], scope["teamId"])


def test_a_teams_token_acts_in_the_team_alone(vercel: Vercel) -> None:
    made = make_token(vercel, in_team=True)
    statuses = [
        vercel.ask("GET", path, headers=bearer(made)).status
        for path in ("/v10/projects", "/v10/projects?personal=")
    ]
    assert [200, 403] == statuses
    everywhere = make_token(vercel, in_team=False)
    path = "/v10/projects?personal="
    assert 200 == vercel.ask("GET", path, headers=bearer(everywhere)).status


def test_a_token_ends_by_time_and_by_deletion(vercel: Vercel) -> None:
    now = vercel.get("/v5/user/tokens/current?personal=")["token"]["activeAt"]
    short = make_token(vercel, in_team=True, expiresAt=now + HOUR_MS)
    long = make_token(vercel, in_team=True)
    vercel.endpoints.control("POST", "/advance", {"seconds": 3601})
    statuses = [
        vercel.ask("GET", "/v10/projects", headers=bearer(one)).status
        for one in (short, long)
    ]
    assert [403, 200] == statuses
    path = f"/v3/user/tokens/{long['token']['id']}?personal="
    assert {"tokenId": long["token"]["id"]} == vercel.done("DELETE", path)
    assert 403 == vercel.ask("GET", "/v10/projects", headers=bearer(long)).status
    assert 404 == vercel.refused("DELETE", path)[0]
    names = [one["name"] for one in vercel.get("/v6/user/tokens?personal=")["tokens"]]
    assert "sandbox" in names


def test_a_project_can_be_born_with_a_repository_that_deploys_it(
    vercel: Vercel,
) -> None:
    repository = {"type": "github", "repo": "vocilia/vocilia"}
    project = vercel.project(gitRepository=repository)
    link = vercel.get(f"/v9/projects/{project}")["link"]
    assert ("vocilia", "vocilia", "main") == (
        link["org"],
        link["repo"],
        link["productionBranch"],
    )
    path = f"/v9/projects/{project}/link"
    assert "link" not in vercel.done("DELETE", path)
    assert (400, "not_connected") == vercel.refused("DELETE", path)[:2]


def test_a_repository_is_connected_later_once(vercel: Vercel) -> None:
    path = f"/v9/projects/{vercel.project()}/link"
    repository = {"type": "github", "repo": "vocilia/vocilia"}
    assert "vocilia" == vercel.done("POST", path, repository)["link"]["repo"]
    assert 400 == vercel.refused("POST", path, repository)[0]
    other = f"/v9/projects/{vercel.project()}/link"
    assert 400 == vercel.refused("POST", other, {**repository, "repo": "nobody"})[0]
    assert 501 == vercel.refused("POST", other, {**repository, "type": "gitlab"})[0]
