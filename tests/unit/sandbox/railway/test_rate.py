"""The two rate limits: the plan's, with headers, and the edge's, without."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from launchbook.sandbox.railway import build
from launchbook.sandbox.railway.rate import EDGE_PER_SECOND, RateLimits
from launchbook.sandbox.settings import Settings
from tests.support.railway_account import Account
from tests.support.sandbox import sandbox_running

if TYPE_CHECKING:
    from pathlib import Path

    from launchbook.sandbox.railway.rate import Budget

PROJECTS = "query P { projects { edges { cursor } } }"
BEGIN = 1_800_000_000.0


class Counted:
    """A vendor's limits, on a clock that stands still."""

    def __init__(self, *, is_realistic: bool = True) -> None:
        self.now = BEGIN
        self.limits = RateLimits(lambda: self.now, is_realistic=is_realistic)

    def take(self, count: int, plan: str = "PRO") -> Budget:
        """Send requests in one moment; return where the last one stands."""
        return [self.limits.take(plan) for _ in range(count)][-1]

    def take_slowly(self, count: int, plan: str) -> Budget:
        """Send one request in each second."""
        return [self._take_later(plan) for _ in range(count)][-1]

    def _take_later(self, plan: str) -> Budget:
        self.now += 1
        return self.limits.take(plan)

    def is_stopped(self, count: int, *, has_query_string: bool = False) -> bool:
        """Send requests in one moment; say whether the edge stops the last one."""
        return [
            self.limits.is_stopped_at_edge(has_query_string=has_query_string)
            for _ in range(count)
        ][-1]


def test_an_answer_tells_limit_rest_and_end_of_the_hour() -> None:
    budget = Counted().take(3)
    expected = {
        "X-RateLimit-Limit": "10000",
        "X-RateLimit-Remaining": "9997",
        "X-RateLimit-Reset": str(int(BEGIN) + 3600),
    }
    assert expected == budget.headers


@pytest.mark.parametrize(("plan", "limit"), [("HOBBY", 10), ("PRO", 50)])
def test_a_plan_has_so_many_requests_a_second(plan: str, limit: int) -> None:
    counted = Counted()
    assert not counted.take(limit, plan).is_spent
    spent = counted.take(1, plan)
    assert spent.is_spent
    assert ("0", "1") == (
        spent.headers["X-RateLimit-Remaining"],
        spent.headers["Retry-After"],
    )
    counted.now += 1
    assert not counted.take(1, plan).is_spent


@pytest.mark.parametrize(("plan", "limit"), [("FREE", 100), ("HOBBY", 1000)])
def test_a_plan_has_so_many_requests_an_hour(plan: str, limit: int) -> None:
    counted = Counted()
    assert not counted.take_slowly(limit, plan).is_spent
    spent = counted.take_slowly(1, plan)
    assert spent.is_spent
    assert str(3600 - limit) == spent.headers["Retry-After"]
    counted.now = BEGIN + 3601
    assert not counted.take(1, plan).is_spent


def test_the_edge_counts_only_requests_without_a_query_string() -> None:
    counted = Counted()
    assert not counted.is_stopped(EDGE_PER_SECOND)
    assert counted.is_stopped(1)
    assert not counted.is_stopped(100, has_query_string=True)
    counted.now += 1
    assert not counted.is_stopped(1)


def test_windows_are_short_where_all_delays_are() -> None:
    counted = Counted(is_realistic=False)
    assert counted.take(51).is_spent
    counted.now += 1 / 60
    assert not counted.take(1).is_spent


def test_the_api_refuses_with_headers_until_the_hour_is_over(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "emulator", is_realistic=True)
    with sandbox_running(settings, [build]) as sandbox:
        account = Account(sandbox)
        plan = {"vendor": "railway", "operation": "workspace", "effect": "plan"}
        sandbox.control("POST", "/faults", plan | {"plan": "FREE", "times": 0})
        answers = [account.post(PROJECTS) for _ in range(101)]
        assert ("100", "99") == (
            answers[0].headers["x-ratelimit-limit"],
            answers[0].headers["x-ratelimit-remaining"],
        )
        assert {200} == {answer.status for answer in answers[:100]}
        assert 429 == answers[100].status
        assert 0 < int(answers[100].headers["retry-after"]) <= 3600
        assert "Too Many Requests" == answers[100].json()["errors"][0]["message"]
        sandbox.control("POST", "/advance", {"seconds": 3601})
        assert 200 == account.post(PROJECTS).status


def test_the_edge_refuses_without_headers_and_only_what_has_no_query_string(
    tmp_path: Path,
) -> None:
    settings = Settings(tmp_path / "emulator", is_realistic=True)
    with sandbox_running(settings, [build]) as sandbox:
        account = Account(sandbox)
        bare = (account.post(PROJECTS, path="/graphql/v2") for _ in range(300))
        stopped = next(answer for answer in bare if answer.status == 429)
        assert "error code: 1015" == stopped.text
        names = {name.lower() for name in stopped.headers}
        assert set() == {"x-ratelimit-limit", "retry-after"} & names
        assert 200 == account.post(PROJECTS).status


def test_a_broken_plan_name_counts_as_the_usual_one(api: Account) -> None:
    plan = {"vendor": "railway", "operation": "workspace", "effect": "plan"}
    api.sandbox.control("POST", "/faults", plan | {"plan": "GOLD", "times": 0})
    assert "10000" == api.post(PROJECTS).headers["x-ratelimit-limit"]


def test_a_clock_that_is_set_back_begins_a_new_window() -> None:
    counted = Counted()
    counted.now += 65 * 86_400
    counted.take(40)
    counted.now = BEGIN
    assert "9999" == counted.take(1).headers["X-RateLimit-Remaining"]
