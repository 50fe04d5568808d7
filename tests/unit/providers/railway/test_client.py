from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from launchbook.errors import (
    Conflict,
    InputError,
    MalformedAnswer,
    NotFound,
    RateLimited,
    Unauthorized,
    Unavailable,
)
from launchbook.model.railway import ServiceScope, ServiceSettings
from launchbook.providers.railway.client import RailwayClient
from launchbook.redact import Secret
from launchbook.transport.http import Access
from tests.support.railway_world import (
    ANSWERS,
    DEPLOYMENT,
    INSTANCE,
    PROJECT,
    SCOPE,
    page,
)
from tests.support.transport import InTurn, JumpingClock, Refusal, ScriptedGraphql

if TYPE_CHECKING:
    from collections.abc import Mapping

LOST = Unavailable("no answer", hint="Again.")
UP = "POST /project/project-1/environment/environment-1/up"


def client(**changes: object) -> tuple[RailwayClient, ScriptedGraphql]:
    return client_of({**ANSWERS, **changes})


def client_of(answers: Mapping[str, object]) -> tuple[RailwayClient, ScriptedGraphql]:
    wire = ScriptedGraphql(answers)
    return RailwayClient(wire, JumpingClock()), wire


# --- whose token -------------------------------------------------------------


def test_an_account_token_is_known_by_its_owner() -> None:
    account = client()[0].read_account()
    assert ("account", "Ann", "w") == (
        account.token_kind,
        account.name,
        account.workspaces[0].id,
    )


def test_a_workspace_token_is_known_by_its_workspaces() -> None:
    workspaces = {"apiToken": {"workspaces": [{"id": "w", "name": "Team"}]}}
    railway, _ = client(Me=Refusal("Not Authorized"), ApiToken=workspaces)
    assert "workspace" == railway.read_account().token_kind


def test_a_project_token_is_known_by_its_environment() -> None:
    railway, _ = client(
        Me=Refusal("Not Authorized"),
        ApiToken=Refusal("Not Authorized"),
        ProjectToken={"projectToken": {"projectId": "p", "environmentId": "e"}},
    )
    account = railway.read_account()
    assert ("project", "p", "e") == (
        account.token_kind,
        account.project_id,
        account.environment_id,
    )


def test_a_token_of_no_kind_is_unauthorized() -> None:
    no = Refusal("Not Authorized")
    with pytest.raises(Unauthorized):
        client(Me=no, ApiToken=no, ProjectToken=no)[0].read_account()


# --- projects, environments, services ----------------------------------------


def test_all_pages_are_read() -> None:
    first = {
        "edges": [{"node": PROJECT}],
        "pageInfo": {"hasNextPage": True, "endCursor": "c1"},
    }
    second = page({**PROJECT, "id": "project-2"})
    railway, wire = client(Projects=InTurn(({"projects": first}, {"projects": second})))
    assert ["project-1", "project-2"] == [p.id for p in railway.read_projects()]
    assert "c1" == wire.variables("Projects")["after"]


def test_a_page_that_names_itself_as_the_next_does_not_loop() -> None:
    circle = {
        "edges": [{"node": PROJECT}],
        "pageInfo": {"hasNextPage": True, "endCursor": "c1"},
    }
    railway, wire = client(Projects={"projects": circle})
    railway.read_projects()
    assert 2 == len(wire.operations)


def test_an_empty_connection_below_another_object_is_read() -> None:
    railway, _ = client(Services={"project": {"services": page()}})
    assert () == railway.read_services("project-1")


def test_a_create_whose_answer_is_lost_is_looked_for_and_not_repeated() -> None:
    railway, wire = client(ProjectCreate=LOST)
    assert "project-1" == railway.create_project("shop", "w").id
    assert ["ProjectCreate", "Projects"] == wire.operations


def test_a_create_that_got_lost_and_made_nothing_is_an_error() -> None:
    railway, _ = client(ProjectCreate=LOST, Projects={"projects": page()})
    with pytest.raises(Unavailable):
        railway.create_project("shop", "w")


def test_a_service_that_exists_is_returned() -> None:
    refusal = Refusal("A service named backend already exists in this project")
    railway, _ = client(ServiceCreate=refusal)
    scope = ServiceScope("project-1", "environment-1")
    assert "service-1" == railway.create_service(scope, "backend").id


def test_a_conflict_about_something_else_stays_an_error() -> None:
    railway, _ = client(ServiceCreate=Refusal("already exists"))
    with pytest.raises(Conflict):
        railway.create_service(ServiceScope("project-1", "environment-1"), "worker")


def test_a_service_is_created_empty_and_in_one_environment() -> None:
    railway, wire = client()
    railway.create_service(ServiceScope("project-1", "environment-1"), "backend")
    expected = {
        "projectId": "project-1",
        "environmentId": "environment-1",
        "name": "backend",
    }
    assert {"input": expected} == wire.variables("ServiceCreate")


def test_an_environment_is_created_without_deploying() -> None:
    railway, wire = client()
    railway.create_environment("project-1", "staging")
    assert wire.variables("EnvironmentCreate")["input"]["skipInitialDeploys"]


def test_creating_projects_too_quickly_is_waited_out() -> None:
    throttle = Refusal("You are creating projects too quickly")
    created = {"projectCreate": PROJECT}
    railway, wire = client(ProjectCreate=InTurn((throttle, created)))
    assert "project-1" == railway.create_project("shop").id
    assert ["ProjectCreate", "ProjectCreate"] == wire.operations


def test_a_throttle_that_stays_is_said() -> None:
    railway, _ = client(ProjectCreate=Refusal("creating projects too quickly"))
    with pytest.raises(RateLimited):
        railway.create_project("shop")


def test_instances_carry_settings_and_the_latest_deployment() -> None:
    (instance,) = client()[0].read_service_instances("environment-1")
    assert ("backend", 2, "/health", 300, "ON_FAILURE") == (
        instance.service_name,
        instance.settings.replicas,
        instance.settings.healthcheck_path,
        instance.settings.healthcheck_timeout_seconds,
        instance.settings.restart_policy,
    )
    assert instance.latest_deployment is not None
    assert instance.latest_deployment.is_serving


def test_an_instance_without_a_deployment_is_read() -> None:
    bare = {**INSTANCE, "latestDeployment": None, "preDeployCommand": "migrate"}
    answer = {"environment": {"serviceInstances": page(bare)}}
    (instance,) = client(ServiceInstances=answer)[0].read_service_instances("e")
    assert instance.latest_deployment is None
    assert ("migrate",) == instance.settings.pre_deploy_command


def test_only_settings_that_are_given_are_sent() -> None:
    railway, wire = client()
    settings = ServiceSettings(replicas=3, pre_deploy_command=("a", "b"))
    railway.update_service_instance(SCOPE, settings)
    expected = {"numReplicas": 3, "preDeployCommand": ["a", "b"]}
    assert expected == wire.variables("ServiceInstanceUpdate")["input"]


# --- variables ---------------------------------------------------------------


def test_variables_are_read_as_secrets_and_unrendered() -> None:
    railway, wire = client(Variables={"variables": {"PORT": 3000, "REF": "${{a.B}}"}})
    found = railway.read_variables(SCOPE)
    assert {"PORT": Secret("3000"), "REF": Secret("${{a.B}}")} == found
    assert wire.variables("Variables")["unrendered"]


def test_variables_are_set_without_deploying_and_without_deleting_others() -> None:
    railway, wire = client()
    railway.upsert_variables(SCOPE, {"A": Secret("one"), "B": Secret("two")})
    order = wire.variables("VariableCollectionUpsert")["input"]
    assert {"A": "one", "B": "two"} == order["variables"]
    assert (True, False) == (order["skipDeploys"], order["replace"])


def test_no_variables_send_nothing() -> None:
    railway, wire = client()
    railway.upsert_variables(SCOPE, {})
    assert [] == wire.operations


def test_shared_variables_have_no_service() -> None:
    railway, wire = client()
    railway.read_variables(ServiceScope("project-1", "environment-1"))
    assert "serviceId" not in wire.variables("Variables")


# --- deployments -------------------------------------------------------------


def test_an_upload_tells_what_to_poll() -> None:
    railway, wire = client()
    upload = railway.upload(SCOPE, b"tarball", "launchbook new")
    assert "deployment-3" == upload.deployment_id
    request = wire.requests[-1]
    assert not request.may_be_repeated
    expected = [("serviceId", "service-1"), ("message", "launchbook new")]
    assert expected == request.parameters()


def test_an_upload_whose_answer_is_lost_is_found_by_its_message() -> None:
    new = {**DEPLOYMENT, "id": "deployment-9"}
    before = {"deployments": {"edges": [{"node": DEPLOYMENT}]}}
    after = {"deployments": {"edges": [{"node": new}, {"node": DEPLOYMENT}]}}
    railway, wire = client(**{UP: LOST, "Deployments": InTurn((before, after))})
    upload = railway.upload(SCOPE, b"tarball", "launchbook abc")
    assert "deployment-9" == upload.deployment_id
    assert 1 == wire.operations.count(UP)


def test_an_earlier_upload_of_the_same_message_is_not_taken_for_ours() -> None:
    railway, _ = client(**{UP: LOST})
    with pytest.raises(Unavailable):
        railway.upload(SCOPE, b"tarball", "launchbook abc")


def test_an_upload_without_a_service_is_refused_by_us() -> None:
    railway, wire = client()
    with pytest.raises(InputError, match="id of a service"):
        railway.upload(ServiceScope("p", "e"), b"tarball", "m")
    assert [] == wire.operations


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("SUCCESS", "serving"),
        ("SLEEPING", "serving"),
        ("FAILED", "failed"),
        ("CRASHED", "failed"),
        ("REMOVED", "failed"),
        ("SKIPPED", "failed"),
        ("NEEDS_APPROVAL", "waiting"),
        ("WAITING", "waiting"),
        ("BUILDING", "pending"),
        ("QUEUED", "pending"),
        ("A_STATUS_OF_TOMORROW", "pending"),
    ],
)
def test_every_status_means_one_thing(status: str, expected: str) -> None:
    answer = {"deployment": {**DEPLOYMENT, "status": status}}
    deployment = client(Deployment=answer)[0].read_deployment("deployment-1")
    meanings = {
        "serving": deployment.is_serving,
        "failed": deployment.is_failed,
        "waiting": deployment.is_waiting,
        "pending": deployment.is_pending,
    }
    assert [expected] == [name for name, is_so in meanings.items() if is_so]


def test_a_deployment_carries_time_message_and_address() -> None:
    found = client()[0].read_deployment("deployment-1")
    assert datetime(2026, 11, 22, 12, tzinfo=UTC) == found.created_at
    assert ("launchbook abc", "backend.up.railway.app") == (found.message, found.url)


def test_logs_ask_for_no_more_than_the_vendor_gives() -> None:
    railway, wire = client()
    (line,) = railway.read_build_logs("deployment-1", limit=100_000)
    assert "hello" == line.message
    assert 5000 == wire.variables("BuildLogs")["limit"]


# --- answers that break the contract -----------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        {"projects": {}},
        {"projects": {"edges": [{}], "pageInfo": {}}},
        {"projects": {"edges": [{"node": {"id": 5, "name": "x"}}], "pageInfo": {}}},
        {"projects": None},
        {},
    ],
)
def test_a_malformed_answer_names_the_place(answer: object) -> None:
    with pytest.raises(MalformedAnswer, match="railway"):
        client(Projects=answer)[0].read_projects()


def test_unknown_fields_are_ignored() -> None:
    answer = {"projects": page({**PROJECT, "shoeSize": 43})}
    assert 1 == len(client(Projects=answer)[0].read_projects())


def test_a_thing_that_is_gone_is_not_found() -> None:
    with pytest.raises(NotFound):
        client(Deployment=Refusal("Deployment not found"))[0].read_deployment("x")


def test_a_client_is_opened_from_an_address_and_a_token() -> None:
    access = Access("https://127.0.0.1:1", Secret("t" * 8))
    assert isinstance(RailwayClient.open(access, JumpingClock()), RailwayClient)
