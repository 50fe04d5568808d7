"""What platforms do wrong: the right class, nothing twice, and the same command."""

from __future__ import annotations

import os
import socket
from threading import Timer
from typing import TYPE_CHECKING

import pytest

from launchbook.app import App, Target
from launchbook.clock import SystemClock
from launchbook.config.workspace import Workspace
from launchbook.redact import Redactor
from tests.support.hand import Hand
from tests.support.journey import STAGING, Journey, counts

if TYPE_CHECKING:
    from pathlib import Path

    from launchbook.ledger.ledger import Ledger

pytestmark = pytest.mark.xdist_group("journey")

UPSERT = "variableCollectionUpsert"
HOUR = {"status": 429, "headers": {"Retry-After": "3600"}}
SECOND = {"status": 429, "headers": {"Retry-After": "1"}}
PLATFORMS = "inventory/platforms/sandbox.yml"


@pytest.fixture
def drifted(journey: Journey) -> Journey:
    """One variable of the backend is to be mended."""
    Hand(journey.sandbox).set_backend(LOG_LEVEL="debug")
    return journey


@pytest.mark.parametrize(
    ("effect", "details", "status", "code"),
    [
        pytest.param(
            *("status", {"status": 500}, 8, "platform-unavailable"),
            marks=pytest.mark.heavy,
        ),
        ("status", HOUR, 8, "platform-rate-limited"),
        pytest.param(
            *("drop_before", {}, 8, "platform-unavailable"), marks=pytest.mark.heavy
        ),
        pytest.param(
            *("drop_after", {}, 8, "platform-unavailable"), marks=pytest.mark.heavy
        ),
        # It was written, and what the platform says of it makes no sense.
        ("malformed", {}, 6, "malformed-answer"),
    ],
)
def test_a_write_that_goes_wrong_has_its_class_and_the_same_command_continues(
    drifted: Journey, effect: str, details: dict[str, object], status: int, code: str
) -> None:
    drifted.order("railway", UPSERT, effect, **details)
    failed = drifted.run(STAGING)
    assert (status, code) == (failed.status, failed.code)
    assert "railway" in failed.err
    drifted.sandbox.control("DELETE", "/faults")
    again = drifted.run(STAGING)
    assert 0 == again.status, again.err
    assert 0 == drifted.run(STAGING, "--check").status


def test_a_short_limit_is_waited_out(drifted: Journey) -> None:
    drifted.order("railway", UPSERT, "status", **SECOND)
    assert 0 == drifted.run(STAGING).status


def test_a_read_that_fails_now_and_then_is_repeated(journey: Journey) -> None:
    journey.order("vercel", "GET *", "status", status=502, nth=2, times=2)
    journey.order("supabase", "GET *", "drop_before", nth=1)
    assert counts(0) == journey.run(STAGING).counts


def test_a_wrong_token_is_told_before_anything_is_made(shop: Journey) -> None:
    shop.edit(PLATFORMS, "${sandbox.railway.token}", "env:WRONG")
    shop.environ["WRONG"] = "not-the-token-at-all"
    mark = shop.mark()
    failed = shop.run(STAGING)
    assert (8, "platform-unauthorized") == (failed.status, failed.code)
    assert "not-the-token" not in failed.out + failed.err
    assert [] == shop.written(mark)


def test_without_a_sandbox_the_command_that_starts_one_is_named(
    journey: Journey, tmp_path: Path
) -> None:
    alone = Journey(journey.sandbox, journey.root, tmp_path / "home")
    failed = alone.run(STAGING)
    assert (8, "sandbox-not-running") == (failed.status, failed.code)
    assert "invoke sandbox.up" in failed.hint
    assert not alone.home.exists()


def test_a_port_that_is_taken_is_named(journey: Journey, tmp_path: Path) -> None:
    alone = Journey(journey.sandbox, journey.root, tmp_path / "home")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        failed = alone.run("sandbox.up", "--edge-port", port)
    assert (8, "port-busy") == (failed.status, failed.code)
    assert f"port {port}" in failed.err
    assert "--edge-port" in failed.hint
    assert 8 == alone.run("sandbox.status").status


def ledger_of(journey: Journey) -> Ledger:
    """The ledger of staging, opened by somebody else."""
    workspace = Workspace(journey.root, journey.home)
    target = Target("staging", "sandbox")
    return App(workspace, target, SystemClock(), Redactor(), {}).open_ledger()


def test_a_run_waits_for_its_turn_and_leaves_the_queue(journey: Journey) -> None:
    ledger = ledger_of(journey)
    lease = ledger.lock.acquire("staging", "run-of-somebody", "trying something").lease
    over = Timer(0.5, ledger.lock.release, [lease])
    over.start()
    done = journey.run(STAGING, "--wait")
    over.join()
    ledger.close()
    assert 0 == done.status, done.err
    told = [line for line in done.lines if line.startswith("waiting: ")]
    assert ["trying something"] == [line.rpartition(": ")[2] for line in told]
    assert "staging is free" in journey.run("ledger.queue").lines


def test_a_lock_that_is_held_names_its_holder(journey: Journey) -> None:
    ledger = ledger_of(journey)
    taken = ledger.lock.acquire("staging", "run-of-somebody", "trying something")
    mark = journey.mark()
    try:
        refused = journey.run(STAGING)
        checked = journey.run(STAGING, "--check")
    finally:
        ledger.lock.release(taken.lease)
        ledger.close()
    assert (7, "lock-held") == (refused.status, refused.code)
    assert f"{socket.gethostname()}" in refused.err
    assert str(os.getpid()) in refused.err
    assert "trying something" in refused.err
    assert "invoke ledger.unlock --environment staging" in refused.hint
    assert 0 == checked.status, f"looking needs no lock: {checked.err}"
    assert [] == journey.written(mark)
    assert 0 == journey.run(STAGING).status
