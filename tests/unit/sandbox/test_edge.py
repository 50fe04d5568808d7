"""The edge: host names over TLS, and the way on to a real process."""

from __future__ import annotations

import http.client
import ssl

import pytest

from tests.support.sandbox import Sandbox, fetch
from tests.support.toy_emulator import ToyEmulator


def _toy(sandbox: Sandbox) -> ToyEmulator:
    toy = sandbox.world.emulators["toy"]
    assert isinstance(toy, ToyEmulator)
    return toy


def _start_echo(sandbox: Sandbox) -> None:
    sandbox.call(_toy(sandbox).start_echo)
    log = sandbox.world.home / "toy" / "echo.log"
    sandbox.wait_until(lambda: "listening" in log.read_text())


def test_a_host_name_is_answered_by_whoever_serves_it(toy_sandbox: Sandbox) -> None:
    assert "a page" == toy_sandbox.visit("page.toy.localhost").text


def test_an_unknown_host_is_told_which_exist(toy_sandbox: Sandbox) -> None:
    answer = toy_sandbox.visit("typo.toy.localhost")
    port = toy_sandbox.facts["edge_port"]
    assert 404 == answer.status
    assert "404: no deployment answers to typo.toy.localhost" in answer.text
    assert f"https://page.toy.localhost:{port}/" in answer.text


def test_a_client_without_the_authority_refuses_the_edge(toy_sandbox: Sandbox) -> None:
    url = f"https://page.toy.localhost:{toy_sandbox.facts['edge_port']}/"
    with pytest.raises(ssl.SSLCertVerificationError):
        fetch(url)


def test_a_request_reaches_the_process_as_it_came(toy_sandbox: Sandbox) -> None:
    _start_echo(toy_sandbox)
    port = toy_sandbox.facts["edge_port"]
    answer = toy_sandbox.visit(
        "echo.toy.localhost",
        "/a%2Fb/../c?x=%20&y",
        method="POST",
        body=b"hello" * 100_000,
        headers={"X-Forwarded-For": "6.6.6.6", "TE": "trailers", "X-Own": "1"},
    )
    assert (207, "yes") == (answer.status, answer.headers["x-toy"])
    seen = answer.json()
    assert ("POST", "/a%2Fb/../c?x=%20&y") == (seen["method"], seen["path"])
    assert "hello" * 100_000 == seen["body"]
    expected = {
        "host": f"echo.toy.localhost:{port}",
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-host": "echo.toy.localhost",
        "x-forwarded-port": str(port),
        "x-forwarded-proto": "https",
        "x-own": "1",
    }
    assert expected == {name: seen["headers"].get(name) for name in expected}
    assert not {"te", "user-agent"} & set(seen["headers"])


def test_every_cookie_of_an_answer_comes_back(toy_sandbox: Sandbox) -> None:
    _start_echo(toy_sandbox)
    answer = toy_sandbox.visit("echo.toy.localhost")
    assert ["a=1", "b=2"] == answer.cookies


def test_nobody_behind_a_name_is_a_502(toy_sandbox: Sandbox) -> None:
    answer = toy_sandbox.visit("echo.toy.localhost")
    assert 502 == answer.status


def test_an_answer_that_breaks_off_breaks_off_for_the_client(
    toy_sandbox: Sandbox,
) -> None:
    _start_echo(toy_sandbox)
    with pytest.raises((http.client.IncompleteRead, ConnectionError, ssl.SSLError)):
        toy_sandbox.visit("echo.toy.localhost", "/broken")
