"""The database goes away under load, and nobody who uses the product notices."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from tests.support.crowd import Crowd, Tally
from tests.support.sandbox import child_sandbox
from tests.support.shop import Shop, open_shop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.xdist_group("restart")
USERS = 50
POOLER_LIMIT = 15
"""Of a new project, as the vendor sets it."""
MOMENT_SECONDS = 1.0


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    home: Path = tmp_path_factory.mktemp("restart") / "emulator"
    with child_sandbox(home) as endpoints, open_shop(endpoints) as one:
        yield one


def crowd(shop: Shop, seed: int, users: int = USERS) -> Crowd:
    return Crowd(f"http://127.0.0.1:{shop.backend.port}", users, seed=seed)


def moment() -> None:
    threading.Event().wait(MOMENT_SECONDS)


def nobody_noticed(shop: Shop, tally: Tally) -> None:
    figures = tally.figures(POOLER_LIMIT)
    assert [] == tally.failures, figures
    assert set() == set(tally.feedback) - shop.kept()
    assert max(tally.utilization) < 80, figures
    assert max(tally.clients) < 0.8 * POOLER_LIMIT, figures


def test_a_restart_under_fifty_users_loses_no_request(shop: Shop) -> None:
    users = crowd(shop, seed=1)
    with users.present(shop.project.vendor.endpoints) as tally:
        moment()
        shop.restart()
        moment()
    nobody_noticed(shop, tally)
    # It was really away: somebody waited for it, and health said so meanwhile.
    assert max(tally.seconds) > 0.3
    assert tally.outages > 0


@pytest.mark.parametrize(
    "effect",
    [
        "pool_full",
        pytest.param("server_full", marks=pytest.mark.heavy),
        pytest.param("standby", marks=pytest.mark.heavy),
    ],
)
def test_a_full_pooler_and_a_failover_lose_no_request(shop: Shop, effect: str) -> None:
    users = crowd(shop, seed=sum(effect.encode()), users=20)
    with users.present(shop.project.vendor.endpoints) as tally:
        shop.project.vendor.fault(effect, "CONNECT session", times=6)
        # New connections, which the fault hits.
        shop.project.query(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where application_name = 'vocilia-backend'"
        )
        moment()
    assert 6 <= seen(shop, effect)
    nobody_noticed(shop, tally)


def seen(shop: Shop, effect: str) -> int:
    """How many connections came by an ordered fault."""
    answer = shop.project.vendor.endpoints.control("GET", "/faults")
    return sum(
        each["seen"] for each in answer.json()["faults"] if each["effect"] == effect
    )
