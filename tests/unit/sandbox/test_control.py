"""The control API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from launchbook.sandbox.settings import Settings
from tests.support.sandbox import Sandbox, fetch, sandbox_running
from tests.support.toy_emulator import ToyEmulator

if TYPE_CHECKING:
    from pathlib import Path


def test_the_token_is_needed(toy_sandbox: Sandbox) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        answer = fetch(toy_sandbox.facts["control"] + "/status", headers=headers)
        assert (401, "unauthorized") == (answer.status, answer.json()["error"])


def test_a_foreign_host_name_is_refused_even_with_the_token(
    toy_sandbox: Sandbox,
) -> None:
    token = toy_sandbox.facts["control_token"]
    headers = {"Authorization": f"Bearer {token}", "Host": "evil.example"}
    answer = fetch(toy_sandbox.facts["control"] + "/status", headers=headers)
    assert (403, "wrong-host") == (answer.status, answer.json()["error"])


def test_status_says_what_runs(toy_sandbox: Sandbox) -> None:
    toy_sandbox.api("toy", "POST", "/v1/things", {"name": "a"})
    status = toy_sandbox.control("GET", "/status").json()
    assert {"toy": {"things": 1}} == status["emulators"]
    assert ["echo.toy.localhost", "page.toy.localhost"] == status["hosts"]
    expected = {"count": 1, "mutating_count": 1, "last_sequence": 1}
    assert expected == status["requests"]
    assert toy_sandbox.facts["pid"] == status["pid"]


def test_requests_are_listed_by_number_and_kind(toy_sandbox: Sandbox) -> None:
    toy_sandbox.api("toy", "POST", "/v1/things", {"name": "a"})
    toy_sandbox.api("toy", "GET", "/v1/things")
    everything = toy_sandbox.control("GET", "/requests").json()
    assert (2, 1, 2) == (
        everything["count"],
        everything["mutating_count"],
        everything["last_sequence"],
    )
    first = everything["requests"][0]
    expected = {
        "sequence": 1,
        "vendor": "toy",
        "method": "POST",
        "path": "/v1/things",
        "operation": "POST /v1/things",
        "is_mutating": True,
        "status": 201,
    }
    assert expected | {"at": first["at"]} == first
    assert 0 == toy_sandbox.mutating_count(since=1)


def test_advancing_runs_the_schedule_and_survives_a_restart_of_the_world(
    toy_sandbox: Sandbox,
) -> None:
    before = toy_sandbox.world.clock.now()
    answer = toy_sandbox.control("POST", "/advance", {"seconds": 3 * 3600})
    assert 200 == answer.status
    assert 3 == toy_sandbox.world.document("toy/state").data["hours"]
    moved = (toy_sandbox.world.clock.now() - before).total_seconds()
    assert 3 * 3600 <= moved < 3 * 3600 + 60
    offset = toy_sandbox.world.document("clock").data["offset_seconds"]
    assert 3 * 3600 == pytest.approx(offset)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "/advance", {"seconds": -1}, 400, "invalid-seconds"),
        ("POST", "/advance", {"seconds": True}, 400, "invalid-seconds"),
        ("POST", "/advance", {"seconds": 1e300}, 400, "invalid-seconds"),
        ("POST", "/advance", [], 400, "invalid-body"),
        ("POST", "/advance", b"{", 400, "invalid-body"),
        ("GET", "/requests?since=x", None, 400, "invalid-since"),
        ("POST", "/faults", {"vendor": "toy"}, 400, "invalid-fault"),
        ("POST", "/snapshots/UPPER", None, 400, "invalid-snapshot-name"),
        ("POST", "/snapshots/none/restore", None, 404, "snapshot-missing"),
        ("GET", "/nothing", None, 404, "no-such-route"),
        ("PUT", "/status", None, 405, "no-such-route"),
    ],
)
def test_what_it_cannot_do_is_refused_with_a_code(
    toy_sandbox: Sandbox,
    method: str,
    path: str,
    body: object,
    status: int,
    code: str,
) -> None:
    answer = toy_sandbox.control(method, path, body)
    assert (status, code) == (answer.status, answer.json()["error"])


def test_faults_are_listed_and_taken_back(toy_sandbox: Sandbox) -> None:
    toy_sandbox.control("POST", "/faults", {"vendor": "toy", "effect": "malformed"})
    faults = toy_sandbox.control("GET", "/faults").json()["faults"]
    assert ["malformed"] == [fault["effect"] for fault in faults]
    assert 204 == toy_sandbox.control("DELETE", "/faults").status
    assert [] == toy_sandbox.control("GET", "/faults").json()["faults"]


def test_reset_empties_the_world_and_keeps_ports_and_tokens(
    toy_sandbox: Sandbox,
) -> None:
    toy_sandbox.api("toy", "POST", "/v1/things", {"name": "a"})
    toy_sandbox.control("POST", "/advance", {"seconds": 3600})
    toy_sandbox.control("POST", "/faults", {"vendor": "toy", "effect": "malformed"})
    assert 200 == toy_sandbox.control("POST", "/reset").status
    assert [] == toy_sandbox.api("toy", "GET", "/v1/things").json()["things"]
    status = toy_sandbox.control("GET", "/status").json()
    assert (0, []) == (status["offset_seconds"], status["faults"])
    assert 0 == toy_sandbox.mutating_count()
    assert 2 == toy_sandbox.last_sequence()


def test_down_answers_and_stops_it(toy_sandbox: Sandbox) -> None:
    assert 202 == toy_sandbox.control("POST", "/down").status
    toy_sandbox.wait_until(
        lambda: not (toy_sandbox.world.home / "endpoints.json").exists()
    )


class _Fragile(ToyEmulator):
    """Starts once."""

    has_started = False

    async def start(self) -> None:
        if self.has_started:
            raise RuntimeError("not twice")
        self.has_started = True


def test_a_failure_is_told_and_the_sandbox_can_still_be_stopped(tmp_path: Path) -> None:
    with sandbox_running(Settings(tmp_path), [_Fragile]) as sandbox:
        answer = sandbox.control("POST", "/reset")
        assert (500, "failed") == (answer.status, answer.json()["error"])
        assert "toy: not twice" in answer.json()["message"]
        assert 202 == sandbox.control("POST", "/down").status
