"""What can be ordered to go wrong."""

from typing import Any

from tests.support.railway_account import WEB_SETTINGS, Account, web

PROJECTS = "query P { projects { edges { cursor } } }"
CREATE = 'mutation C { projectCreate(input: {name: "x"}) { id } }'


def order(account: Account, **fault: Any) -> None:
    assert (
        account.sandbox.control(
            "POST", "/faults", {"vendor": "railway", **fault}
        ).status
        == 201
    )


def test_the_limit_of_the_plan_says_when_to_come_back(api: Account) -> None:
    order(api, effect="rate_limited", operation="projects", retry_after_seconds=7)
    answer = api.post(PROJECTS)
    assert answer.status == 429
    assert answer.headers["retry-after"] == "7"
    assert answer.headers["x-ratelimit-remaining"] == "0"
    assert api.post(PROJECTS).status == 200


def test_the_limit_of_the_edge_hits_only_requests_without_a_query_string(
    api: Account,
) -> None:
    order(api, effect="edge_limited", operation="projects", times=0)
    assert api.post(PROJECTS).status == 200
    answer = api.post(PROJECTS, path="/graphql/v2")
    assert answer.status == 429
    assert "1015" in answer.text
    assert "x-ratelimit-limit" not in answer.headers


def test_a_soft_throttle_comes_under_200_and_did_nothing(api: Account) -> None:
    before = len(api.run(PROJECTS)["edges"])
    order(api, effect="throttled", operation="projectCreate")
    assert "creating projects too quickly" in api.refused(CREATE)["message"]
    assert len(api.run(PROJECTS)["edges"]) == before


def test_two_factor_is_asked_for(api: Account) -> None:
    order(api, effect="two_factor", operation="projectCreate")
    assert api.refused(CREATE)["message"] == "Two Factor Authentication Required"


def test_a_lost_answer_leaves_what_was_made(api: Account) -> None:
    before = len(api.run(PROJECTS)["edges"])
    order(api, effect="malformed", operation="projectCreate")
    assert api.post(CREATE).text.startswith("<html>")
    assert len(api.run(PROJECTS)["edges"]) == before + 1


def test_a_build_can_be_made_to_fail(api: Account) -> None:
    service_id = api.make_service("breaking", **WEB_SETTINGS)
    order(api, effect="build_failed", operation="build breaking", message="out of disk")
    deployment_id = api.upload(service_id, web())
    api.wait(deployment_id, "FAILED")
    assert api.log("build", deployment_id)[-1] == "out of disk"


def test_a_deployment_can_hang_while_it_says_that_it_is_stopped(api: Account) -> None:
    service_id = api.make_service("hanging", **WEB_SETTINGS)
    order(api, effect="stuck", operation="deploy hanging")
    deployment_id = api.upload(service_id, web())
    api.until(lambda: bool(api.deployment(deployment_id)["deploymentStopped"]))
    assert api.deployment(deployment_id)["status"] == "INITIALIZING"
    api.act("deploymentCancel", deployment_id)


def test_a_redeploy_after_a_write_can_be_refused(api: Account) -> None:
    service_id = api.make_service("refusing", startCommand="sleep 60")
    api.deploy(service_id, web())
    order(api, effect="redeploy_refused", operation="redeploy refusing")
    query = "mutation V($input: VariableUpsertInput!) { variableUpsert(input: $input) }"
    variable = {**api.scope, "serviceId": service_id, "name": "A", "value": "1"}
    assert "Cannot redeploy yet" in api.refused(query, input=variable)["message"]
    assert api.variables(service_id) == {"A": "1"}
