from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from launchbook.errors import SandboxNotRunning, Unavailable
from launchbook.providers.sandbox.client import SandboxClient, read_endpoints
from launchbook.redact import Secret
from launchbook.transport.request import Request
from tests.support.transport import JumpingClock, ScriptedSender, body_of

ENDPOINTS = {
    "pid": os.getpid(),
    "started_at": "2026-11-22T12:00:00Z",
    "control": "http://127.0.0.1:1",
    "control_token": "control-token",
    "railway": {"api": "https://127.0.0.1:2", "token": "railway-token"},
    "vercel": {"api": "https://127.0.0.1:3", "token": "vercel-token", "team": "team_1"},
    "supabase": {
        "api": "https://127.0.0.1:4",
        "token": "supabase-token",
        "organization": "shop",
    },
    "edge_port": 5,
    "edge_http_port": 8080,
    "cloudflare": {"api": "https://c", "token": "t", "account": "a1"},
    "dns": {"nameservers": ["127.0.0.1:5300"]},
    "pooler": {"session_port": 6, "transaction_port": 7},
    "ca_file": "/somewhere/ca.pem",
}


def write(home: Path, **changes: object) -> None:
    (home / "endpoints.json").write_text(json.dumps({**ENDPOINTS, **changes}))


def test_the_addresses_of_a_running_sandbox_are_read(tmp_path: Path) -> None:
    write(tmp_path)
    found = read_endpoints(tmp_path)
    assert ("https://127.0.0.1:3", "team_1", 5, 6, Path("/somewhere/ca.pem")) == (
        found.vercel_api,
        found.vercel_team,
        found.edge_port,
        found.session_port,
        found.ca_file,
    )
    assert Secret("control-token") == found.control_token
    assert "token" not in repr(found).replace("_token", "")


def test_no_file_means_that_it_does_not_run(tmp_path: Path) -> None:
    with pytest.raises(SandboxNotRunning) as caught:
        read_endpoints(tmp_path)
    assert "`invoke sandbox.up`" in caught.value.hint


def test_a_file_of_a_dead_process_means_that_it_does_not_run(tmp_path: Path) -> None:
    write(tmp_path, pid=2**22 - 3)
    with pytest.raises(SandboxNotRunning):
        read_endpoints(tmp_path)


def test_half_a_file_means_that_it_does_not_run(tmp_path: Path) -> None:
    (tmp_path / "endpoints.json").write_text('{"pid": ')
    with pytest.raises(SandboxNotRunning):
        read_endpoints(tmp_path)


def test_nobody_answering_means_that_it_does_not_run() -> None:
    gone = Unavailable("nobody", hint="Again.")
    with pytest.raises(SandboxNotRunning):
        SandboxClient(ScriptedSender({"GET /status": gone})).status()


def test_a_sandbox_that_fails_is_not_one_that_is_absent() -> None:
    broken = Unavailable("500", hint="Again.", status=500)
    with pytest.raises(Unavailable):
        SandboxClient(ScriptedSender({"GET /status": broken})).status()


def test_requests_are_listed_with_their_counts() -> None:
    entry = {
        "sequence": 7,
        "vendor": "railway",
        "method": "POST",
        "path": "/graphql/v2",
        "operation": "projectCreate",
        "is_mutating": True,
        "status": 200,
        "at": "2026-11-22T12:00:00Z",
    }
    answer = {"requests": [entry], "mutating_count": 1, "last_sequence": 9}
    sender = ScriptedSender({"GET /requests": answer})
    log = SandboxClient(sender).requests(is_mutating_only=True, since=5)
    assert (1, 9, "projectCreate", True) == (
        log.mutating_count,
        log.last_sequence,
        log.requests[0].operation,
        log.requests[0].is_mutating,
    )
    assert [("since", "5"), ("mutating", "1")] == sender.requests[0].parameters()


def test_every_verb_that_writes_asks_once_with_its_body() -> None:
    answers = {
        "POST /advance": {"now": "2026-11-23T12:00:00Z"},
        "POST /snapshots/ready": {"name": "ready"},
        "POST /snapshots/ready/restore": {"now": "x"},
        "POST /faults": {"id": 1},
        "DELETE /faults": b"",
        "POST /reset": {},
        "POST /down": {"is_stopping": True},
    }
    sender = ScriptedSender(answers)
    control = SandboxClient(sender)
    assert "2026-11-23T12:00:00Z" == control.advance(86400)
    assert {"name": "ready"} == control.snapshot("ready")
    control.restore("ready")
    assert {"id": 1} == control.add_fault({"vendor": "vercel", "effect": "status"})
    control.clear_faults()
    control.reset()
    control.down()
    assert list(answers) == sender.sent
    assert {"seconds": 86400} == body_of(sender.requests[0])
    assert not any(request.may_be_repeated for request in sender.requests)


def test_snapshots_are_listed() -> None:
    sender = ScriptedSender({"GET /snapshots": {"snapshots": [{"name": "ready"}]}})
    assert ({"name": "ready"},) == SandboxClient(sender).snapshots()


def test_a_client_is_opened_from_endpoints(tmp_path: Path) -> None:
    write(tmp_path)
    found = SandboxClient.open(read_endpoints(tmp_path), JumpingClock())
    assert isinstance(found, SandboxClient)
    assert Request("GET", "/status").may_be_repeated
