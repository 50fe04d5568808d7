"""Every REST request that the clients build fits the vendors' OpenAPI files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from launchbook.model.vercel import ProjectSettings
from launchbook.providers.supabase.client import SupabaseClient
from launchbook.providers.vercel.client import VercelClient
from tests.support import rest_world as world
from tests.support.contracts import check_exchange, undocumented
from tests.support.transport import ScriptedSender, body_of

if TYPE_CHECKING:
    from launchbook.transport.request import Request

BUILDERS = {"open", "order_request", "upload_request", "upsert_request"}
"""They send nothing; what they build is sent by a verb."""


def query_of(request: Request) -> dict[str, Any]:
    """Return the parameters as they appear on the wire."""
    found: dict[str, Any] = {}
    for name, value in request.parameters():
        found[name] = (*found[name], value) if name in found else (value,)
    return {k: v if len(v) > 1 else v[0] for k, v in found.items()}


def problems_of(vendor: str, request: Request) -> list[str]:
    return check_exchange(
        vendor, request.method, request.path, query_of(request), body_of(request)
    )


@pytest.mark.parametrize("verb", world.vercel_verbs(), ids=lambda verb: verb.name)
def test_each_vercel_request_fits_the_contract(
    verb: world.Verb[VercelClient],
) -> None:
    sender = ScriptedSender(world.VERCEL_ANSWERS)
    verb.call(VercelClient(sender, "team_1"))
    assert sender.requests
    for request in sender.requests:
        assert [] == problems_of("vercel", request)


@pytest.mark.parametrize("verb", world.vercel_verbs(), ids=lambda verb: verb.name)
def test_each_vercel_request_names_the_team(verb: world.Verb[VercelClient]) -> None:
    sender = ScriptedSender(world.VERCEL_ANSWERS)
    verb.call(VercelClient(sender, "team_1"))
    personal = {
        "GET /v2/user",
        "GET /v2/teams",
        "GET /v2/teams/team_1",
        "GET /v5/user/tokens/current",
    }
    for request in sender.requests:
        assert str(request) in personal or query_of(request)["teamId"] == "team_1"


@pytest.mark.parametrize("verb", world.supabase_verbs(), ids=lambda verb: verb.name)
def test_each_supabase_request_and_answer_fits_the_contract(
    verb: world.Verb[SupabaseClient],
) -> None:
    sender = ScriptedSender(world.SUPABASE_ANSWERS)
    verb.call(SupabaseClient(sender))
    assert sender.requests
    for request in sender.requests:
        key = str(request)
        problems = check_exchange(
            "supabase",
            request.method,
            request.path,
            query_of(request),
            body_of(request),
            world.SUPABASE_STATUSES.get(key, 200),
            world.SUPABASE_ANSWERS[key],
        )
        assert [] == problems


@pytest.mark.parametrize(
    ("client", "verbs"),
    [
        (VercelClient, world.vercel_verbs()),
        (SupabaseClient, world.supabase_verbs()),
    ],
    ids=["vercel", "supabase"],
)
def test_every_public_verb_is_among_those_checked(
    client: type, verbs: list[world.Verb[Any]]
) -> None:
    public = {name for name in dir(client) if not name.startswith("_")}
    assert public - BUILDERS == {verb.name for verb in verbs}


def test_taking_protection_away_fits_the_contract() -> None:
    sender = ScriptedSender(world.VERCEL_ANSWERS)
    settings = ProjectSettings(sso_protection="none")
    VercelClient(sender, "team_1").update_project("prj_1", settings)
    (request,) = sender.requests
    assert body_of(request) == {"ssoProtection": None}
    assert [] == problems_of("vercel", request)


def test_the_checker_refuses_what_the_contract_does_not_have() -> None:
    ref = world.REF
    assert check_exchange("supabase", "GET", "/v1/nowhere", {}, None)
    assert check_exchange("supabase", "GET", f"/v1/projects/{ref}", {"x": "1"}, None)
    assert check_exchange("supabase", "GET", "/v1/projects/SHORT", {}, None)
    assert check_exchange("supabase", "GET", f"/v1/projects/{ref}/health", {}, None)
    assert check_exchange("supabase", "POST", "/v1/projects", {}, {"name": "x"})
    assert check_exchange("supabase", "POST", "/v1/projects", {}, None)
    assert check_exchange("vercel", "POST", "/v13/deployments", {}, {"name": 5})
    assert check_exchange("vercel", "POST", "/v11/projects", {}, {"name": "x", "y": 1})


def test_the_checker_refuses_a_status_or_an_answer_that_is_not_promised() -> None:
    path = f"/v1/projects/{world.REF}"
    assert check_exchange("supabase", "GET", path, {}, None, 418, {})
    assert check_exchange("supabase", "GET", path, {}, None, 200, {"ref": 5})
    listed = check_exchange("supabase", "GET", path, {}, None, 404, {"message": "no"})
    assert [] == listed


def test_every_exception_has_a_source_and_a_reason() -> None:
    assert all(
        len(each.source) > 10 and len(each.reason) > 20 for each in undocumented()
    )
