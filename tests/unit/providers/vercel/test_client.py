from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from launchbook.errors import (
    Conflict,
    MalformedAnswer,
    NotFound,
    PartialWrite,
    Rejected,
    Unavailable,
)
from launchbook.model.vercel import ProjectSettings, SourceFile
from launchbook.providers.vercel.client import VercelClient
from launchbook.redact import Secret
from launchbook.transport.http import Access
from launchbook.transport.request import Request, Response
from tests.support.rest_world import (
    ORDER,
    SETTINGS,
    VERCEL_ANSWERS,
    VERCEL_DEPLOYMENT,
    VERCEL_PROJECT,
    VERCEL_VARIABLE,
    WRITES,
)
from tests.support.transport import InTurn, JumpingClock, ScriptedSender, body_of

LOST = Unavailable("no answer", hint="Again.")
ABSENT = NotFound("absent", hint="Look.")
TAKEN = Conflict("exists", hint="Look.")
CREATE = "POST /v13/deployments"
LIST = "GET /v7/deployments"


def client(**changes: object) -> tuple[VercelClient, ScriptedSender]:
    names = {"project": "GET /v9/projects/prj_1", "list": LIST, "create": CREATE}
    found = {names.get(name, name): answer for name, answer in changes.items()}
    sender = ScriptedSender({**VERCEL_ANSWERS, **found})
    return VercelClient(sender, "team_1"), sender


# --- projects ----------------------------------------------------------------


def test_a_project_is_read_with_its_settings() -> None:
    project = client()[0].read_project("prj_1")
    assert project is not None
    assert ("prj_1", "vocilia-customer") == (project.id, project.name)
    assert replace(SETTINGS, install_command=None) == project.settings


def test_the_names_of_all_projects_are_read_page_by_page() -> None:
    pages = [
        {"projects": [{"name": "one"}], "pagination": {"next": 17, "prev": None}},
        {"projects": [{"name": "two"}], "pagination": {"next": None, "prev": 17}},
    ]
    vercel, sender = client(**{"GET /v10/projects": InTurn(pages)})
    assert ("one", "two") == vercel.read_project_names()
    assert [None, "17"] == [each.query.get("from") for each in sender.requests]


JOB = {
    "type": "promote",
    "jobStatus": "pending",
    "fromDeploymentId": "dpl_1",
    "toDeploymentId": "dpl_2",
    "requestedAt": 1_763_812_800_000,
}


@pytest.mark.parametrize(
    ("substate", "expected"), [("PROMOTED", "dpl_1"), ("STAGED", "")]
)
def test_what_production_is_and_who_moves_it_is_read_from_the_project(
    substate: str, expected: str
) -> None:
    current = {"id": "dpl_1", "readySubstate": substate}
    more = {"targets": {"production": current}, "lastAliasRequest": JOB}
    found = client(project=VERCEL_PROJECT | more)[0].read_production("prj_1")
    assert (expected, True) == (found.deployment_id, found.is_auto_assigned)
    assert ("dpl_2", True) == (found.job_deployment_id, found.is_moving)
    assert datetime(2025, 11, 22, 12, tzinfo=UTC) == found.job_at


def test_that_it_is_production_already_is_no_error_and_another_conflict_is_one() -> (
    None
):
    order = {"POST /v10/projects/prj_1/promote/dpl_1": TAKEN}
    current = {"targets": {"production": {"id": "dpl_1"}}}
    client(project=VERCEL_PROJECT | current, **order)[0].promote("prj_1", "dpl_1")
    with pytest.raises(Conflict):
        client(**order)[0].promote("prj_1", "dpl_1")


def test_an_absent_project_is_none() -> None:
    assert client(project=ABSENT)[0].read_project("prj_1") is None


def test_a_project_without_protection_says_so() -> None:
    answer = {**VERCEL_PROJECT, "ssoProtection": None}
    project = client(project=answer)[0].read_project("prj_1")
    assert project is not None
    assert "none" == project.settings.sso_protection


@pytest.mark.parametrize("failure", [LOST, TAKEN])
def test_a_create_that_is_lost_or_refused_as_existing_is_looked_for(
    failure: Exception,
) -> None:
    vercel, sender = client(**{"POST /v11/projects": failure})
    assert "prj_1" == vercel.create_project("prj_1", SETTINGS).id
    assert ["POST /v11/projects", "GET /v9/projects/prj_1"] == sender.sent


def test_creating_leaves_out_what_only_an_update_may_set() -> None:
    vercel, sender = client()
    vercel.create_project("vocilia", SETTINGS)
    body = body_of(sender.requests[0])
    assert "nodeVersion" not in body
    assert "autoAssignCustomDomains" not in body


def test_only_settings_that_are_given_are_sent() -> None:
    vercel, sender = client()
    vercel.update_project("prj_1", ProjectSettings(build_command="make"))
    assert {"buildCommand": "make"} == body_of(sender.requests[0])


def test_the_newest_bypass_secret_is_returned() -> None:
    secret = client()[0].create_protection_bypass("prj_1")
    assert Secret("new-secret-value") == secret


# --- environments ------------------------------------------------------------


def test_an_environment_whose_creation_is_lost_is_found_by_its_slug() -> None:
    vercel, _ = client(**{"POST /v9/projects/prj_1/custom-environments": LOST})
    assert "cenv_1" == vercel.create_custom_environment("prj_1", "staging").id
    with pytest.raises(Unavailable):
        vercel.create_custom_environment("prj_1", "other")


# --- variables ---------------------------------------------------------------


def test_an_encrypted_value_in_a_list_is_no_value() -> None:
    plain = {**VERCEL_VARIABLE, "type": "plain", "value": "x", "target": "preview"}
    answer = {"envs": [VERCEL_VARIABLE, plain]}
    vercel, _ = client(**{"GET /v10/projects/prj_1/env": answer})
    first, second = vercel.read_variables("prj_1")
    assert (None, Secret("x")) == (first.value, second.value)
    assert ("preview",) == second.target.targets


def test_one_variable_is_read_decrypted() -> None:
    found = client()[0].read_variable("prj_1", "env_1")
    assert Secret("https://api.example.org") == found.value


def test_variables_are_set_in_one_request() -> None:
    vercel, sender = client()
    vercel.upsert_variables("prj_1", WRITES)
    (request,) = sender.requests
    expected = [
        {
            "key": "A",
            "value": "first value",
            "type": "encrypted",
            "target": ["production", "preview"],
        },
        {
            "key": "B",
            "value": "second value",
            "type": "sensitive",
            "customEnvironmentIds": ["cenv_1"],
        },
    ]
    assert expected == body_of(request)
    assert ("upsert", "true") in request.parameters()
    assert not request.may_be_repeated


def test_no_variables_send_nothing() -> None:
    vercel, sender = client()
    vercel.upsert_variables("prj_1", ())
    assert [] == sender.requests


def test_201_with_failures_is_a_partial_write_that_lists_keys_and_no_values() -> None:
    error = {
        "code": "ENV_CONFLICT",
        "message": "x",
        "key": "B",
        "value": "second value",
    }
    answer = {"created": [], "failed": [{"error": error}]}
    vercel, _ = client(**{"POST /v10/projects/prj_1/env": answer})
    with pytest.raises(PartialWrite, match="1 of the variables: B") as caught:
        vercel.upsert_variables("prj_1", WRITES)
    assert ["B"] == caught.value.details["keys"]
    assert "ENV_CONFLICT" == caught.value.vendor_code
    assert "second value" not in str(caught.value.as_event())


def test_writes_to_one_project_never_overlap() -> None:
    overlap = Overlap()
    vercel = VercelClient(overlap, "team_1")

    def write() -> None:
        for _ in range(5):
            vercel.upsert_variables("prj_1", WRITES)
            vercel.delete_variable("prj_1", "env_1")

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (40, 1) == (overlap.count, overlap.most)


class Overlap:
    """Counts how many requests are under way at once."""

    def __init__(self) -> None:
        self.count = self.most = self._now = 0
        self._lock = threading.Lock()

    def send(self, request: Request) -> Response:
        with self._lock:
            self._now += 1
            self.count += 1
            self.most = max(self.most, self._now)
        threading.Event().wait(0.001)
        with self._lock:
            self._now -= 1
        return Response("vercel", 200, {}, b'{"failed": []}')


# --- deployments -------------------------------------------------------------


def missing(*shas: str) -> Rejected:
    return Rejected(
        "missing",
        hint="Upload.",
        vendor_code="missing_files",
        details={"missing": list(shas)},
    )


def test_only_files_that_the_vendor_lacks_are_uploaded_each_once() -> None:
    files = tuple(SourceFile(f"{n}.txt", n * 40, 1, n.encode()) for n in "abc")
    order = replace(ORDER, files=(*files, replace(files[0], path="copy.txt")))
    vercel, sender = client(
        create=InTurn((missing("a" * 40, "c" * 40, "a" * 40), VERCEL_DEPLOYMENT))
    )
    assert "dpl_1" == vercel.deploy(order).id
    uploads = [r for r in sender.requests if str(r) == "POST /v2/files"]
    assert {b"a", b"c"} == {r.body for r in uploads}
    assert 2 == len(uploads)
    assert {"a" * 40, "c" * 40} == {r.headers["x-now-digest"] for r in uploads}
    assert all(r.may_be_repeated for r in uploads)


def test_files_that_stay_missing_are_an_error_in_the_end() -> None:
    vercel, sender = client(create=missing("a" * 40))
    with pytest.raises(Rejected):
        vercel.deploy(ORDER)
    assert 3 == sender.sent.count(CREATE)


def test_another_refusal_is_not_answered_with_uploads() -> None:
    refusal = Rejected("no", hint="Look.", vendor_code="missing_project_settings")
    vercel, sender = client(create=refusal)
    with pytest.raises(Rejected):
        vercel.deploy(ORDER)
    assert "POST /v2/files" not in sender.sent


def listed(*deployments: dict[str, Any]) -> dict[str, object]:
    return {"deployments": list(deployments)}


def test_a_deployment_whose_answer_is_lost_is_found_by_its_labels() -> None:
    ours = {"uid": "dpl_2", "readyState": "QUEUED", "meta": {"launchbook": "two"}}
    other = {"uid": "dpl_3", "readyState": "QUEUED", "meta": {"launchbook": "three"}}
    vercel, sender = client(create=LOST, list=InTurn((listed(), listed(other, ours))))
    assert "dpl_2" == vercel.deploy(ORDER).id
    assert 1 == sender.sent.count(CREATE)


def test_an_earlier_deployment_of_the_same_labels_is_not_taken_for_ours() -> None:
    old = {"uid": "dpl_2", "readyState": "ERROR", "meta": {"launchbook": "two"}}
    vercel, _ = client(create=LOST, list=listed(old))
    with pytest.raises(Unavailable):
        vercel.deploy(ORDER)


def test_an_order_is_never_answered_with_an_earlier_deployment() -> None:
    request = client()[0].order_request(ORDER)
    assert ("forceNew", "1") in request.parameters()
    body = body_of(request)
    assert [{"file": "index.html", "sha": "a" * 40, "size": 5}] == body["files"]
    assert "staging" == body["customEnvironmentSlugOrId"]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"readyState": "READY", "aliasAssigned": 1763812800000}, (True, True, False)),
        ({"readyState": "READY", "aliasAssigned": True}, (True, True, False)),
        ({"readyState": "READY", "aliasAssigned": False}, (True, False, False)),
        ({"readyState": "READY", "aliasAssigned": None}, (True, False, False)),
        (
            {
                "readyState": "READY",
                "aliasAssigned": True,
                "aliasError": {"code": "cert_missing", "message": "no certificate"},
            },
            (True, False, True),
        ),
        ({"readyState": "BUILDING"}, (False, False, False)),
        ({"readyState": "ERROR", "errorMessage": "boom"}, (False, False, True)),
        ({"readyState": "CANCELED"}, (False, False, True)),
        ({"readyState": "SOMETHING_NEW"}, (False, False, False)),
    ],
)
def test_ready_is_not_live(
    answer: dict[str, object], expected: tuple[bool, bool, bool]
) -> None:
    vercel, _ = client(**{"GET /v13/deployments/dpl_1": {"id": "dpl_1", **answer}})
    found = vercel.read_deployment("dpl_1")
    assert expected == (found.is_ready, found.is_live, found.is_failed)


def test_a_list_names_deployments_by_uid() -> None:
    (found,) = client()[0].read_deployments("prj_1", target="production")
    assert "dpl_0" == found.id


def test_logs_are_read_from_an_array_and_from_lines() -> None:
    events = b'{"type":"stdout","created":1,"text":"a"}\n\n{"type":"x","text":"b"}\n'
    key = "GET /v3/deployments/dpl_1/events"
    assert ["hi"] == [x.message for x in client()[0].read_build_logs("dpl_1")]
    vercel, _ = client(**{key: events})
    assert ["a", "b"] == [x.message for x in vercel.read_build_logs("dpl_1")]
    assert () == client(**{key: b""})[0].read_build_logs("dpl_1")


def test_logs_that_are_not_json_are_malformed() -> None:
    vercel, _ = client(**{"GET /v3/deployments/dpl_1/events": b"<html>"})
    with pytest.raises(MalformedAnswer):
        vercel.read_build_logs("dpl_1")


@pytest.mark.parametrize("answer", [{}, {"id": 5}, [], "text", None])
def test_a_malformed_answer_names_the_place(answer: object) -> None:
    with pytest.raises(MalformedAnswer, match="vercel project"):
        client(project=answer)[0].read_project("prj_1")


def test_a_client_is_opened_from_an_address_a_token_and_a_team() -> None:
    access = Access("https://127.0.0.1:1", Secret("t" * 8))
    found = VercelClient.open(access, "team_1", JumpingClock())
    assert isinstance(found, VercelClient)
