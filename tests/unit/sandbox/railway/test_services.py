"""Services, their settings in each environment, and their host names."""

from typing import Any

import pytest

from tests.support.railway_account import Account

CREATE = "mutation C($input: ServiceCreateInput!) { serviceCreate(input: $input) { id name } }"
UPDATE = (
    "mutation U($s: String!, $e: String!, $input: ServiceInstanceUpdateInput!)"
    " { serviceInstanceUpdate(serviceId: $s, environmentId: $e, input: $input) }"
)
INSTANCES = (
    "query I($id: String!) { environment(id: $id) { serviceInstances(first: 9) { edges { node {"
    " serviceId serviceName startCommand numReplicas builder restartPolicyType restartPolicyMaxRetries"
    " watchPatterns preDeployCommand latestDeployment { id } source { image } } } } } }"
)


def instances(account: Account) -> list[dict[str, Any]]:
    found = account.run(INSTANCES, id=account.environment_id)
    return [edge["node"] for edge in found["serviceInstances"]["edges"]]


def test_a_new_service_is_empty_and_has_the_defaults(api: Account) -> None:
    service_id = api.make_service("backend")
    assert instances(api) == [
        {
            "serviceId": service_id,
            "serviceName": "backend",
            "startCommand": None,
            "numReplicas": None,
            "builder": "RAILPACK",
            "restartPolicyType": "ON_FAILURE",
            "restartPolicyMaxRetries": 10,
            "watchPatterns": [],
            "preDeployCommand": None,
            "latestDeployment": None,
            "source": None,
        }
    ]


def test_settings_are_merged_null_unsets_and_nothing_is_deployed(api: Account) -> None:
    service_id = api.make_service(startCommand="run", numReplicas=2)
    api.configure(service_id, preDeployCommand=["migrate"], numReplicas=None)
    found = instances(api)[0]
    assert (found["startCommand"], found["numReplicas"]) == ("run", None)
    assert found["preDeployCommand"] == ["migrate"]
    assert found["latestDeployment"] is None


def test_a_name_is_taken_once_in_a_project_and_at_most_32_long(api: Account) -> None:
    api.make_service("backend")
    taken = api.refused(CREATE, input={**api.scope, "name": "backend"})
    assert taken["message"].endswith("already exists in this project")
    too_long = api.refused(CREATE, input={**api.scope, "name": "b" * 33})
    assert too_long["message"] == "Invalid service name"
    api.make_service("b" * 32)


def test_without_an_environment_a_service_appears_in_every_one(api: Account) -> None:
    api.run(
        "mutation E($input: EnvironmentCreateInput!) { environmentCreate(input: $input) { id } }",
        input={"projectId": api.project_id, "name": "live"},
    )
    made = api.run(CREATE, input={"projectId": api.project_id})
    found = api.run(
        "query S($id: String!) { service(id: $id) { name serviceInstances { edges { node { id } } } } }",
        id=made["id"],
    )
    assert found["name"] == made["name"]
    assert len(found["serviceInstances"]["edges"]) == 2


def test_a_service_that_an_environment_has_not_cannot_be_set_there(
    api: Account,
) -> None:
    service_id = api.make_service()
    live = api.run(
        "mutation E($input: EnvironmentCreateInput!) { environmentCreate(input: $input) { id } }",
        input={"projectId": api.project_id, "name": "live"},
    )
    error = api.refused(UPDATE, s=service_id, e=live["id"], input={"numReplicas": 1})
    assert error["message"] == "ServiceInstance not found"


@pytest.mark.parametrize(
    "settings",
    [
        {"numReplicas": 0},
        {"healthcheckTimeout": -1},
        {"drainingSeconds": -1},
        {"cronSchedule": "* * * * *"},
    ],
)
def test_settings_that_make_no_sense_are_refused(
    api: Account, settings: dict[str, Any]
) -> None:
    service_id = api.make_service()
    assert api.refused(UPDATE, s=service_id, e=api.environment_id, input=settings)[
        "message"
    ]


def test_a_service_is_renamed_and_deleted(api: Account) -> None:
    service_id = api.make_service("backend")
    other_id = api.make_service("worker")
    rename = "mutation R($id: String!, $name: String!) { serviceUpdate(id: $id, input: {name: $name}) { name } }"
    assert api.run(rename, id=service_id, name="api") == {"name": "api"}
    assert (
        "already exists" in api.refused(rename, id=service_id, name="worker")["message"]
    )
    assert api.act("serviceDelete", service_id) is True
    assert [one["serviceId"] for one in instances(api)] == [other_id]


def test_limits_are_kept(api: Account) -> None:
    service_id = api.make_service()
    ids = {"serviceId": service_id, "environmentId": api.environment_id}
    api.run(
        "mutation L($input: ServiceInstanceLimitsUpdateInput!) { serviceInstanceLimitsUpdate(input: $input) }",
        input={**ids, "memoryGB": 2, "vCPUs": 1},
    )
    query = "query L($serviceId: String!, $environmentId: String!) { serviceInstanceLimits(serviceId: $serviceId, environmentId: $environmentId) }"
    assert api.run(query, **ids) == {"containers": {"cpu": 1, "memoryBytes": 2 * 10**9}}


def test_a_taken_host_name_gets_an_ending(api: Account) -> None:
    first = api
    second = Account(api.sandbox).open_project()
    one = first.make_domain(first.make_service("Taken Name"))
    two = second.make_domain(second.make_service("Taken Name"))
    assert one == "taken-name-staging.up.railway.localhost"
    assert two.startswith("taken-name-staging-")
    assert two.endswith(".up.railway.localhost")


def test_a_host_name_can_be_listed_and_taken_away(api: Account) -> None:
    service_id = api.make_service("listed")
    host = api.make_domain(service_id)
    query = (
        "query D($p: String!, $e: String!, $s: String!) { domains(projectId: $p, environmentId: $e, serviceId: $s)"
        " { serviceDomains { id domain suffix targetPort syncStatus } customDomains { id } } }"
    )
    ids = {"p": api.project_id, "e": api.environment_id, "s": service_id}
    found = api.run(query, **ids)
    domain = found["serviceDomains"][0]
    assert (domain["domain"], domain["syncStatus"]) == (host, "ACTIVE")
    assert found["customDomains"] == []
    assert api.sandbox.visit(host).status == 404
    api.act("serviceDomainDelete", domain["id"])
    assert api.run(query, **ids)["serviceDomains"] == []
