"""References between services, shared variables, and the system's own."""

import pytest

from launchbook.sandbox.railway.faults import ApiError
from launchbook.sandbox.railway.variables import check_variables
from tests.support.railway_account import Account

DEPLOYMENT_VARIABLES = (
    "query V($p: String!, $e: String!, $s: String!)"
    " { variablesForServiceDeployment(projectId: $p, environmentId: $e, serviceId: $s) }"
)


def test_references_are_shown_as_written_and_rendered(api: Account) -> None:
    backend, worker = api.make_service("backend"), api.make_service("worker")
    host = api.make_domain(backend)
    api.set_variables(None, REGION="eu")
    api.set_variables(
        backend, URL="https://${{ RAILWAY_PUBLIC_DOMAIN }}/${{shared.REGION}}"
    )
    api.set_variables(
        worker,
        API="${{backend.URL}}",
        NONE="[${{nobody.X}}]",
        PRIVATE="${{Backend.RAILWAY_PRIVATE_DOMAIN}}",
    )
    assert api.variables(worker, unrendered=True)["API"] == "${{backend.URL}}"
    assert api.variables(worker) == {
        "API": f"https://{host}/eu",
        "NONE": "[]",
        "PRIVATE": "backend.railway.internal",
    }


def test_a_circle_of_references_ends_in_an_empty_text(api: Account) -> None:
    service_id = api.make_service()
    api.set_variables(service_id, ONE="1${{TWO}}", TWO="2${{ONE}}")
    assert api.variables(service_id)["ONE"].startswith("12")


def test_a_deployment_gets_the_system_variables_too(api: Account) -> None:
    service_id = api.make_service("backend")
    api.set_variables(service_id, OWN="1")
    found = api.run(
        DEPLOYMENT_VARIABLES, p=api.project_id, e=api.environment_id, s=service_id
    )
    assert found["OWN"] == "1"
    assert found["RAILWAY_SERVICE_NAME"] == "backend"
    assert found["RAILWAY_ENVIRONMENT_NAME"] == "staging"
    assert found["RAILWAY_PROJECT_ID"] == api.project_id
    assert "RAILWAY_PUBLIC_DOMAIN" not in found


@pytest.mark.parametrize("value", ["${{backend.URL", "${{ }}", "${{a.b.c}}"])
def test_a_malformed_reference_is_a_problem(api: Account, value: str) -> None:
    service_id = api.make_service()
    order = {**api.scope, "serviceId": service_id, "variables": {"X": value}}
    query = "mutation V($input: VariableCollectionUpsertInput!) { variableCollectionUpsert(input: $input) }"
    assert api.refused(query, input=order)["message"] == "Problem processing request"
    assert api.variables(service_id) == {}


def test_plain_values_become_text() -> None:
    assert check_variables({"A": 1, "B": True, "C": "x"}) == {
        "A": "1",
        "B": "true",
        "C": "x",
    }


@pytest.mark.parametrize("name", ["", "1A", "A B", "A=B"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ApiError):
        check_variables({name: "x"})
