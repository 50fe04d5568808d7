"""Traffic that somebody moved by hand in a platform's dashboard, put right by a release."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.flows.test_release import (
    HEALTH,
    PROMOTE,
    REASON,
    RELEASE,
    ROLLBACK,
    THEME,
    change,
    served,
)
from tests.support.journey import web_host, web_project

if TYPE_CHECKING:
    from tests.support.journey import Journey

pytestmark = [
    pytest.mark.xdist_group("journey"),
    pytest.mark.timeout(180),
    pytest.mark.heavy,
]

PROJECT = f"/v9/projects/{web_project('customer')}"


def ask(shop: Journey, method: str, path: str, body: object = None) -> Any:
    """Ask Vercel as its dashboard does."""
    team = shop.sandbox.facts["vercel"]["team"]
    separator = "&" if "?" in path else "?"
    answer = shop.sandbox.api("vercel", method, f"{path}{separator}teamId={team}", body)
    assert answer.status < 300, answer.text
    return answer.json() if answer.body else None


def graphql(shop: Journey, kind: str, field: str, deployment_id: str) -> Any:
    """Ask Railway for one field of a deployment."""
    query = f"{kind} Q($id: String!) {{ {field}(id: $id) {{ id status }} }}"
    body = {"query": query, "variables": {"id": deployment_id}}
    answer = shop.sandbox.api("railway", "POST", "/graphql/v2?source=test", body)
    return answer.json()["data"][field]


def production(shop: Journey) -> str:
    return str(ask(shop, "GET", PROJECT)["targets"]["production"]["id"])


def roll_back(shop: Journey, deployment_id: str) -> None:
    """Roll a web app back in the dashboard, which pins it."""
    path = f"/v1/projects/{web_project('customer')}/rollback/{deployment_id}"
    ask(shop, "POST", path)
    shop.sandbox.wait_until(lambda: production(shop) == deployment_id)


def is_assigned(shop: Journey) -> bool:
    """Whether the next build would take the host names by itself."""
    return bool(ask(shop, "GET", PROJECT)["autoAssignCustomDomains"])


def test_what_a_rollback_by_hand_has_pinned_the_next_release_promotes(
    torn: Journey,
) -> None:
    first, before = production(torn), served(torn)
    change(torn, THEME, "/* pinned */\n")
    assert 0 == torn.run(RELEASE).status
    second = served(torn)
    roll_back(torn, first)
    assert before["customer"] == torn.serves(web_host("customer"))

    mark = torn.mark()
    again = torn.run(RELEASE)
    assert 0 == again.status, again.err
    assert (second, 1) == (served(torn), torn.made(mark)[PROMOTE])
    assert not is_assigned(torn)

    roll_back(torn, first)
    change(torn, THEME, "/* and further */\n")
    third = torn.run(RELEASE)
    assert 0 == third.status, third.err
    assert torn.serves(web_host("customer")) not in {
        before["customer"],
        second["customer"],
    }
    assert not is_assigned(torn)


def test_host_names_that_somebody_lets_move_by_themselves_are_held_again(
    torn: Journey,
) -> None:
    before = served(torn)
    ask(torn, "PATCH", PROJECT, {"autoAssignCustomDomains": True})
    change(torn, THEME, "/* held */\n")
    change(torn, HEALTH, "\n_UNUSED = 1\n")
    torn.order("railway", "build worker", "build_failed")
    failed = torn.run(RELEASE)
    assert 0 != failed.status
    assert before == served(torn), "nothing was shown before it was promoted"
    assert not is_assigned(torn)


def test_a_build_that_somebody_started_does_not_replace_what_was_returned_to(
    torn: Journey,
) -> None:
    before = served(torn)
    change(torn, HEALTH, "\n_UNUSED = 2\n")
    assert 0 == torn.run(RELEASE).status
    assert 0 == torn.run(ROLLBACK, "--to", "1", *REASON).status
    shown = torn.run("release.show", "--release", "2", "--json")
    surfaces: Any = shown.records[0]["surfaces"]
    left = {each["name"]: each["deployment_id"] for each in surfaces}["backend"]
    torn.order("railway", "deploy backend", "stuck")
    started = graphql(torn, "mutation", "deploymentRedeploy", left)["id"]

    back = torn.run(ROLLBACK, "--to", "1", *REASON)
    assert 0 == back.status, back.err
    assert "1 changed" in back.counts
    assert "REMOVED" == graphql(torn, "query", "deployment", started)["status"]
    assert before == served(torn)
