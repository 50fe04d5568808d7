"""Another environment serves the commit, or production is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest

from launchbook.errors import GateFailed
from launchbook.steps.staging_healthy import Inputs, StagingHealthy
from tests.support.domains import context
from tests.support.visitor import Table

if TYPE_CHECKING:
    from launchbook.engine.step import Context
    from launchbook.transport.probe import Prober

COMMIT = "4f0c1d2e3b4a5968778695a4b3c2d1e0f9a8b7c6"
API, ADMIN = "https://api.shop.example", "https://admin.shop.example"
INPUTS = Inputs(
    *("staging", COMMIT, {"backend": "4f0c1d2e3b4a", "admin": "4f0c1d2e3b4a"}),
    *("api.shop.example", {"admin": "admin.shop.example"}, 443),
)
GOOD: dict[str, tuple[int, dict[str, str], str]] = {
    f"{API}/health": (200, {}, '{"build": "4f0c1d2e3b4a-1"}'),
    f"{API}/health/database": (200, {}, "{}"),
    f"{API}/health/jobs": (200, {}, "{}"),
    f"{ADMIN}/build.json": (200, {}, '{"identity": "4f0c1d2e3b4a-2"}'),
}


def here(environment: str = "production") -> Context:
    return replace(context(), environment=environment)


def step(answers: dict[str, tuple[int, dict[str, str], str]]) -> StagingHealthy:
    return StagingHealthy(cast("Prober", Table(answers)))


def test_builds_of_the_commit_everywhere_let_it_pass() -> None:
    verified = step(dict(GOOD)).verify(INPUTS, here())
    (item,) = cast("list[dict[str, object]]", verified.evidence["items"])
    assert ("staging-healthy", "pass") == (item["name"], item["verdict"])


@pytest.mark.parametrize(
    ("url", "answer", "problem"),
    [
        (f"{API}/health", (200, {}, '{"build": "other-1"}'), "backend serves other-1"),
        (f"{API}/health/jobs", (503, {}, "{}"), "/health/jobs answers 503"),
        (f"{ADMIN}/build.json", (200, {}, "<html>"), "admin serves no build of ours"),
        (f"{ADMIN}/build.json", (401, {}, "[]"), "/build.json answers 401"),
    ],
)
def test_what_is_wrong_is_told_and_refused(
    url: str, answer: tuple[int, dict[str, str], str], problem: str
) -> None:
    with pytest.raises(GateFailed, match=problem) as caught:
        step({**GOOD, url: answer}).verify(INPUTS, here())
    assert "invoke provision.staging" in caught.value.hint


def test_one_lost_answer_is_asked_for_again() -> None:
    table = Table({})
    with pytest.raises(GateFailed, match="gave no answer"):
        StagingHealthy(cast("Prober", table)).verify(INPUTS, here())
    asked = [url for url, _ in table.asked]
    assert 2 == asked.count(f"{API}/health")


def test_its_override_is_called_after_the_environment() -> None:
    assert ("staging-healthy",) == StagingHealthy.overridable(
        {"environment": "staging"}
    )


def test_on_the_environment_itself_nothing_is_asked() -> None:
    verified = step({}).verify(INPUTS, here("staging"))
    (item,) = cast("list[dict[str, object]]", verified.evidence["items"])
    assert "pass" == item["verdict"]
