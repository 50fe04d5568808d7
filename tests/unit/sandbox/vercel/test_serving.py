"""The edge: files, rules of vercel.json, caches and names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.vercel_world import Vercel, site

if TYPE_CHECKING:
    from tests.support.sandbox import Answer, Sandbox

CONFIG = {
    "cleanUrls": True,
    "headers": [
        {"source": "/(.*)", "headers": [{"key": "X-Frame-Options", "value": "DENY"}]},
        {
            "source": "/assets/(.*)",
            "headers": [
                {"key": "Cache-Control", "value": "public, max-age=31536000, immutable"}
            ],
        },
        {
            "source": "/docs",
            "headers": [
                {
                    "key": "Cache-Control",
                    "value": "max-age=0, s-maxage=60, stale-while-revalidate=600",
                }
            ],
        },
        {
            "source": "/",
            "has": [{"type": "header", "key": "X-Beta", "value": "yes"}],
            "headers": [{"key": "X-Seen", "value": "beta"}],
        },
    ],
    "redirects": [
        {"source": "/old/:page", "destination": "/new/:page"},
        {"source": "/soon", "destination": "/about", "permanent": False},
        {"source": "/gone", "destination": "https://example.org/", "statusCode": 301},
    ],
    "rewrites": [
        {"source": "/shop/:name*", "destination": "/index.html"},
        {"source": "/far/:path*", "destination": "https://nowhere.localhost/:path*"},
    ],
}


@pytest.fixture(scope="module")
def host(vercel_sandbox: Sandbox) -> str:
    """One deployment with many rules, unprotected; its own host name."""
    vercel = Vercel(vercel_sandbox)
    project = vercel.project(ssoProtection=None)
    deployment = vercel.deploy(project, site(CONFIG), target="production")
    assert deployment["readyState"] == "READY", deployment
    return str(deployment["url"])


def moved(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.headers["location"]


def test_an_answer_carries_the_headers_of_the_platform(
    vercel: Vercel, host: str
) -> None:
    headers = vercel.visit(host).headers
    assert headers["server"] == "Vercel"
    assert headers["x-vercel-id"].startswith("arn1::")
    assert headers["strict-transport-security"].startswith("max-age=63072000")
    assert headers["cache-control"] == "public, max-age=0, must-revalidate"
    assert headers["content-type"] == "text/html; charset=utf-8"


def test_a_file_is_a_miss_once_and_then_a_hit(vercel: Vercel, host: str) -> None:
    outcomes = [
        vercel.visit(host, "/shared.txt").headers["x-vercel-cache"] for _ in range(3)
    ]
    assert outcomes == ["MISS", "HIT", "HIT"]


def test_an_unchanged_file_is_not_sent_again(vercel: Vercel, host: str) -> None:
    etag = vercel.visit(host).headers["etag"]
    answer = vercel.visit(host, headers={"If-None-Match": f"W/{etag}"})
    assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", etag)


def test_head_says_all_but_the_content(vercel: Vercel, host: str) -> None:
    answer = vercel.visit(host, method="HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["content-length"] == "20"


def test_a_static_file_cannot_be_posted_to(vercel: Vercel, host: str) -> None:
    assert vercel.visit(host, method="POST").status == 405


def test_clean_urls_serve_pages_without_their_suffix(vercel: Vercel, host: str) -> None:
    assert vercel.visit(host, "/about").text == "about"
    assert vercel.visit(host, "/docs").text == "docs"
    assert moved(vercel.visit(host, "/about.html?a=1")) == (308, "/about?a=1")
    assert moved(vercel.visit(host, "/docs/index.html")) == (308, "/docs")
    assert moved(vercel.visit(host, "/docs/")) == (308, "/docs")


def test_an_absent_page_is_the_sites_own_404(vercel: Vercel, host: str) -> None:
    answer = vercel.visit(host, "/nothing/here")
    assert (answer.status, answer.text) == (404, "nothing here")


def test_a_path_cannot_climb_out_of_the_output(vercel: Vercel, host: str) -> None:
    for path in ("/../vercel.json", "/%2e%2e/vercel.json", "//../../state.json"):
        assert vercel.visit(host, path).status == 404


def test_header_rules_apply_in_their_order(vercel: Vercel, host: str) -> None:
    page, asset = vercel.visit(host), vercel.visit(host, "/assets/app.js")
    assert page.headers["x-frame-options"] == asset.headers["x-frame-options"] == "DENY"
    cache = asset.headers["cache-control"]
    assert cache == "public, max-age=31536000, immutable"


def test_a_rule_with_a_condition_needs_it(vercel: Vercel, host: str) -> None:
    answers = [
        vercel.visit(host, headers={"X-Beta": word}).headers.get("x-seen")
        for word in ("yes", "yes and no")
    ]
    assert answers == ["beta", None]


def test_redirects_fill_in_what_was_matched(vercel: Vercel, host: str) -> None:
    assert moved(vercel.visit(host, "/old/tea?x=1")) == (308, "/new/tea?x=1")
    assert moved(vercel.visit(host, "/soon")) == (307, "/about")
    assert moved(vercel.visit(host, "/gone")) == (301, "https://example.org/")


def test_a_rewrite_answers_with_another_file(vercel: Vercel, host: str) -> None:
    for path in ("/shop", "/shop/a", "/shop/a/b"):
        answer = vercel.visit(host, path)
        assert (answer.status, answer.text[:4]) == (200, "<h1>")


def test_a_rewrite_reaches_another_host_of_the_sandbox(vercel: Vercel) -> None:
    target = vercel.project(ssoProtection=None)
    vercel.deploy(target, target="production")
    rules = [
        {
            "source": "/api/:path*",
            "destination": f"https://{target}.vercel.localhost/:path*",
        }
    ]
    front = vercel.deploy(vercel.project(ssoProtection=None), site({"rewrites": rules}))
    assert vercel.visit(front["url"], "/api/about.html").text == "about"


def test_a_rewrite_to_a_host_that_is_not_there_is_a_502(
    vercel: Vercel, host: str
) -> None:
    answer = vercel.visit(host, "/far/away")
    error = answer.headers["x-vercel-error"]
    assert (answer.status, error) == (502, "ROUTER_EXTERNAL_TARGET_ERROR")


def test_shared_ages_bound_what_the_edge_keeps(
    vercel: Vercel, vercel_sandbox: Sandbox, host: str
) -> None:
    def outcome() -> str:
        answer = vercel.visit(host, "/docs")
        assert answer.headers["cache-control"] == "max-age=0"
        return answer.headers["x-vercel-cache"]

    outcome()
    seen = [outcome()]
    for seconds in (120, 1, 900):
        vercel_sandbox.control("POST", "/advance", {"seconds": seconds})
        seen.append(outcome())
    assert seen == ["HIT", "STALE", "HIT", "MISS"]


def test_a_name_that_leads_nowhere_says_so(vercel: Vercel) -> None:
    project = vercel.project()
    answer = vercel.visit(f"{project}.vercel.localhost")
    error = answer.headers["x-vercel-error"]
    assert (answer.status, error) == (404, "DEPLOYMENT_NOT_FOUND")


def test_a_failed_deployment_is_not_served(vercel: Vercel) -> None:
    project = vercel.project(buildCommand="exit 1", ssoProtection=None)
    answer = vercel.visit(vercel.deploy(project)["url"])
    assert answer.headers["x-vercel-error"] == "DEPLOYMENT_NOT_READY"


def test_a_domain_can_redirect_to_another_one(vercel: Vercel) -> None:
    project = vercel.project(ssoProtection=None)
    name = f"www.{project}.example.org"
    target = f"{project}.example.org"
    wish = {"name": name, "redirect": target, "redirectStatusCode": 308}
    vercel.done("POST", f"/v10/projects/{project}/domains", wish)
    vercel.certified(name)
    port = vercel.endpoints.facts["edge_port"]
    location = f"https://{project}.example.org:{port}/a?b=c"
    assert moved(vercel.visit(name, "/a?b=c")) == (308, location)


def test_trailing_slash_is_added_when_it_is_asked_for(vercel: Vercel) -> None:
    project = vercel.project(ssoProtection=None)
    host = vercel.deploy(project, site({"trailingSlash": True}))["url"]
    assert moved(vercel.visit(host, "/docs")) == (308, "/docs/")
    assert vercel.visit(host, "/docs/").text == "docs"
    assert vercel.visit(host, "/assets/app.js").status == 200


def test_what_is_not_production_is_kept_out_of_search(
    vercel: Vercel, host: str
) -> None:
    preview = vercel.deploy(vercel.project(ssoProtection=None))["url"]
    tags = [vercel.visit(name).headers.get("x-robots-tag") for name in (host, preview)]
    assert tags == [None, "noindex"]
