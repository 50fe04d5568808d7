"""The rate limit of the account's API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from launchbook.sandbox.cloudflare import build
from launchbook.sandbox.cloudflare.rate import LIMIT, WINDOW_SECONDS, Count, RateWindow
from launchbook.sandbox.settings import Settings
from tests.support.sandbox import sandbox_running

if TYPE_CHECKING:
    from pathlib import Path


BEGIN = 1_800_000_000.0


class Counted:
    """A limit, on a clock that stands still."""

    def __init__(self) -> None:
        self.now = BEGIN
        self._window = RateWindow(lambda: self.now)

    def send(self, count: int) -> Count:
        """Send requests in one moment; return where the last one stands."""
        return [self._window.count() for _ in range(count)][-1]


def test_every_answer_tells_what_is_left_and_the_policy() -> None:
    expected = {
        "Ratelimit": '"default";r=1198;t=300',
        "Ratelimit-Policy": '"default";q=1200;w=300',
    }
    assert expected == Counted().send(2).headers


def test_whoever_exceeds_the_limit_is_kept_out_for_five_minutes() -> None:
    counted = Counted()
    assert not counted.send(LIMIT).is_exceeded
    counted.now += 200
    spent = counted.send(1)
    assert (True, "300") == (spent.is_exceeded, spent.headers["Retry-After"])
    counted.now += 299
    assert "1" == counted.send(1).headers["Retry-After"]
    counted.now += 1
    assert LIMIT - 1 == counted.send(1).remaining


def test_the_window_moves_along() -> None:
    counted = Counted()
    counted.send(1)
    counted.now += 100
    assert not counted.send(LIMIT - 1).is_exceeded
    counted.now += WINDOW_SECONDS - 100
    assert not counted.send(1).is_exceeded
    assert counted.send(1).is_exceeded


def test_a_refusal_says_when_to_come_back(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "emulator", is_realistic=True)
    with sandbox_running(settings, [build]) as sandbox:
        fault = {"vendor": "cloudflare", "effect": "rate_limited"}
        assert 201 == sandbox.control("POST", "/faults", fault).status
        answer = sandbox.api("cloudflare", "GET", "/client/v4/zones")
        assert (429, "60") == (answer.status, answer.headers["retry-after"])
        assert not answer.json()["success"]
        answer = sandbox.api("cloudflare", "GET", "/client/v4/zones")
        assert (200, '"default";r=1199;t=300') == (
            answer.status,
            answer.headers["ratelimit"],
        )
