"""Cron services run on the sandbox's clock."""

from datetime import UTC, datetime

import pytest

from launchbook.sandbox.railway.crons import check_schedule
from launchbook.sandbox.railway.faults import ApiError
from tests.support.railway_account import Account, web

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
EXECUTIONS = (
    "query X($input: DeploymentInstanceExecutionListInput!) { deploymentInstanceExecutions(input: $input)"
    " { edges { node { id status createdAt completedAt deploymentId } } } }"
)
RUN_NOW = (
    "mutation X($input: DeploymentInstanceExecutionCreateInput!)"
    " { deploymentInstanceExecutionCreate(input: $input) }"
)


def executions(account: Account, service_id: str) -> list[dict[str, str]]:
    ids = {"serviceId": service_id, "environmentId": account.environment_id}
    found = account.run(EXECUTIONS, input=ids)
    return [edge["node"] for edge in found["edges"]]


def run_now(account: Account, service_id: str) -> object:
    instance = account.run(
        "query I($s: String!, $e: String!) { serviceInstance(serviceId: $s, environmentId: $e) { id nextCronRunAt } }",
        s=service_id,
        e=account.environment_id,
    )
    assert instance["nextCronRunAt"]
    return account.run(RUN_NOW, input={"serviceInstanceId": instance["id"]})


def test_a_cron_service_runs_at_its_moments_and_only_then(account: Account) -> None:
    service_id = account.make_service(
        startCommand="echo batch done", cronSchedule="0 * * * *"
    )
    deployment_id = account.deploy(service_id, web())
    assert executions(account, service_id) == []
    account.sandbox.control("POST", "/advance", {"seconds": 2 * 3600})
    found = executions(account, service_id)
    assert [one["status"] for one in found] == ["EXITED", "EXITED"]
    assert account.log("deployment", deployment_id).count("batch done") == 2


def test_a_cron_service_can_be_run_now_and_a_failure_shows(account: Account) -> None:
    service_id = account.make_service(startCommand="exit 2", cronSchedule="0 0 1 1 *")
    deployment_id = account.deploy(service_id, web())
    assert run_now(account, service_id) is True
    account.until(lambda: executions(account, service_id)[0]["status"] != "RUNNING")
    assert executions(account, service_id)[0]["status"] == "CRASHED"
    assert account.deployment(deployment_id)["status"] == "SUCCESS"


def test_a_run_is_skipped_while_the_one_before_lives(account: Account) -> None:
    service_id = account.make_service(startCommand="sleep 30", cronSchedule="0 * * * *")
    account.deploy(service_id, web())
    run_now(account, service_id)
    account.sandbox.control("POST", "/advance", {"seconds": 3600})
    assert [one["status"] for one in executions(account, service_id)] == [
        "SKIPPED",
        "RUNNING",
    ]


def test_a_new_deployment_ends_the_schedule_of_the_old_one(account: Account) -> None:
    service_id = account.make_service(startCommand="echo old", cronSchedule="0 * * * *")
    first = account.deploy(service_id, web())
    account.configure(service_id, startCommand="echo new")
    second = account.deploy(service_id, web())
    account.wait(first, "REMOVED")
    account.sandbox.control("POST", "/advance", {"seconds": 3600})
    assert account.log("deployment", first) == []
    assert "new" in account.log("deployment", second)


@pytest.mark.parametrize("schedule", ["*/5 * * * *", "0 6 * * 1", "0 0 29 2 *"])
def test_schedules_of_five_minutes_and_more_are_taken(schedule: str) -> None:
    check_schedule(schedule, NOW)


@pytest.mark.parametrize(
    "schedule", ["* * * * *", "*/4 * * * *", "0,3 * * * *", "every day"]
)
def test_schedules_that_run_too_often_are_refused(schedule: str) -> None:
    with pytest.raises(ApiError):
        check_schedule(schedule, NOW)
