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


def test_only_the_own_origins_may_call_the_api(
    journey: Journey, browser: Chromium
) -> None:
    health = address(journey, BACKEND_HOST, "/health")
    for app in WEB_APPS:
        own = browser.open(address(journey, web_host(app)))
        assert 200 == own.value(call(health))
    with serving(lambda handler: answer(handler, FOREIGN_PAGE)) as port:
        foreign = browser.open(f"http://127.0.0.1:{port}/")
        assert "TypeError" == foreign.value(call(health))
        # It reaches the API, so what stopped it is the rule about origins.
        assert 0 == foreign.value(call(health, mode="no-cors"))
