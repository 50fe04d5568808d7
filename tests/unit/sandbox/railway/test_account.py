"""The workspace's plan, bill and tokens, and what deploys by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.railway_account import WEB_SETTINGS, Account, web

if TYPE_CHECKING:
    from collections.abc import Iterator

WORKSPACE = (
    "query W($id: String!) { workspace(workspaceId: $id) { name plan projectCount customer {"
    " id state isTrialing currentUsage billingPeriod { start end }"
    " usageLimit { softLimit hardLimit isOverLimit } } } }"
)
METRICS = (
    "query M($p: String!, $s: String!, $from: DateTime!, $m: [MetricMeasurement!]!,"
    " $by: [MetricTag!]) { metrics(projectId: $p, serviceId: $s, startDate: $from,"
    " measurements: $m, groupBy: $by, sampleRateSeconds: 60)"
    " { measurement tags { deploymentInstanceId } values { ts value } } }"
)
TRIGGERS = (
    "query T($p: String!, $e: String!, $s: String!) { deploymentTriggers(projectId: $p,"
    " environmentId: $e, serviceId: $s) { edges { node { id repository branch } } } }"
)
EPOCH = "1970-01-01T00:00:00Z"


@pytest.fixture
def railway_api(api: Account) -> Iterator[Account]:
    yield api
    api.sandbox.control("DELETE", "/faults")


def fault(api: Account, effect: str, operation: str, **more: Any) -> None:
    body = {"vendor": "railway", "effect": effect, "operation": operation, "times": 0}
    api.sandbox.control("POST", "/faults", {**body, **more})


def workspace(api: Account) -> dict[str, Any]:
    found: dict[str, Any] = api.run(
        WORKSPACE, id=api.sandbox.facts["railway"]["workspace"]
    )
    return found


def as_token(api: Account, token: str) -> Account:
    headers = {"Authorization": f"Bearer {token}"}
    return Account(api.sandbox, api.project_id, api.environment_id, headers)


def make_token(api: Account, workspace_id: str | None = None) -> str:
    query = "mutation T($input: ApiTokenCreateInput!) { apiTokenCreate(input: $input) }"
    return str(api.run(query, input={"name": "ci", "workspaceId": workspace_id}))


def test_the_workspace_is_on_the_pro_plan_unless_ordered_otherwise(
    railway_api: Account,
) -> None:
    found = workspace(railway_api)
    assert ("PRO", "ACTIVE", False) == (
        found["plan"],
        found["customer"]["state"],
        found["customer"]["isTrialing"],
    )
    assert found["projectCount"] >= 1
    fault(railway_api, "plan", "workspace", plan="HOBBY")
    assert "HOBBY" == workspace(railway_api)["plan"]
    query = "query P($id: String!) { project(id: $id) { subscriptionType } }"
    kind = railway_api.run(query, id=railway_api.project_id)["subscriptionType"]
    assert "hobby" == kind
    query = "{ me { workspaces { plan customer { id } } } }"
    assert "HOBBY" == railway_api.run(query)["workspaces"][0]["plan"]


def test_a_usage_limit_is_set_passed_and_taken_away(railway_api: Account) -> None:
    customer = workspace(railway_api)["customer"]
    assert customer["usageLimit"] is None
    limit = {
        "customerId": customer["id"],
        "softLimitDollars": 10,
        "hardLimitDollars": 20,
    }
    query = "mutation L($input: UsageLimitSetInput!) { usageLimitSet(input: $input) }"
    assert railway_api.run(query, input=limit) is True
    expected = {"softLimit": 10, "hardLimit": 20, "isOverLimit": False}
    assert expected == workspace(railway_api)["customer"]["usageLimit"]
    fault(railway_api, "spent", "workspace", dollars=20.5)
    over = workspace(railway_api)["customer"]
    assert (20.5, True) == (over["currentUsage"], over["usageLimit"]["isOverLimit"])
    query = (
        "mutation L($input: UsageLimitRemoveInput!) { usageLimitRemove(input: $input) }"
    )
    assert railway_api.run(query, input={"customerId": customer["id"]}) is True
    assert workspace(railway_api)["customer"]["usageLimit"] is None
    refused = railway_api.refused(query, input={"customerId": "another"})
    assert "Not Authorized" == refused["message"]


def test_an_account_token_is_a_person_and_a_workspace_token_is_not(
    railway_api: Account,
) -> None:
    workspace_id = railway_api.sandbox.facts["railway"]["workspace"]
    account = as_token(railway_api, make_token(railway_api))
    of_workspace = as_token(railway_api, make_token(railway_api, workspace_id))
    assert "sandbox" == account.run("{ me { username } }")["username"]
    assert "Not Authorized" == of_workspace.refused("{ me { username } }")["message"]
    for caller in (account, of_workspace):
        found = caller.run("{ apiToken { workspaces { id } } }")
        assert [{"id": workspace_id}] == found["workspaces"]
        assert caller.run("{ projects { edges { node { id } } } }")["edges"]


def test_a_deleted_token_is_refused(railway_api: Account) -> None:
    caller = as_token(railway_api, make_token(railway_api))
    caller.run("{ me { username } }")
    query = "{ apiTokens { edges { node { id name displayToken workspaceId } } } }"
    tokens = [edge["node"] for edge in railway_api.run(query)["edges"]]
    delete = "mutation D($id: String!) { apiTokenDelete(id: $id) }"
    assert all(railway_api.run(delete, id=one["id"]) is True for one in tokens)
    assert "Not Authorized" == caller.refused("{ me { username } }")["message"]
    assert (
        "Not Authorized" == railway_api.refused(delete, id=tokens[0]["id"])["message"]
    )


def test_project_tokens_are_listed_and_deleted(railway_api: Account) -> None:
    query = "mutation T($input: ProjectTokenCreateInput!) { projectTokenCreate(input: $input) }"
    secret = railway_api.run(query, input={**railway_api.scope, "name": "ci"})
    query = "query T($p: String!) { projectTokens(projectId: $p) { edges { node { id name } } } }"
    (edge,) = railway_api.run(query, p=railway_api.project_id)["edges"]
    assert "ci" == edge["node"]["name"]
    headers = {"Authorization": "", "Project-Access-Token": secret}
    caller = Account(railway_api.sandbox, headers=headers)
    assert caller.run("{ projectToken { name } }")["name"] == "ci"
    assert "Not Authorized" == caller.refused("{ me { id } }")["message"]
    delete = "mutation D($id: String!) { projectTokenDelete(id: $id) }"
    assert railway_api.run(delete, id=edge["node"]["id"]) is True
    assert "Not Authorized" == caller.refused("{ projectToken { name } }")["message"]


def test_regions_are_named_as_services_name_them(railway_api: Account) -> None:
    names = {one["name"] for one in railway_api.run("{ regions { name country } }")}
    assert "europe-west4-drams3a" in names


def test_limits_that_nobody_set_are_null(railway_api: Account) -> None:
    service_id = railway_api.make_service()
    query = (
        "query L($e: String!, $s: String!)"
        " { serviceInstanceLimitOverride(environmentId: $e, serviceId: $s) }"
    )
    ids = {"e": railway_api.environment_id, "s": service_id}
    assert railway_api.run(query, **ids) is None
    order = {"environmentId": ids["e"], "serviceId": service_id, "vCPUs": 2}
    change = (
        "mutation L($input: ServiceInstanceLimitsUpdateInput!)"
        " { serviceInstanceLimitsUpdate(input: $input) }"
    )
    railway_api.run(change, input=order)
    assert {"containers": {"cpu": 2}} == railway_api.run(query, **ids)


def test_a_plan_limits_replicas(railway_api: Account) -> None:
    service_id = railway_api.make_service()
    fault(railway_api, "plan", "workspace", plan="HOBBY")
    railway_api.configure(service_id, numReplicas=6)
    change = (
        "mutation U($s: String!, $e: String!, $input: ServiceInstanceUpdateInput!)"
        " { serviceInstanceUpdate(serviceId: $s, environmentId: $e, input: $input) }"
    )
    more = {"s": service_id, "e": railway_api.environment_id}
    error = railway_api.refused(change, **more, input={"numReplicas": 7})
    assert "Your plan allows 6 replicas per service" == error["message"]


def test_what_replicas_use_is_measured_on_their_processes(railway_api: Account) -> None:
    service_id = railway_api.make_service("metered", **WEB_SETTINGS, numReplicas=2)
    railway_api.deploy(service_id, web())
    wanted = {
        "p": railway_api.project_id,
        "s": service_id,
        "from": EPOCH,
        "m": ["MEMORY_USAGE_GB", "MEMORY_LIMIT_GB", "CPU_USAGE"],
    }
    railway_api.until(lambda: len(railway_api.run(METRICS, **wanted)) == 3)
    memory, limit, cpu = (
        one["values"][-1]["value"] for one in railway_api.run(METRICS, **wanted)
    )
    assert 0.005 < memory < 2
    assert 16 == pytest.approx(limit)
    assert 0 <= cpu < 16
    grouped = railway_api.run(METRICS, **wanted, by=["DEPLOYMENT_INSTANCE_ID"])
    replicas = {one["tags"]["deploymentInstanceId"] for one in grouped}
    assert 2 == len(replicas)


def test_a_load_can_be_ordered_and_is_billed(railway_api: Account) -> None:
    service_id = railway_api.make_service("busy", **WEB_SETTINGS)
    fault(railway_api, "load", "metrics busy", cpu=7.5, memory_gb=6.0)
    railway_api.deploy(service_id, web())
    wanted = {
        "p": railway_api.project_id,
        "s": service_id,
        "from": EPOCH,
        "m": ["CPU_USAGE"],
    }
    railway_api.until(lambda: bool(railway_api.run(METRICS, **wanted)))
    (found,) = railway_api.run(METRICS, **wanted)
    assert 7.5 == pytest.approx(found["values"][-1]["value"])
    query = (
        "query U($p: String!) { %s(projectId: $p, measurements: [CPU_USAGE, MEMORY_USAGE_GB])"
        " { measurement %s } }"
    )
    used = railway_api.run(query % ("usage", "value"), p=railway_api.project_id)
    cpu, memory = (one["value"] for one in used)
    assert 7.5 / 6.0 == pytest.approx(cpu / memory)
    estimated = railway_api.run(
        query % ("estimatedUsage", "estimatedValue projectId"), p=railway_api.project_id
    )
    month = 7.5 * 30 * 24 * 60
    assert month == pytest.approx(estimated[0]["estimatedValue"])
    assert workspace(railway_api)["customer"]["currentUsage"] > 0


def test_a_connected_service_deploys_by_itself_until_it_is_disconnected(
    railway_api: Account,
) -> None:
    service_id = railway_api.make_service()
    ids = {
        "p": railway_api.project_id,
        "e": railway_api.environment_id,
        "s": service_id,
    }
    status = (
        "query S($p: String!, $e: String!, $s: String!) { serviceInstanceAutoDeployStatus("
        "projectId: $p, environmentId: $e, serviceId: $s) { enabled canEnable reason } }"
    )
    assert not railway_api.run(status, **ids)["canEnable"]
    connect = (
        "mutation C($id: String!, $input: ServiceConnectInput!)"
        " { serviceConnect(id: $id, input: $input) { id } }"
    )
    railway_api.run(
        connect, id=service_id, input={"repo": "vocilia/vocilia", "branch": "main"}
    )
    (edge,) = railway_api.run(TRIGGERS, **ids)["edges"]
    assert ("vocilia/vocilia", "main") == (
        edge["node"]["repository"],
        edge["node"]["branch"],
    )
    assert railway_api.run(status, **ids)["enabled"]
    of_environment = (
        "query E($id: String!) { environment(id: $id)"
        " { deploymentTriggers { edges { node { serviceId } } } } }"
    )
    found = railway_api.run(of_environment, id=ids["e"])["deploymentTriggers"]["edges"]
    assert [{"node": {"serviceId": service_id}}] == found
    switch = (
        "mutation A($input: ServiceInstanceAutoDeployUpdateInput!)"
        " { serviceInstanceAutoDeployUpdate(input: $input) { enabled } }"
    )
    order: dict[str, Any] = {**railway_api.scope, "serviceId": service_id}
    for is_enabled in (False, True):
        order["enabled"] = is_enabled
        assert {"enabled": is_enabled} == railway_api.run(switch, input=order)
        assert is_enabled == railway_api.run(status, **ids)["enabled"]
    disconnect = "mutation D($id: String!) { serviceDisconnect(id: $id) { id } }"
    railway_api.run(disconnect, id=service_id)
    assert [] == railway_api.run(TRIGGERS, **ids)["edges"]
    assert not railway_api.run(status, **ids)["canEnable"]
    error = railway_api.refused(switch, input=order)
    assert "Service is not connected to a repo" == error["message"]


def test_a_trigger_is_made_changed_and_deleted(railway_api: Account) -> None:
    service_id = railway_api.make_service()
    order = {
        **railway_api.scope,
        "serviceId": service_id,
        "provider": "github",
        "repository": "vocilia/vocilia",
        "branch": "main",
    }
    create = (
        "mutation C($input: DeploymentTriggerCreateInput!)"
        " { deploymentTriggerCreate(input: $input) { id branch } }"
    )
    made = railway_api.run(create, input=order)
    update = (
        "mutation U($id: String!, $input: DeploymentTriggerUpdateInput!)"
        " { deploymentTriggerUpdate(id: $id, input: $input) { branch checkSuites } }"
    )
    change = {"branch": "release", "checkSuites": True}
    assert change == railway_api.run(update, id=made["id"], input=change)
    delete = "mutation D($id: String!) { deploymentTriggerDelete(id: $id) }"
    assert railway_api.run(delete, id=made["id"]) is True
    assert "Not Authorized" == railway_api.refused(delete, id=made["id"])["message"]
