from __future__ import annotations

import pytest

from launchbook.domains.headers import header_problems

SAFE = {
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "strict-origin-when-cross-origin",
    "server": "vocilia",
}


def test_safe_headers_have_no_problem() -> None:
    assert () == header_problems(SAFE)


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        (
            "strict-transport-security",
            "",
            "Strict-Transport-Security is missing",
        ),
        (
            "strict-transport-security",
            "max-age=300",
            "Strict-Transport-Security lasts 300 s, less than a year",
        ),
        ("x-content-type-options", "", "X-Content-Type-Options is not nosniff"),
        (
            "content-security-policy",
            "default-src 'self'",
            "neither X-Frame-Options nor frame-ancestors says who may frame it",
        ),
        ("referrer-policy", "", "Referrer-Policy is missing"),
        ("referrer-policy", "no-referrer, unsafe-url", "Referrer-Policy is unsafe-url"),
        ("x-powered-by", "Next.js", "X-Powered-By says what the product is built with"),
        ("server", "nginx/1.25", "Server tells a version: nginx/1.25"),
    ],
)
def test_a_header_that_is_not_safe_is_named(
    name: str, value: str, problem: str
) -> None:
    assert (problem,) == header_problems({**SAFE, name: value})


def test_without_a_policy_two_things_are_wrong() -> None:
    headers = {**SAFE, "content-security-policy": ""}
    assert 2 == len(header_problems(headers))
    framed = {**headers, "x-frame-options": "DENY"}
    assert ("Content-Security-Policy is missing",) == header_problems(framed)


def test_the_last_policy_that_browsers_know_counts() -> None:
    headers = {**SAFE, "referrer-policy": "unsafe-url, no-referrer"}
    assert () == header_problems(headers)
