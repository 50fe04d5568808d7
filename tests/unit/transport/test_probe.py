from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from launchbook.clock import SystemClock
from launchbook.errors import Unavailable
from launchbook.transport.http import open_session
from launchbook.transport.probe import LARGEST_BODY_BYTES, Prober
from tests.support.loopback import answer, make_certificates, serving
from tests.support.transport import JumpingClock, Reply, ScriptedAdapter

if TYPE_CHECKING:
    from http.server import BaseHTTPRequestHandler
    from pathlib import Path


def prober(*script: Reply | Exception) -> Prober:
    adapter = ScriptedAdapter(*script)
    return Prober(JumpingClock(), session=open_session(None, adapter))


def test_any_status_is_an_answer() -> None:
    found = prober(Reply(503, b"down", {"X-Thing": "1"})).probe("https://shop.test/")
    assert (503, "down", "1") == (found.status, found.text, found.headers["x-thing"])


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    reply = Reply(302, b"", {"Location": "https://sso.test/"})
    found = prober(reply).probe("https://shop.test/")
    assert (302, "https://sso.test/") == (found.status, found.headers["location"])


def test_a_body_without_end_is_cut() -> None:
    found = prober(Reply(200, b"x" * (LARGEST_BODY_BYTES + 100))).probe(
        "https://a.test"
    )
    assert LARGEST_BODY_BYTES == len(found.content)


def test_a_product_url_on_localhost_is_asked_over_verified_tls(tmp_path: Path) -> None:
    certificates = make_certificates(tmp_path, "shop.vercel.localhost")

    def page(handler: BaseHTTPRequestHandler) -> None:
        answer(handler, handler.headers["Host"].encode())

    with serving(page, certificates) as port:
        looker = Prober(SystemClock(), certificates.ca_file)
        host = f"shop.vercel.localhost:{port}"
        found = looker.probe(f"https://{host}/", {"Accept": "text/html"})
        assert host == found.text
        assert 0.0 < found.first_byte_seconds <= found.elapsed_seconds
        with pytest.raises(Unavailable, match="another name"):
            looker.probe(f"https://other.vercel.localhost:{port}/")
        looker.close()


def test_nobody_answering_is_said_without_a_second_try() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(Unavailable, match="gave no answer"):
        Prober(SystemClock()).probe(f"http://127.0.0.1:{port}/health")
