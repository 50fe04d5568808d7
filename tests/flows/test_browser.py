"""What people see of a provisioned staging, in a real browser."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.support.chromium import Chromium, certificate_of, chromium_running
from tests.support.journey import backend_host, web_host
from tests.support.loopback import answer, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.server import BaseHTTPRequestHandler
    from pathlib import Path

    from tests.support.journey import Journey

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(120),
    pytest.mark.xdist_group("journey"),
]

WEB_APPS = ("customer", "business", "admin")
BACKEND_HOST = backend_host()
FOREIGN_PAGE = b"<!doctype html><title>Somebody else's page</title>"
BUILD_IDENTITY = "document.querySelector('meta[name=\"build-identity\"]').content"


def sees(selector: str, text: str) -> str:
    """A script: is an element with this text to be seen?"""
    return (
        f"[...document.querySelectorAll({json.dumps(selector)})].some((each) =>"
        f" each.checkVisibility() && each.innerText.includes({json.dumps(text)}))"
    )


def call(url: str, mode: str = "cors") -> str:
    """A script: the status that a call gets, or the error that it ends with."""
    asked = f"fetch({json.dumps(url)}, {{ mode: {json.dumps(mode)} }})"
    return f"{asked}.then((got) => got.status, (error) => error.name)"


def address(journey: Journey, host: str, rest: str = "/") -> str:
    return f"https://{host}:{journey.sandbox.facts['edge_port']}{rest}"


@pytest.fixture
def browser(journey: Journey, tmp_path: Path) -> Iterator[Chromium]:
    """A browser that trusts staging's four hosts and has seen nothing yet."""
    facts = journey.sandbox.facts
    trusted = [
        certificate_of(host, facts["edge_port"], facts["ca_file"])
        for host in (BACKEND_HOST, *map(web_host, WEB_APPS))
    ]
    with chromium_running(tmp_path / "browser", trusted) as chromium:
        yield chromium


@pytest.mark.heavy
def test_what_a_customer_says_reaches_the_business(
    journey: Journey, browser: Chromium
) -> None:
    said = f"The cardamom bun was still warm, order {uuid4().hex[:8]}"
    customer = browser.open(address(journey, web_host("customer"), "/?shop=demo"))
    customer.wait_until(sees("#shop-name", "Kaffebaren"))
    customer.press("label:has(#rating-5)")
    customer.write("#comment", said)
    customer.press("#submit")
    customer.wait_until(sees("#thanks", "Thank you"))
    customer.wait_until(sees("#reward", "You have earned"))
    business = browser.open(
        address(journey, web_host("business"), "/?shop=demo&key=demo-business-key")
    )
    business.wait_until(sees("#feedback-list li", said))
    assert "key" not in business.value("location.href")


@pytest.mark.heavy
def test_the_staff_see_the_payment_batches(journey: Journey, browser: Chromium) -> None:
    admin = browser.open(
        address(journey, web_host("admin"), "/?staff=demo&key=demo-staff-key")
    )
    admin.wait_until(sees("#office", "Payment batches"))
    admin.wait_until(sees("#health", "Backend"))
    assert "" == admin.text("#enter")


def test_each_page_shows_the_build_that_it_is(
    journey: Journey, browser: Chromium
) -> None:
    for app in WEB_APPS:
        page = browser.open(address(journey, web_host(app)))
        identity = journey.serves(web_host(app))
        assert identity == page.value(BUILD_IDENTITY)
        assert identity == page.text("#build-identity")


def test_each_own_origin_may_call_the_api(journey: Journey, browser: Chromium) -> None:
    health = address(journey, BACKEND_HOST, "/health")
    for app in WEB_APPS:
        own = browser.open(address(journey, web_host(app)))
        assert 200 == own.value(call(health))
        assert [] == own.refused(call(health))


def test_a_foreign_origin_is_refused_by_the_rule_about_origins(
    journey: Journey, browser: Chromium
) -> None:
    health = address(journey, BACKEND_HOST, "/health")
    with serving(lambda handler: answer(handler, FOREIGN_PAGE)) as port:
        foreign = browser.open(f"http://127.0.0.1:{port}/")
        assert "TypeError" == foreign.value(call(health))
        assert ["MissingAllowOriginHeader"] == foreign.refused(call(health))
        # It reaches the API, so what stopped it is the rule about origins.
        assert 0 == foreign.value(call(health, mode="no-cors"))


def test_the_other_environments_origin_is_refused_although_it_is_the_same_site(
    journey: Journey, browser: Chromium
) -> None:
    health = address(journey, BACKEND_HOST, "/health")
    page = browser.open("about:blank")
    page.pretend(address(journey, web_host("customer", "production")), "production")
    assert "TypeError" == page.value(call(health))
    assert ["MissingAllowOriginHeader"] == page.refused(call(health))
    refused = journey.sandbox.visit(
        BACKEND_HOST,
        "/health",
        headers={"Origin": address(journey, web_host("customer", "production"), "")},
    )
    assert (403, "this origin may not call the API") == (
        refused.status,
        refused.json()["message"],
    )


def test_a_call_that_needs_a_preflight_fails_without_its_answer(
    journey: Journey, browser: Chromium
) -> None:
    url = address(journey, BACKEND_HOST, "/api/feedback")

    def send(method: str) -> str:
        asked = {"method": method, "headers": {"Content-Type": "application/json"}}
        sent = f"fetch({json.dumps(url)}, {json.dumps(asked)})"
        return f"{sent}.then((got) => got.status, (error) => error.name)"

    # The API answers the preflight, and then refuses what is wrong with the call.
    own = browser.open(address(journey, web_host("customer")))
    assert 400 == own.value(send("POST"))
    assert ["MethodDisallowedByPreflightResponse"] == own.refused(send("PUT"))
    with serving(lambda handler: answer(handler, FOREIGN_PAGE)) as port:
        foreign = browser.open(f"http://127.0.0.1:{port}/")
        reasons = foreign.refused(send("POST"))
    assert ["PreflightMissingAllowOriginHeader"] == reasons


def test_a_cookie_is_bound_to_its_host_and_a_wrong_scope_is_refused(
    journey: Journey, browser: Chromium
) -> None:
    own = browser.open(address(journey, web_host("customer"), "/?shop=demo"))
    reward = address(journey, BACKEND_HOST, "/api/reward")
    ask = f"fetch({json.dumps(reward)}, {{ credentials: 'include' }})"
    status = f"{ask}.then((got) => got.status, (error) => error.name)"
    assert 401 == own.value(status)
    own.wait_until(sees("#shop-name", "Kaffebaren"))
    own.press("label:has(#rating-4)")
    own.write("#comment", "Quick and friendly")
    own.press("#submit")
    own.wait_until(sees("#thanks", "Thank you"))
    assert 200 == own.value(status)
    # A page of the same site neither sees it nor can set one for all hosts.
    assert "claim" not in own.value("document.cookie")
    wide = "__Host-vocilia-claim=x; Domain=vocilia.com; Path=/; Secure"
    own.value(f"document.cookie = {json.dumps(wide)}")
    assert "claim" not in own.value("document.cookie")

    def careless(handler: BaseHTTPRequestHandler) -> None:
        """Sets a cookie of that name for a whole domain, and one for another site."""
        handler.send_response(200)
        handler.send_header("Set-Cookie", wide)
        handler.send_header("Set-Cookie", "other=x; Domain=vocilia.com")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    with serving(careless) as port:
        page = browser.open("about:blank")
        reasons = page.refused(f"void (location.href = 'http://127.0.0.1:{port}/')")
    assert {"InvalidPrefix", "InvalidDomain"} <= set(reasons)
