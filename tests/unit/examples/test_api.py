"""The API of the reference product, asked over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.cluster import SUPERUSER, Cluster
from tests.support.vocilia import (
    ADMIN_ORIGIN,
    BUSINESS_ORIGIN,
    CUSTOMER_ORIGIN,
    Backend,
    serving,
    variables,
    wait_until,
)

pytestmark = pytest.mark.xdist_group("vocilia")
PREFLIGHT = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "content-type",
}


def feedback(number: int, **changes: object) -> dict[str, object]:
    """A valid body with an id of its own."""
    return {
        "id": f"b0000000-0000-4000-8000-{number:012}",
        "shop": "demo",
        "rating": 5,
        "comment": "Great coffee, friendly staff, no queue",
        **changes,
    }


def listed(backend: Backend, token: str, feedback_id: object) -> dict[str, Any]:
    """The feedback as the business sees it."""
    rows = backend.call("/api/feedback", token=token).body["feedback"]
    return next(row for row in rows if row["id"] == feedback_id)


def test_feedback_is_scored_rewarded_and_listed(
    backend: Backend, worker: None, business_token: str
) -> None:
    body = feedback(1)
    claim = backend.post("/api/feedback", body).body["claim"]

    def reward() -> Any:
        return backend.call("/api/reward", token=claim).body

    wait_until(lambda: reward()["amount_ore"] is not None, "the reward is there")
    assert {
        "status": "approved",
        "score": 72,
        "amount_ore": 1940,
        "currency": "SEK",
    } == reward()
    seen = listed(backend, business_token, body["id"])
    assert ("Great coffee, friendly staff, no queue", 72, 1940) == (
        seen["comment"],
        seen["score"],
        seen["reward_ore"],
    )
    rewards = backend.call("/api/rewards", token=business_token).body["rewards"]
    assert body["id"] in [row["feedback_id"] for row in rewards]


def test_feedback_sent_twice_is_kept_once(
    backend: Backend, database: Cluster, business_token: str
) -> None:
    body = feedback(2)
    assert [201, 201] == [backend.post("/api/feedback", body).status for _ in range(2)]
    rows = backend.call("/api/feedback", token=business_token).body["feedback"]
    assert 1 == [row["id"] for row in rows].count(body["id"])
    key = f"ai_analysis:{body['id']}"
    jobs = "select count(*) from jobs where dedupe_key = :key"
    assert [[1]] == database.run(jobs, key=key)


def test_thin_feedback_waits_for_the_business_and_is_rewarded_on_approval(
    backend: Backend, worker: None, business_token: str
) -> None:
    body = feedback(3, comment="")
    backend.post("/api/feedback", body)
    wait_until(
        lambda: listed(backend, business_token, body["id"])["status"] == "review",
        "the feedback waits for a review",
    )
    path = f"/api/feedback/{body['id']}/review"
    approve = {"decision": "approved"}
    assert 200 == backend.post(path, approve, business_token).status
    assert 700 == listed(backend, business_token, body["id"])["reward_ore"]
    assert 404 == backend.post(path, {"decision": "rejected"}, business_token).status


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"rating": 6}, "rating"),
        ({"rating": True}, "rating"),
        ({"shop": "nowhere"}, "no shop has this code"),
        ({"comment": "x" * 1001}, "comment"),
        ({"extra": 1}, "extra"),
        ({"id": "1"}, "id"),
    ],
)
def test_wrong_feedback_is_refused_and_says_why(
    backend: Backend, changes: dict[str, object], part: str
) -> None:
    answer = backend.post("/api/feedback", feedback(9, **changes))
    assert 400 == answer.status
    assert {"error", "message", "timestamp"} == set(answer.body)
    assert part in answer.body["message"]


def test_an_unknown_path_and_a_wrong_method_answer_json(backend: Backend) -> None:
    assert "not_found" == backend.call("/nowhere").body["error"]
    wrong = backend.call("/api/rewards", method="DELETE")
    assert (405, "GET,HEAD") == (wrong.status, wrong.headers["allow"])


def test_a_wrong_access_key_opens_nothing(backend: Backend) -> None:
    key = {"shop": "demo", "access_key": "not-the-right-key"}
    assert 401 == backend.post("/api/business/session", key).status
    nobody = {"name": "nobody", "access_key": "not-the-right-key"}
    assert 401 == backend.post("/api/admin/session", nobody).status


def test_a_token_opens_only_what_it_was_issued_for(
    backend: Backend, business_token: str, staff_token: str
) -> None:
    assert 401 == backend.call("/api/admin/batches").status
    assert 401 == backend.call("/api/admin/batches", token=business_token).status
    assert 401 == backend.call("/api/feedback", token=staff_token).status
    assert 200 == backend.call("/api/admin/batches", token=staff_token).status


def test_the_browser_that_left_feedback_is_known_by_a_cookie_of_its_own_host(
    backend: Backend,
) -> None:
    answer = backend.post("/api/feedback", feedback(21))
    cookie, *attributes = answer.headers["set-cookie"].split("; ")
    name, _, value = cookie.partition("=")
    assert ("vocilia-claim", answer.body["claim"]) == (name, value)
    assert {"HttpOnly", "Path=/", "SameSite=Lax", "Max-Age=2592000"} == set(attributes)
    for sent, status in ((cookie, 200), (f"{name}=x{value}", 401), ("other=1", 401)):
        found = backend.call("/api/reward", headers={"Cookie": sent})
        assert status == found.status
    # Only what a visitor may see anyway: a cookie opens nothing for a business.
    assert 401 == backend.call("/api/feedback", headers={"Cookie": cookie}).status


def test_over_https_the_cookie_is_bound_to_its_host(backend: Backend) -> None:
    with serving({**backend.environ, "FORCE_HTTPS": "true"}) as secure:
        answer = secure.call(
            "/api/feedback",
            method="POST",
            body=feedback(22),
            headers={"X-Forwarded-Proto": "https"},
        )
    cookie, *attributes = answer.headers["set-cookie"].split("; ")
    assert cookie.startswith("__Host-vocilia-claim=")
    assert "Secure" in attributes
    assert not any(each.startswith("Domain") for each in attributes)


@pytest.mark.parametrize("origin", [CUSTOMER_ORIGIN, BUSINESS_ORIGIN, ADMIN_ORIGIN])
def test_each_own_origin_may_call_the_api(backend: Backend, origin: str) -> None:
    preflight = backend.call(
        "/api/feedback", method="OPTIONS", headers={"Origin": origin, **PREFLIGHT}
    )
    assert (204, origin) == (
        preflight.status,
        preflight.headers["access-control-allow-origin"],
    )
    assert "content-type" in preflight.headers["access-control-allow-headers"]
    answer = backend.call("/api/shops/demo", headers={"Origin": origin})
    assert (200, origin, "true") == (
        answer.status,
        answer.headers["access-control-allow-origin"],
        answer.headers["access-control-allow-credentials"],
    )


@pytest.mark.parametrize(
    "origin", ["https://evil.test", "null", CUSTOMER_ORIGIN + ".evil.test"]
)
def test_a_foreign_origin_may_not_call_the_api(backend: Backend, origin: str) -> None:
    sent = {"Origin": origin}
    preflight = backend.call(
        "/api/feedback", method="OPTIONS", headers={**sent, **PREFLIGHT}
    )
    answer = backend.call("/api/shops/demo", headers=sent)
    assert [403, 403] == [preflight.status, answer.status]
    assert "access-control-allow-origin" not in preflight.headers
    assert "access-control-allow-origin" not in answer.headers


def test_security_headers_are_on_every_answer(backend: Backend) -> None:
    for path in ("/health", "/nowhere"):
        headers = backend.call(path).headers
        assert "nosniff" == headers["x-content-type-options"]
        assert "default-src 'none'" in headers["content-security-policy"]


def test_plain_http_is_sent_to_https_only_when_forced(database: Cluster) -> None:
    plain = {"X-Forwarded-Proto": "http", "Host": "api.vocilia.test"}
    with serving({**variables(database), "FORCE_HTTPS": "true"}) as backend:
        sent = backend.call("/health?a=1", headers=plain)
        assert (308, "https://api.vocilia.test/health?a=1") == (
            sent.status,
            sent.headers["location"],
        )
        inside = backend.call("/health")
        assert 200 == inside.status
        assert "strict-transport-security" in inside.headers


@pytest.mark.usefixtures("backend")  # who has put the demo shop there
def test_too_many_writes_of_one_caller_are_refused(database: Cluster) -> None:
    limited = {**variables(database), "RATE_LIMIT_MAX": "2", "RATE_LIMIT_WINDOW": "1h"}
    with serving(limited) as backend:
        statuses = [
            backend.post("/api/feedback", feedback(20 + n)).status for n in range(3)
        ]
        other = backend.call(
            "/api/feedback",
            method="POST",
            body=feedback(30),
            headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.7"},
        )
    assert [201, 201, 429] == statuses
    assert 201 == other.status


def test_lost_connections_are_replaced_without_an_error(
    backend: Backend, database: Cluster
) -> None:
    assert 200 == backend.call("/api/shops/demo").status
    ended = database.run(
        "select count(pg_terminate_backend(pid)) from pg_stat_activity"
        " where application_name = 'vocilia-backend'",
        user=SUPERUSER,
    )
    assert ended != [[0]]
    assert [200] * 5 == [backend.call("/api/shops/demo").status for _ in range(5)]
