"""The rate limit of the account's API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from launchbook.sandbox.cloudflare import build
from launchbook.sandbox.cloudflare.rate import LIMIT, WINDOW_SECONDS, RateWindow
from launchbook.sandbox.settings import Settings
from tests.support.sandbox import sandbox_running

if TYPE_CHECKING:
    from pathlib import Path


def test_a_window_has_so_many_requests_and_moves_along() -> None:
    now = [1_800_000_000.0]
    window = RateWindow(lambda: now[0])
    assert not any(window.is_exceeded() for _ in range(LIMIT))
    assert window.is_exceeded()
    now[0] += WINDOW_SECONDS
    assert not window.is_exceeded()


def test_a_refusal_says_when_to_come_back(tmp_path: Path) -> None:
    with sandbox_running(Settings(tmp_path / "emulator"), [build]) as sandbox:
        fault = {"vendor": "cloudflare", "effect": "rate_limited"}
        assert 201 == sandbox.control("POST", "/faults", fault).status
        answer = sandbox.api("cloudflare", "GET", "/client/v4/zones")
        assert (429, "60") == (answer.status, answer.headers["retry-after"])
        assert not answer.json()["success"]
        assert 200 == sandbox.api("cloudflare", "GET", "/client/v4/zones").status
