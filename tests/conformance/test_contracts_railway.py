"""Every GraphQL document and every variable that the client sends fits the schema."""

from __future__ import annotations

from pathlib import Path

import pytest
from graphql import GraphQLInputObjectType

import launchbook.providers.railway
from launchbook.model.railway import ServiceScope, ServiceSettings
from launchbook.providers.railway.client import RailwayClient
from launchbook.providers.railway.wire import SETTING_NAMES
from tests.support.contracts import check_exchange, contracts_folder, graphql_contract
from tests.support.railway_world import ANSWERS, SCOPE, Verb, every_verb
from tests.support.transport import JumpingClock, ScriptedGraphql, body_of

QUERIES = Path(launchbook.providers.railway.__file__).parent / "queries"


@pytest.mark.parametrize(
    "path", sorted(QUERIES.glob("*.graphql")), ids=lambda p: p.stem
)
def test_each_document_validates_against_the_vendors_schema(path: Path) -> None:
    contract = graphql_contract(contracts_folder())
    assert [] == contract.document_problems(path.read_text())


@pytest.mark.parametrize("verb", every_verb(), ids=lambda verb: verb.name)
def test_each_verb_sends_variables_that_the_schema_accepts(verb: Verb) -> None:
    sender = ScriptedGraphql(ANSWERS)
    verb.call(RailwayClient(sender, JumpingClock()))
    assert sender.requests
    for request in sender.requests:
        query = dict(request.parameters())
        body = body_of(request)
        assert [] == check_exchange("railway", "POST", request.path, query, body)
        assert query, "a request without any query string shares a small limit"


@pytest.mark.parametrize("verb", every_verb(), ids=lambda verb: verb.name)
def test_the_answers_that_the_client_is_tested_with_fit_the_schema(verb: Verb) -> None:
    sender = ScriptedGraphql(ANSWERS)
    verb.call(RailwayClient(sender, JumpingClock()))
    for request, name in zip(sender.requests, sender.operations, strict=True):
        body = body_of(request)
        answer = ANSWERS[name] if request.json is None else {"data": ANSWERS[name]}
        problems = check_exchange(
            "railway", "POST", request.path, {}, body, 200, answer
        )
        assert [] == problems


def test_every_public_verb_is_among_those_checked() -> None:
    public = {
        name
        for name in dir(RailwayClient)
        if not name.startswith("_") and name != "open"
    }
    assert public == {verb.name for verb in every_verb()}


def test_every_setting_is_a_field_of_the_vendors_input_type() -> None:
    contract = graphql_contract(contracts_folder())
    kind = contract.schema.type_map["ServiceInstanceUpdateInput"]
    assert isinstance(kind, GraphQLInputObjectType)
    assert set(SETTING_NAMES.values()) <= set(kind.fields)


def test_a_service_with_every_setting_is_accepted() -> None:
    settings = ServiceSettings(
        builder="RAILPACK",
        build_command="make",
        start_command="serve",
        pre_deploy_command=("migrate",),
        root_directory="/apps/backend",
        watch_patterns=("apps/**",),
        healthcheck_path="/health",
        healthcheck_timeout_seconds=300,
        cron_schedule="0 2 * * 1",
        replicas=2,
        region="europe-west4-drams3a",
        restart_policy="ON_FAILURE",
        restart_policy_max_retries=10,
        overlap_seconds=5,
        draining_seconds=10,
        is_sleeping_allowed=False,
    )
    sender = ScriptedGraphql(ANSWERS)
    RailwayClient(sender, JumpingClock()).update_service_instance(SCOPE, settings)
    (request,) = sender.requests
    body = body_of(request)
    assert [] == check_exchange("railway", "POST", request.path, {}, body)
    assert set(SETTING_NAMES.values()) == set(body["variables"]["input"])


def test_the_checker_refuses_an_unknown_field_and_a_wrong_variable() -> None:
    unknown = {"query": "query Q { me { shoeSize } }", "operationName": "Q"}
    assert check_exchange("railway", "POST", "/graphql/v2", {}, unknown)
    wrong = {
        "query": "query Q($id: String!) { deployment(id: $id) { id } }",
        "operationName": "Q",
        "variables": {"id": 5},
    }
    assert check_exchange("railway", "POST", "/graphql/v2", {}, wrong)


def test_the_checker_refuses_an_answer_with_a_missing_field_or_a_wrong_type() -> None:
    body = {
        "query": "query Q { deployment(id: 1) { id status } }".replace("1", '"a"'),
        "operationName": "Q",
    }
    lacking = {"data": {"deployment": {"id": "a"}}}
    strange = {"data": {"deployment": {"id": "a", "status": "DANCING"}}}
    for answer in (lacking, strange):
        assert check_exchange("railway", "POST", "/graphql/v2", {}, body, 200, answer)


def test_a_route_beside_graphql_must_be_listed() -> None:
    scope = ServiceScope("p", "e", "s")
    path = f"/project/{scope.project_id}/environment/{scope.environment_id}/up"
    assert [] == check_exchange("railway", "POST", path, {}, b"tar")
    assert check_exchange("railway", "POST", "/project/p/down", {}, None)
