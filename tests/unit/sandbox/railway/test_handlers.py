"""GraphQL over HTTP: what is refused how, and what the request log says."""

from typing import Any

import pytest

from tests.support.railway_account import Account


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("query P { projects { edges { node { colour } } } }", {}),
        ("query P { project { id } }", {}),
        ("query P($id: Int!) { project(id: $id) { id } }", {"id": 1}),
        ("query P($id: String!) { project(id: $id) { id } }", {}),
        (
            "mutation P($input: ProjectCreateInput!) { projectCreate(input: $input) { id } }",
            {"input": {"colour": 1}},
        ),
        ("query P {", {}),
        ("", {}),
    ],
)
def test_what_violates_the_schema_is_a_400(
    api: Account, query: str, variables: dict[str, Any]
) -> None:
    answer = api.post(query, variables)
    assert answer.status == 400
    assert answer.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("query", "variables", "named"),
    [
        ("mutation V { volumeCreate(input: {}) { id } }", {}, "Mutation.volumeCreate"),
        (
            "query P { projects(orderBy: X) { edges { cursor } } }",
            {},
            "Query.projects.orderBy",
        ),
        (
            "query P { projects { edges { node { volumes { edges { cursor } } } } } }",
            {},
            "Project.volumes",
        ),
        (
            "mutation P($input: ProjectCreateInput!) { projectCreate(input: $input) { id } }",
            {"input": {"repo": {}}},
            "ProjectCreateInput.repo",
        ),
        (
            "mutation P { projectCreate(input: {runtime: V2}) { id } }",
            {},
            "ProjectCreateInput.runtime",
        ),
        ('subscription D { deployment(id: "x") { id } }', {}, "subscriptions"),
    ],
)
def test_what_the_vendor_has_and_we_have_not_is_named(
    api: Account, query: str, variables: dict[str, Any], named: str
) -> None:
    error = api.refused(query, **variables)
    assert error["message"] == f"not emulated: {named}"
    assert error["extensions"]["code"] == "NOT_EMULATED"


def test_an_unknown_route_is_named_and_not_emulated(api: Account) -> None:
    answer = api.sandbox.api("railway", "GET", "/graphql/v3")
    assert answer.status == 501
    assert answer.json()["errors"][0]["extensions"]["code"] == "NOT_EMULATED"


def test_the_request_log_names_fields_and_counts_mutations(api: Account) -> None:
    since = api.sandbox.last_sequence()
    api.run("query P { projects { edges { cursor } } }")
    api.make_service()
    api.send("", b"no archive")
    listed = api.sandbox.control("GET", f"/requests?since={since}").json()["requests"]
    assert [(one["operation"], one["is_mutating"]) for one in listed] == [
        ("projects", False),
        ("serviceCreate", True),
        ("POST /project/{project}/environment/{environment}/up", True),
    ]


def test_one_of_several_operations_is_chosen_by_its_name(api: Account) -> None:
    query = "query A { me { id } } query B { apiToken { workspaces { name } } }"
    body = {"query": query, "operationName": "B", "variables": {}}
    answer = api.sandbox.api("railway", "POST", "/graphql/v2", body)
    assert answer.json() == {
        "data": {"apiToken": {"workspaces": [{"name": "Vocilia"}]}}
    }
