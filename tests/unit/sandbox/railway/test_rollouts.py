"""What deploys by itself, and what changes one deployment."""

import pytest

from tests.support.railway_account import WEB_SETTINGS, Account, web

UPSERT = "mutation V($input: VariableUpsertInput!) { variableUpsert(input: $input) }"
DELETE = "mutation V($input: VariableDeleteInput!) { variableDelete(input: $input) }"


@pytest.fixture
def service_id(account: Account) -> str:
    return account.make_service(**WEB_SETTINGS)


def newest(account: Account, service_id: str) -> str:
    return str(account.deployments(service_id)[0]["id"])


def test_a_write_of_variables_redeploys_unless_it_is_told_not_to(
    account: Account, service_id: str
) -> None:
    host = account.make_domain(service_id)
    first = account.deploy(service_id, web(), "label")
    account.set_variables(service_id, GREETING="quiet")
    assert newest(account, service_id) == first
    assert account.show(host)["GREETING"] is None
    account.set_variables(service_id, skip=False, GREETING="loud")
    second = newest(account, service_id)
    assert second != first
    assert account.wait(second, "SUCCESS")["meta"]["cliMessage"] == "label"
    assert account.show(host)["GREETING"] == "loud"


def test_a_write_without_a_deployment_deploys_nothing(
    account: Account, service_id: str
) -> None:
    account.set_variables(service_id, skip=False, GREETING="hello")
    assert account.deployments(service_id) == []


def test_deleting_a_variable_always_redeploys(
    account: Account, service_id: str
) -> None:
    account.set_variables(service_id, GREETING="hello", OTHER="kept")
    first = account.deploy(service_id, web())
    account.run(
        DELETE, input={**account.scope, "serviceId": service_id, "name": "GREETING"}
    )
    assert account.variables(service_id) == {"OTHER": "kept"}
    assert newest(account, service_id) != first


def test_replace_deletes_every_variable_that_is_not_named(
    account: Account, service_id: str
) -> None:
    account.set_variables(service_id, ONE="1", TWO="2")
    account.set_variables(service_id, replace=True, TWO="two")
    assert account.variables(service_id) == {"TWO": "two"}


def test_a_write_while_a_deployment_is_young_is_stored_but_refused(
    account: Account, service_id: str
) -> None:
    account.upload(service_id, web())
    order = {
        **account.scope,
        "serviceId": service_id,
        "name": "GREETING",
        "value": "hi",
    }
    error = account.refused(UPSERT, input=order)
    assert error["message"].startswith("Cannot redeploy yet, please wait")
    assert account.variables(service_id) == {"GREETING": "hi"}


def test_a_restart_keeps_the_variables_of_the_deployment(
    account: Account, service_id: str
) -> None:
    host = account.make_domain(service_id)
    account.set_variables(service_id, GREETING="old")
    deployment_id = account.deploy(service_id, web())
    before = account.show(host)["pid"]
    account.set_variables(service_id, GREETING="new")
    assert account.act("deploymentRestart", deployment_id) is True
    account.wait(deployment_id, "SUCCESS")
    account.until(lambda: account.sandbox.visit(host).status == 200)
    shown = account.show(host)
    assert shown["pid"] != before
    assert shown["GREETING"] == "old"


def test_a_rollback_restores_image_and_variables_and_tells_no_id(
    account: Account, service_id: str
) -> None:
    host = account.make_domain(service_id)
    account.set_variables(service_id, GREETING="old")
    first = account.deploy(service_id, web("one"))
    account.set_variables(service_id, GREETING="new", MORE="x")
    account.deploy(service_id, web("two"))
    account.wait(first, "REMOVED")
    assert account.deployment(first)["canRollback"]
    assert account.act("deploymentRollback", first) is True
    account.wait(newest(account, service_id), "SUCCESS")
    shown = account.show(host)
    assert (shown["version"], shown["GREETING"]) == ("one", "old")
    assert account.variables(service_id) == {"GREETING": "old"}


def test_an_image_is_kept_for_five_days_after_its_removal(
    account: Account, service_id: str
) -> None:
    first = account.deploy(service_id, web("one"))
    account.deploy(service_id, web("two"))
    account.wait(first, "REMOVED")
    account.sandbox.control("POST", "/advance", {"seconds": 121 * 3600})
    assert not account.deployment(first)["canRollback"]
    query = "mutation R($id: String!) { deploymentRollback(id: $id) }"
    assert "rolled back" in account.refused(query, id=first)["message"]


def test_a_redeploy_takes_the_variables_of_now(
    account: Account, service_id: str
) -> None:
    host = account.make_domain(service_id)
    first = account.deploy(service_id, web(), "label")
    account.set_variables(service_id, GREETING="now")
    query = "mutation R($id: String!) { deploymentRedeploy(id: $id, usePreviousImageTag: %s) { id } }"
    again = account.run(query % "false", id=first)["id"]
    account.wait(again, "SUCCESS")
    assert account.show(host)["GREETING"] == "now"
    kept = account.run(query % "true", id=again)["id"]
    account.wait(kept, "SUCCESS")
    assert account.log("build", kept) == [] or "building 42" not in account.log(
        "build", kept
    )


def test_a_stopped_deployment_answers_502_and_a_removed_one_404(
    account: Account, service_id: str
) -> None:
    host = account.make_domain(service_id)
    deployment_id = account.deploy(service_id, web())
    account.act("deploymentStop", deployment_id)
    assert account.sandbox.visit(host).status == 502
    assert account.deployment(deployment_id)["deploymentStopped"]
    account.act("deploymentRemove", deployment_id)
    assert account.sandbox.visit(host).status == 404
    assert account.deployment(deployment_id)["status"] == "REMOVED"


def test_a_deployment_on_its_way_can_be_cancelled(
    account: Account, service_id: str
) -> None:
    deployment_id = account.upload(service_id, web())
    account.act("deploymentCancel", deployment_id)
    assert account.deployment(deployment_id)["status"] == "REMOVED"


def test_an_image_source_is_refused_in_the_build_log(account: Account) -> None:
    made = account.run(
        "mutation C($input: ServiceCreateInput!) { serviceCreate(input: $input) { id } }",
        input={**account.scope, "name": "cache", "source": {"image": "redis:8"}},
    )
    deployment_id = newest(account, made["id"])
    found = account.wait(deployment_id, "FAILED")
    assert found["meta"] == {"image": "redis:8"}
    assert account.log("build", deployment_id)[-1].startswith(
        "not emulated: image redis:8"
    )


def test_deploying_without_any_source_is_refused(
    account: Account, service_id: str
) -> None:
    query = "mutation D($s: String!, $e: String!) { serviceInstanceDeployV2(serviceId: $s, environmentId: $e) }"
    error = account.refused(query, s=service_id, e=account.environment_id)
    assert error["message"] == "Cannot redeploy without a snapshot"
    first = account.deploy(service_id, web())
    assert account.run(query, s=service_id, e=account.environment_id) != first


def test_deployments_are_listed_newest_first_and_by_status(
    account: Account, service_id: str
) -> None:
    first = account.deploy(service_id, web("one"))
    second = account.deploy(service_id, web("two"))
    account.wait(first, "REMOVED")
    query = (
        "query D($input: DeploymentListInput!, $first: Int) { deployments(input: $input, first: $first)"
        " { edges { node { id } } pageInfo { hasNextPage } } }"
    )
    scope = {**account.scope, "serviceId": service_id}
    page = account.run(query, input=scope, first=1)
    assert [edge["node"]["id"] for edge in page["edges"]] == [second]
    assert page["pageInfo"]["hasNextPage"]
    removed = account.run(
        query, input={**scope, "status": {"in": ["REMOVED"]}}, first=9
    )
    assert [edge["node"]["id"] for edge in removed["edges"]] == [first]
    others = account.run(
        query, input={**scope, "status": {"notIn": ["REMOVED"]}}, first=9
    )
    assert [edge["node"]["id"] for edge in others["edges"]] == [second]
