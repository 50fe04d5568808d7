"""Sources become real processes, and traffic moves when they are healthy."""

import os
from pathlib import Path

import pytest

from launchbook.sandbox.railway import build
from launchbook.sandbox.settings import Settings
from tests.support.railway_account import WEB_SETTINGS, Account, tarball, web
from tests.support.sandbox import Sandbox, sandbox_running


@pytest.fixture
def service_id(account: Account) -> str:
    return account.make_service(**WEB_SETTINGS)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_an_upload_is_built_started_checked_and_served(
    account: Account, service_id: str
) -> None:
    host = account.make_domain(service_id)
    account.set_variables(service_id, GREETING="hello ${{RAILWAY_SERVICE_NAME}}")
    deployment_id = account.upload(service_id, web(), "first")
    found = account.wait(deployment_id, "SUCCESS")
    shown = account.show(host)
    assert host == "backend-staging.up.railway.localhost"
    assert shown["GREETING"] == "hello backend"
    assert shown["host"].startswith(host)
    assert found["meta"]["cliMessage"] == "first"
    assert found["url"] == host
    assert not found["deploymentStopped"]
    assert [one["status"] for one in found["instances"]] == ["RUNNING"]
    assert "building 42" in account.log("build", deployment_id)
    asked = [
        line for line in account.log("deployment", deployment_id) if "asked" in line
    ]
    assert asked[0] == "asked for /health as healthcheck.railway.app"


def test_the_steps_of_a_deployment_are_recorded_in_order(
    account: Account, service_id: str
) -> None:
    deployment_id = account.deploy(service_id, web())
    found = account.run(
        "query E($id: String!) { deploymentEvents(id: $id, first: 10)"
        " { edges { node { step createdAt completedAt payload { error } } } } }",
        id=deployment_id,
    )
    steps = [edge["node"] for edge in found["edges"]]
    assert [one["step"] for one in steps] == [
        "SNAPSHOT_CODE",
        "BUILD_IMAGE",
        "CREATE_CONTAINER",
        "HEALTHCHECK",
    ]
    assert all(one["createdAt"] <= one["completedAt"] for one in steps)


def test_a_new_deployment_takes_the_traffic_and_the_old_one_is_removed(
    account: Account, service_id: str, railway: Sandbox
) -> None:
    host = account.make_domain(service_id)
    first = account.deploy(service_id, web("one"))
    old_pid = account.show(host)["pid"]
    account.deploy(service_id, web("two"))
    assert account.show(host)["version"] == "two"
    assert account.wait(first, "REMOVED")["deploymentStopped"]
    railway.wait_until(lambda: not is_alive(old_pid))


def test_an_unhealthy_deployment_fails_and_the_old_one_serves_on(
    account: Account, service_id: str
) -> None:
    host = account.make_domain(service_id)
    account.deploy(service_id, web("one"))
    account.configure(service_id, healthcheckTimeout=1)
    account.set_variables(service_id, HEALTH="503")
    failed = account.upload(service_id, web("two"))
    account.wait(failed, "FAILED")
    assert account.show(host)["version"] == "one"
    assert "healthcheck /health did not answer 200 within 1 s" in account.log(
        "build", failed
    )


def test_a_start_command_that_is_none_crashes_after_its_retries(
    account: Account,
) -> None:
    service_id = account.make_service(startCommand="exit 3", restartPolicyMaxRetries=2)
    deployment_id = account.upload(service_id, web())
    account.wait(deployment_id, "CRASHED")
    lines = account.log("deployment", deployment_id)
    assert ["the start command ended with status 3"] * 3 == lines


def test_without_a_health_check_to_be_alive_is_enough(account: Account) -> None:
    service_id = account.make_service(startCommand="sleep 60")
    deployment_id = account.deploy(service_id, web())
    assert account.deployment(deployment_id)["instances"][0]["status"] == "RUNNING"


def test_a_later_crash_turns_success_into_crashed(account: Account) -> None:
    service_id = account.make_service(
        startCommand="sleep 1; exit 1", restartPolicyType="NEVER"
    )
    deployment_id = account.upload(service_id, web())
    account.wait(deployment_id, "SUCCESS")
    assert account.wait(deployment_id, "CRASHED")["deploymentStopped"]


def test_a_crashed_process_is_started_again(account: Account, service_id: str) -> None:
    host = account.make_domain(service_id)
    account.deploy(service_id, web())
    before = account.show(host)["pid"]
    os.kill(before, 9)
    account.until(lambda: account.sandbox.visit(host).status == 200)
    assert account.show(host)["pid"] != before


def test_a_second_upload_supersedes_one_that_is_on_its_way(
    account: Account, service_id: str
) -> None:
    first = account.upload(service_id, web("one"))
    second = account.upload(service_id, web("two"))
    assert account.deployment(first)["status"] == "REMOVED"
    account.wait(second, "SUCCESS")


def test_pre_deploy_commands_run_before_the_start_and_can_stop_it(
    account: Account, service_id: str
) -> None:
    account.configure(
        service_id, preDeployCommand=["echo ready > version.txt", "exit 7"]
    )
    deployment_id = account.upload(service_id, web())
    account.wait(deployment_id, "FAILED")
    assert 'pre-deploy command "exit 7" failed: exit code: 7' in account.log(
        "deployment", deployment_id
    )


def test_the_root_directory_is_where_commands_run(account: Account) -> None:
    service_id = account.make_service(**WEB_SETTINGS, rootDirectory="/apps/web")
    host = account.make_domain(service_id)
    account.deploy(service_id, web("nested", "apps/web/"))
    assert account.show(host)["version"] == "nested"


@pytest.mark.parametrize("folder", ["nowhere", "../.."])
def test_a_root_directory_outside_the_source_fails_the_build(
    account: Account, folder: str
) -> None:
    service_id = account.make_service(**WEB_SETTINGS, rootDirectory=folder)
    deployment_id = account.upload(service_id, web())
    account.wait(deployment_id, "FAILED")
    assert f"Could not find root directory: {folder}" in account.log(
        "build", deployment_id
    )


def test_a_build_that_fails_shows_its_last_lines_and_starts_nothing(
    account: Account,
) -> None:
    settings = {**WEB_SETTINGS, "buildCommand": "echo compiling; no-such-program"}
    service_id = account.make_service(**settings)
    deployment_id = account.upload(service_id, web())
    account.wait(deployment_id, "FAILED")
    lines = account.log("build", deployment_id)
    assert "compiling" in lines
    assert lines[-1].endswith("failed: exit code: 127")
    assert account.log("deployment", deployment_id) == []


def test_no_start_command_fails_the_build(account: Account) -> None:
    deployment_id = account.upload(account.make_service(), web())
    account.wait(deployment_id, "FAILED")
    assert account.log("build", deployment_id)[-1] == "No start command was found"


def test_an_archive_that_escapes_is_not_unpacked(
    account: Account, service_id: str
) -> None:
    deployment_id = account.upload(service_id, tarball({"../../escaped.txt": "out"}))
    account.wait(deployment_id, "FAILED")
    assert any("cannot unpack" in line for line in account.log("build", deployment_id))


def test_a_drained_process_may_finish_its_work_within_the_seconds_it_is_given(
    account: Account,
) -> None:
    command = (
        'python -c "import signal, sys, time;'
        "signal.signal(15, lambda *_: (time.sleep(0.3), print('drained'), sys.exit(0)));"
        "print('ready'); time.sleep(60)\""
    )
    service_id = account.make_service(startCommand=command, drainingSeconds=5)
    first = account.deploy(service_id, web("one"))
    account.deploy(service_id, web("two"))
    account.wait(first, "REMOVED")
    assert account.log("deployment", first) == ["ready", "drained"]


def test_replicas_share_one_address(account: Account, service_id: str) -> None:
    account.configure(service_id, numReplicas=2)
    host = account.make_domain(service_id)
    account.deploy(service_id, web())
    seen = {account.show(host)["RAILWAY_REPLICA_ID"] for _ in range(4)}
    assert len(seen) == 2


def test_the_chosen_port_is_ours_even_where_the_service_sets_one(
    account: Account, service_id: str
) -> None:
    host = account.make_domain(service_id)
    account.set_variables(service_id, PORT="80")
    account.deploy(service_id, web())
    assert account.show(host)["PORT"] != "80"
    assert account.variables(service_id) == {"PORT": "80"}


def test_live_processes_are_there_again_after_a_restart_of_the_sandbox(
    account: Account, service_id: str, railway: Sandbox
) -> None:
    host = account.make_domain(service_id)
    deployment_id = account.deploy(service_id, web())
    before = account.show(host)["pid"]
    assert railway.control("POST", "/snapshots/one").status == 201
    after = account.show(host)
    assert after["version"] == "one"
    assert after["pid"] != before
    assert account.deployment(deployment_id)["status"] == "SUCCESS"


def test_a_deployment_on_its_way_goes_on_after_a_restart(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "emulator")
    with sandbox_running(settings, [build]) as one:
        account = Account(one).open_project()
        service_id = account.make_service(**{**WEB_SETTINGS, "buildCommand": "sleep 1"})
        deployment_id = account.upload(service_id, web())
        account.wait(deployment_id, "BUILDING")
    with sandbox_running(settings, [build]) as one:
        account.sandbox = one
        account.wait(deployment_id, "SUCCESS")
