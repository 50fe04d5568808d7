"""The upload of a source."""

import uuid
from pathlib import Path

import pytest

from launchbook.sandbox.railway.routes import RailwayEmulator
from launchbook.sandbox.settings import Settings
from launchbook.sandbox.world import World
from tests.support.railway_account import Account, not_a_tarball, web
from tests.support.sandbox import sandbox_running


def test_the_answer_names_the_deployment_and_its_host(api: Account) -> None:
    service_id = api.make_service("uploaded")
    host = api.make_domain(service_id)
    answer = api.send(service_id, web()).json()
    assert answer["deploymentDomain"] == host
    assert answer["deploymentId"] in answer["logsUrl"]
    assert service_id in answer["url"]
    assert api.deployment(answer["deploymentId"])["serviceId"] == service_id


def test_an_upload_without_a_service_silently_makes_one(api: Account) -> None:
    deployment_id = api.upload("", web())
    service_id = api.deployment(deployment_id)["serviceId"]
    found = api.run(
        "query S($id: String!) { service(id: $id) { name projectId } }", id=service_id
    )
    assert found["projectId"] == api.project_id


def test_the_same_upload_twice_makes_two_deployments(api: Account) -> None:
    service_id = api.make_service()
    assert api.upload(service_id, web()) != api.upload(service_id, web())


@pytest.mark.parametrize(
    "body", [b"", b"text", not_a_tarball()], ids=["empty", "text", "gzip"]
)
def test_what_is_no_tarball_is_a_400(api: Account, body: bytes) -> None:
    answer = api.send(api.make_service(), body)
    assert answer.status == 400
    assert answer.json()["message"]


def test_an_unknown_service_is_a_400(api: Account) -> None:
    assert api.send(str(uuid.uuid4()), web()).json() == {"message": "Not Authorized"}


def test_a_source_that_is_too_large_is_a_413(tmp_path: Path) -> None:
    def small(world: World) -> RailwayEmulator:
        return RailwayEmulator(world, max_upload_bytes=100)

    with sandbox_running(Settings(tmp_path / "emulator"), [small]) as one:
        account = Account(one).open_project()
        assert account.send(account.make_service(), web()).status == 413
