"""The frame around a vendor's API: log, faults, errors."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING

import pytest

from launchbook.sandbox.emulator import Operation
from launchbook.sandbox.settings import Settings
from tests.support.sandbox import Sandbox, sandbox_running
from tests.support.toy_emulator import ToyEmulator

if TYPE_CHECKING:
    from pathlib import Path

    from aiohttp import web

DROPPED = (ConnectionError, http.client.RemoteDisconnected, OSError)


def _order(sandbox: Sandbox, **fault: object) -> None:
    answer = sandbox.control("POST", "/faults", {"vendor": "toy", **fault})
    assert 201 == answer.status


def _create(sandbox: Sandbox, name: str) -> int:
    return sandbox.api("toy", "POST", "/v1/things", {"name": name}).status


def _things(sandbox: Sandbox) -> list[str]:
    things: list[str] = sandbox.api("toy", "GET", "/v1/things").json()["things"]
    return things


def test_an_unknown_route_says_that_it_is_not_emulated(toy_sandbox: Sandbox) -> None:
    answer = toy_sandbox.api("toy", "PUT", "/v1/nothing")
    expected = {"code": "not_emulated", "message": "PUT /v1/nothing is not emulated"}
    assert (501, expected) == (answer.status, answer.json()["toy_error"])


def test_a_known_path_with_another_method_is_not_emulated(toy_sandbox: Sandbox) -> None:
    assert 501 == toy_sandbox.api("toy", "DELETE", "/v1/things").status


def test_a_not_found_of_the_vendor_itself_stays_one(toy_sandbox: Sandbox) -> None:
    assert 404 == toy_sandbox.api("toy", "GET", "/v1/things/none").status


def test_a_bug_answers_500_in_the_vendors_shape_without_its_details(
    toy_sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    answer = toy_sandbox.api("toy", "GET", "/crash")
    assert 500 == answer.status
    assert "internal_error" == answer.json()["toy_error"]["code"]
    assert "secret details" not in answer.text
    assert "secret details" in caplog.text


def test_every_request_is_logged_by_route_and_without_its_query(
    toy_sandbox: Sandbox,
) -> None:
    _create(toy_sandbox, "a")
    toy_sandbox.api("toy", "GET", "/v1/things/a?token=hidden")
    facts = [
        (one.sequence, one.vendor, one.method, one.path, one.operation)
        for one in toy_sandbox.world.requests.listed()
    ]
    assert [
        (1, "toy", "POST", "/v1/things", "POST /v1/things"),
        (2, "toy", "GET", "/v1/things/a", "GET /v1/things/{thing}"),
    ] == facts
    assert [True, False] == [
        one.is_mutating for one in toy_sandbox.world.requests.listed()
    ]
    log = (toy_sandbox.world.home / "requests.jsonl").read_text()
    assert "hidden" not in log


def test_a_status_fault_hits_the_nth_request_and_carries_headers(
    toy_sandbox: Sandbox,
) -> None:
    _order(
        toy_sandbox,
        effect="status",
        operation="POST /v1/*",
        nth=2,
        status=429,
        headers={"Retry-After": "7"},
    )
    assert 201 == _create(toy_sandbox, "first")
    answer = toy_sandbox.api("toy", "POST", "/v1/things", {"name": "second"})
    assert (429, "7") == (answer.status, answer.headers["retry-after"])
    assert "fault" == answer.json()["toy_error"]["code"]
    assert 201 == _create(toy_sandbox, "third")
    assert ["first", "third"] == _things(toy_sandbox)


def test_a_status_fault_may_say_its_own_body_and_last(toy_sandbox: Sandbox) -> None:
    _order(toy_sandbox, effect="status", status=502, body={"odd": 1}, times=0)
    for _ in range(3):
        answer = toy_sandbox.api("toy", "GET", "/v1/things")
        assert (502, {"odd": 1}) == (answer.status, answer.json())


def test_a_drop_before_leaves_the_world_as_it_was(toy_sandbox: Sandbox) -> None:
    _order(toy_sandbox, effect="drop_before", operation="POST /v1/things")
    with pytest.raises(DROPPED):
        _create(toy_sandbox, "lost")
    assert [] == _things(toy_sandbox)


def test_a_fault_strikes_what_its_only_is_about_in_address_or_json_body(
    toy_sandbox: Sandbox,
) -> None:
    asked = [("door", ""), ("gate", ""), ("gate", ""), ("wall", ""), ("wall", "house")]
    for only in (['"name": "gate"', "nothing"], ["/v1/things?for=house"]):
        operation = "POST /v1/things"
        _order(toy_sandbox, effect="status", status=409, operation=operation, only=only)
    statuses = [
        toy_sandbox.api(
            *("toy", "POST", f"/v1/things?for={place}", {"name": name}),
            headers={"Content-Type": "application/json"},
        ).status
        for name, place in asked
    ]
    assert [201, 409, 201, 201, 409] == statuses


def test_a_drop_after_has_applied_and_is_logged_without_a_status(
    toy_sandbox: Sandbox,
) -> None:
    _order(toy_sandbox, effect="drop_after", operation="POST /v1/things")
    with pytest.raises(DROPPED):
        _create(toy_sandbox, "made")
    assert ["made"] == _things(toy_sandbox)
    assert 0 == toy_sandbox.world.requests.listed()[0].status


def test_a_malformed_answer_keeps_its_status_and_is_not_json(
    toy_sandbox: Sandbox,
) -> None:
    _order(toy_sandbox, effect="malformed")
    answer = toy_sandbox.api("toy", "POST", "/v1/things", {"name": "made"})
    assert 201 == answer.status
    with pytest.raises(ValueError, match="Expecting value"):
        answer.json()
    assert ["made"] == _things(toy_sandbox)


def test_a_delay_is_in_sandbox_time_and_then_answers(toy_sandbox: Sandbox) -> None:
    _order(toy_sandbox, effect="delay", delay_seconds=0.3)
    before = toy_sandbox.world.clock.timestamp()
    assert 201 == _create(toy_sandbox, "late")
    assert toy_sandbox.world.clock.timestamp() - before >= 0.3


class _Puzzled(ToyEmulator):
    """Cannot say what a request asks for."""

    async def operation(self, request: web.Request) -> Operation:
        await request.json()
        return Operation("never", is_mutating=True)


def test_a_request_that_the_vendor_cannot_name_is_logged_by_its_route(
    tmp_path: Path,
) -> None:
    with sandbox_running(Settings(tmp_path), [_Puzzled]) as sandbox:
        assert 200 == sandbox.api("toy", "GET", "/v1/things").status
        assert ["GET /v1/things"] == [
            one.operation for one in sandbox.world.requests.listed()
        ]
