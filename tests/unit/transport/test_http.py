from __future__ import annotations

import json
import socket
import threading
from typing import TYPE_CHECKING

import pytest
import requests

from launchbook.clock import SystemClock
from launchbook.errors import (
    Conflict,
    MalformedAnswer,
    NotEmulated,
    NotFound,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
)
from launchbook.redact import REDACTED, Redactor, Secret
from launchbook.transport.http import HttpTransport, Origin, bearer
from launchbook.transport.rate import Rate
from launchbook.transport.request import Request
from launchbook.transport.retry import RetryPolicy
from tests.support.loopback import Certificates, answer, make_certificates, serving
from tests.support.transport import (
    JumpingClock,
    Reply,
    ScriptedAdapter,
    transport_over,
)

if TYPE_CHECKING:
    from http.server import BaseHTTPRequestHandler
    from pathlib import Path

READ = Request("GET", "/v9/projects/x", query={"teamId": "t"})
WRITE = Request("POST", "/v11/projects", json={"name": "x"})
RESET = requests.ConnectionError("reset")


def test_a_read_is_repeated_after_5xx_and_then_succeeds() -> None:
    adapter = ScriptedAdapter(Reply(503), Reply(502), Reply(200, {"id": "x"}))
    assert {"id": "x"} == transport_over(adapter).send(READ).json()
    assert 3 == len(adapter.sent)


@pytest.mark.parametrize("status", [408, 425, 429, 502, 503, 504])
def test_a_transient_status_is_repeated_for_a_read(status: int) -> None:
    adapter = ScriptedAdapter(Reply(status), Reply(200, {}))
    assert 200 == transport_over(adapter).send(READ).status


@pytest.mark.parametrize("status", [408, 425, 500, 502, 503, 504])
def test_a_write_is_never_repeated_when_it_may_have_happened(status: int) -> None:
    adapter = ScriptedAdapter(Reply(status), Reply(200, {}))
    with pytest.raises(Unavailable):
        transport_over(adapter).send(WRITE)
    assert 1 == len(adapter.sent)


def test_a_write_is_never_repeated_after_a_lost_connection() -> None:
    adapter = ScriptedAdapter(RESET, Reply(200, {}))
    with pytest.raises(Unavailable, match="the connection failed or was closed"):
        transport_over(adapter).send(WRITE)
    assert 1 == len(adapter.sent)


def test_a_write_that_is_marked_idempotent_is_repeated() -> None:
    adapter = ScriptedAdapter(RESET, Reply(200, {}))
    request = Request("POST", "/v2/files", body=b"x", is_safe_to_retry=True)
    assert 200 == transport_over(adapter).send(request).status
    assert [b"x", b"x"] == adapter.bodies


def test_a_write_is_repeated_after_429_because_it_was_refused() -> None:
    clock = JumpingClock()
    adapter = ScriptedAdapter(Reply(429, {}, {"Retry-After": "7"}), Reply(200, {}))
    transport_over(adapter, clock).send(WRITE)
    assert 2 == len(adapter.sent)
    assert 7.0 <= clock.slept[0] < 8.0


def test_retry_after_may_be_a_date() -> None:
    clock = JumpingClock()
    header = {"Retry-After": "Sun, 22 Nov 2026 12:00:20 GMT"}
    adapter = ScriptedAdapter(Reply(429, {}, header), Reply(200, {}))
    transport_over(adapter, clock).send(READ)
    assert 20.0 <= clock.slept[0] < 21.0


def test_vercels_limit_reset_is_waited_for() -> None:
    clock = JumpingClock()
    reset = int(clock.now().timestamp()) + 12
    body = {"error": {"code": "rate_limited", "limit": {"reset": reset}}}
    adapter = ScriptedAdapter(Reply(429, body), Reply(200, {}))
    transport_over(adapter, clock).send(READ)
    assert 12.0 <= clock.slept[0] < 13.0


def test_a_wait_that_is_too_long_is_an_error_at_once() -> None:
    clock = JumpingClock()
    adapter = ScriptedAdapter(Reply(429, {}, {"Retry-After": "3600"}))
    with pytest.raises(RateLimited):
        transport_over(adapter, clock).send(READ)
    assert [] == clock.slept


def test_attempts_end_and_the_last_error_is_told() -> None:
    adapter = ScriptedAdapter(Reply(503, {"message": "later"}))
    policy = RetryPolicy(attempts=3)
    with pytest.raises(Unavailable, match="answered 503 to GET /v9/projects/x: later"):
        transport_over(adapter, policy=policy).send(READ)
    assert 3 == len(adapter.sent)


def test_waits_grow_and_have_jitter_and_a_cap() -> None:
    clock = JumpingClock()
    policy = RetryPolicy(attempts=6, first_wait_seconds=1, longest_wait_seconds=4)
    with pytest.raises(Unavailable):
        transport_over(ScriptedAdapter(RESET), clock, policy=policy).send(READ)
    for wait, ceiling in zip(clock.slept, [1, 2, 4, 4, 4], strict=True):
        assert ceiling / 2 <= wait <= ceiling


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Rejected),
        (401, Unauthorized),
        (402, Rejected),
        (403, Unauthorized),
        (404, NotFound),
        (409, Conflict),
        (410, Rejected),
        (422, Rejected),
        (500, Unavailable),
        (501, Unavailable),
    ],
)
def test_each_status_has_its_error(status: int, kind: type[Exception]) -> None:
    body = {"error": {"code": "some_code", "message": "because"}}
    adapter = ScriptedAdapter(Reply(status, body, {"x-vercel-id": "arn1::abc"}))
    with pytest.raises(kind) as caught:
        transport_over(adapter).send(WRITE)
    assert kind is caught.type
    error = caught.value
    assert isinstance(error, Rejected | Unavailable | Conflict)
    assert ("vercel", status, "some_code", "arn1::abc") == (
        error.platform,
        error.status,
        error.vendor_code,
        error.request_id,
    )
    assert "because" in error.message
    assert error.hint.endswith(".")


def test_a_list_of_errors_with_codes_of_their_own_is_read() -> None:
    body = {"success": False, "errors": [{"code": 9109, "message": "Invalid token"}]}
    with pytest.raises(Unauthorized) as caught:
        transport_over(ScriptedAdapter(Reply(403, body))).send(READ)
    assert "9109" == caught.value.vendor_code
    assert "Invalid token" in caught.value.message


def test_what_the_sandbox_does_not_emulate_is_told_apart() -> None:
    body = {"error": {"code": "not_emulated", "message": "GET /v4/certs"}}
    with pytest.raises(NotEmulated):
        transport_over(ScriptedAdapter(Reply(501, body))).send(READ)


@pytest.mark.parametrize(
    "body",
    [
        {"message": "told"},
        {"error": "told"},
        {"errors": [{"message": "told", "extensions": {"code": "X"}}]},
        {"errors": ["told"]},
        b"<html>told</html>",
    ],
)
def test_the_message_is_found_in_every_known_shape(body: object) -> None:
    with pytest.raises(Rejected, match="told"):
        transport_over(ScriptedAdapter(Reply(400, body))).send(WRITE)


@pytest.mark.parametrize("body", [[], None, {"error": None}, {"errors": [None]}, b""])
def test_a_refusal_without_a_reason_is_still_an_error(body: object) -> None:
    with pytest.raises(Rejected):
        transport_over(ScriptedAdapter(Reply(400, body))).send(WRITE)


def test_a_long_refusal_is_cut_short() -> None:
    with pytest.raises(Rejected) as caught:
        transport_over(ScriptedAdapter(Reply(400, b"x" * 100_000))).send(WRITE)
    assert len(str(caught.value)) < 1000


def test_a_secret_is_redacted_before_a_long_message_is_cut() -> None:
    secret = "s3cr3t  value\nof two lines"
    body = {"error": {"message": "x" * 490 + secret, "code": secret}}
    redactor = Redactor()
    redactor.learn(Secret(secret))
    transport = transport_over(ScriptedAdapter(Reply(400, body)), redactor=redactor)
    with pytest.raises(Rejected) as caught:
        transport.send(WRITE)
    assert "s3cr3t" not in f"{caught.value}{caught.value.details}"


def test_a_vendors_message_that_repeats_our_token_is_redacted() -> None:
    body = {"message": "bad token token-of-the-test, and s3cr3t-value too"}
    redactor = Redactor()
    redactor.learn(Secret("s3cr3t-value"))
    transport = transport_over(ScriptedAdapter(Reply(400, body)), redactor=redactor)
    with pytest.raises(Rejected) as caught:
        transport.send(WRITE)
    assert f"bad token {REDACTED}, and {REDACTED} too" in str(caught.value)


def test_secrets_are_revealed_on_the_wire_and_nowhere_else() -> None:
    adapter = ScriptedAdapter(Reply(200, {}))
    request = Request("POST", "/x", json={"value": [Secret("hush hush")]})
    transport_over(adapter).send(request)
    assert {"value": ["hush hush"]} == json.loads(adapter.bodies[0])
    assert "Bearer token-of-the-test" == adapter.sent[0].headers["Authorization"]
    assert "hush hush" not in repr(request)


def test_query_values_are_spelled_as_the_vendors_expect() -> None:
    adapter = ScriptedAdapter(Reply(200, {}))
    request = Request(
        "GET",
        "/x",
        query={"reveal": True, "services": ("auth", "db"), "limit": 5, "target": None},
    )
    transport_over(adapter).send(request)
    expected = "https://api.test/x?reveal=true&services=auth&services=db&limit=5"
    assert expected == adapter.sent[0].url


def test_an_answer_that_is_not_json_is_malformed() -> None:
    response = transport_over(ScriptedAdapter(Reply(200, b"<html>"))).send(READ)
    with pytest.raises(MalformedAnswer, match="not JSON"):
        response.json()


def test_a_redirect_of_an_api_is_not_followed() -> None:
    adapter = ScriptedAdapter(Reply(302, None, {"Location": "https://evil.test/"}))
    with pytest.raises(Rejected):
        transport_over(adapter).send(READ)
    assert 1 == len(adapter.sent)


def test_a_file_is_sent_again_from_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "a.tar.gz"
    path.write_bytes(b"archive")
    adapter = ScriptedAdapter(RESET, Reply(200, {}))
    request = Request("POST", "/up", body=path, is_safe_to_retry=True)
    transport_over(adapter).send(request)
    assert [b"archive", b"archive"] == adapter.bodies


def test_requests_beyond_the_rate_wait_their_turn() -> None:
    clock = JumpingClock()
    rates = {"default": Rate(requests=4, within_seconds=1.0)}
    transport = transport_over(ScriptedAdapter(Reply(200, {})), clock, rates=rates)
    for _ in range(4):
        transport.send(READ)
    assert [0.5, 0.5] == clock.slept


# --- over real sockets -------------------------------------------------------

IMPATIENT = RetryPolicy(attempts=2, first_wait_seconds=0.01)


def over_socket(
    port: int, ca_file: Path | None = None, host: str = "127.0.0.1"
) -> HttpTransport:
    scheme = "https" if ca_file else "http"
    origin = Origin(
        "vercel", f"{scheme}://{host}:{port}", bearer(Secret("t" * 9)), ca_file
    )
    return HttpTransport(origin, clock=SystemClock(), policy=IMPATIENT)


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    return make_certificates(tmp_path, "127.0.0.1", "shop.up.localhost")


def test_a_write_whose_answer_comes_too_late_was_sent_once() -> None:
    applied: list[str] = []
    released = threading.Event()

    def slow(handler: BaseHTTPRequestHandler) -> None:
        applied.append(handler.path)
        released.wait(10)

    with serving(slow) as port:
        transport = over_socket(port)
        request = Request("POST", "/create", json={}, timeout_seconds=0.2)
        with pytest.raises(Unavailable, match="did not come in time"):
            transport.send(request)
        released.set()
        transport.close()
    assert ["/create"] == applied


def test_a_connection_that_is_reset_is_tried_again_for_a_read() -> None:
    seen: list[str] = []

    def drop_first(handler: BaseHTTPRequestHandler) -> None:
        seen.append(handler.path)
        if len(seen) == 1:
            handler.connection.shutdown(socket.SHUT_RDWR)
            handler.close_connection = True
        else:
            answer(handler, b'{"ok": true}')

    with serving(drop_first) as port:
        transport = over_socket(port)
        assert {"ok": True} == transport.send(Request("GET", "/x")).json()
        transport.close()
    assert 2 == len(seen)


def test_nobody_listening_is_unavailable() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(Unavailable):
        over_socket(port).send(Request("GET", "/x"))


def test_connections_are_kept(certificates: Certificates) -> None:
    ports: set[int] = set()

    def note(handler: BaseHTTPRequestHandler) -> None:
        ports.add(handler.client_address[1])
        answer(handler)

    with serving(note, certificates) as port:
        transport = over_socket(port, certificates.ca_file)
        for _ in range(3):
            transport.send(Request("GET", "/x"))
        transport.close()
    assert 1 == len(ports)


def test_a_localhost_name_is_found_and_its_certificate_checked(
    certificates: Certificates,
) -> None:
    hosts: list[str] = []

    def note(handler: BaseHTTPRequestHandler) -> None:
        hosts.append(handler.headers["Host"])
        answer(handler)

    with serving(note, certificates) as port:
        transport = over_socket(port, certificates.ca_file, "shop.up.localhost")
        transport.send(Request("GET", "/x"))
        transport.close()
        assert [f"shop.up.localhost:{port}"] == hosts


def test_a_certificate_for_another_name_is_refused(certificates: Certificates) -> None:
    with serving(answer, certificates) as port:
        transport = over_socket(port, certificates.ca_file, "other.up.localhost")
        with pytest.raises(Unavailable, match="certificate is for another name"):
            transport.send(Request("GET", "/x"))
        transport.close()


def test_a_certificate_of_another_authority_is_refused(
    certificates: Certificates, tmp_path: Path
) -> None:
    folder = tmp_path / "stranger"
    folder.mkdir()
    stranger = make_certificates(folder, "127.0.0.1")
    with serving(answer, certificates) as port:
        transport = over_socket(port, stranger.ca_file)
        with pytest.raises(Unavailable, match="certificate is not trusted"):
            transport.send(Request("GET", "/x"))
        transport.close()
