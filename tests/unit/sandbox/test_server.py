"""The server: everything listens, is found, and goes away again."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from launchbook.sandbox.lock import AlreadyRunning
from launchbook.sandbox.ports import PortBusy, listen_on_free_port
from launchbook.sandbox.server import StartFailed
from launchbook.sandbox.settings import Settings
from tests.support.sandbox import Sandbox, sandbox_running
from tests.support.toy_emulator import ToyEmulator, build

if TYPE_CHECKING:
    from pathlib import Path

    from launchbook.sandbox.world import World


def test_endpoints_are_private_while_it_runs_and_gone_afterwards(
    tmp_path: Path,
) -> None:
    path = tmp_path / "endpoints.json"
    with sandbox_running(Settings(tmp_path), [build]) as sandbox:
        assert 0o600 == path.stat().st_mode & 0o777
        assert sandbox.facts == json.loads(path.read_text()) | {
            "started_at": sandbox.facts["started_at"]
        }
        expected = {
            "api": f"https://127.0.0.1:{sandbox.world.ports.number('toy')}",
            "team": "team_toy",
            "token": sandbox.world.token("toy"),
        }
        assert expected == sandbox.facts["toy"]
        assert {"session_port": 1} == sandbox.facts["extra"]
    assert not path.exists()


def test_urls_tokens_and_state_survive_a_restart(tmp_path: Path) -> None:
    with sandbox_running(Settings(tmp_path), [build]) as first:
        first.api("toy", "POST", "/v1/things", {"name": "kept"})
    with sandbox_running(Settings(tmp_path), [build]) as second:
        for key in ("control", "control_token", "edge_port", "toy", "ca_file"):
            assert first.facts[key] == second.facts[key]
        assert ["kept"] == second.api("toy", "GET", "/v1/things").json()["things"]
        assert [1, 2] == [one.sequence for one in second.world.requests.listed()]


def test_a_second_sandbox_on_one_home_is_refused(tmp_path: Path) -> None:
    with (
        sandbox_running(Settings(tmp_path), [build]),
        pytest.raises(AlreadyRunning) as refusal,
        sandbox_running(Settings(tmp_path), [build]),
    ):
        pass
    assert refusal.value.pid > 0


def test_a_taken_port_is_named_and_nothing_keeps_running(tmp_path: Path) -> None:
    with listen_on_free_port() as taken:
        port = taken.getsockname()[1]
        settings = Settings(tmp_path, ports={"edge": port})
        with (
            pytest.raises(PortBusy) as refusal,
            sandbox_running(settings, [build]),
        ):
            pass
    assert ("edge", port) == (refusal.value.name, refusal.value.port)
    with sandbox_running(settings, [build]) as sandbox:
        assert port == sandbox.facts["edge_port"]


def test_two_sandboxes_do_not_disturb_each_other(tmp_path: Path) -> None:
    with (
        sandbox_running(Settings(tmp_path / "one"), [build]) as one,
        sandbox_running(Settings(tmp_path / "two"), [build]) as two,
    ):
        one.api("toy", "POST", "/v1/things", {"name": "mine"})
        assert [] == two.api("toy", "GET", "/v1/things").json()["things"]


class _Stubborn(ToyEmulator):
    """Fails when it is stopped."""

    name = "stubborn"

    async def stop(self) -> None:
        await super().stop()
        raise RuntimeError("cannot stop")


def test_one_emulator_that_fails_to_stop_does_not_spare_the_others(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    toys: list[ToyEmulator] = []

    def remember(world: World) -> ToyEmulator:
        toys.append(ToyEmulator(world))
        return toys[-1]

    with sandbox_running(Settings(tmp_path), [_Stubborn, remember]) as sandbox:
        process = sandbox.call(toys[0].start_echo)
    assert not process.is_alive
    assert "stubborn did not stop cleanly" in caplog.text


class _Broken(ToyEmulator):
    """Does not start; does not understand requests."""

    async def start(self) -> None:
        raise RuntimeError("no database")


def test_an_emulator_that_does_not_start_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(StartFailed, match="toy: no database"),
        sandbox_running(Settings(tmp_path), [_Broken]),
    ):
        pass


class _PortTaker(ToyEmulator):
    """Needs a port of its own."""

    name = "taker"

    async def start(self) -> None:
        self._world.ports.bind("pooler_session").close()


def test_a_busy_port_of_an_emulator_is_told_like_one_of_the_frame(
    tmp_path: Path,
) -> None:
    with listen_on_free_port() as taken:
        port = taken.getsockname()[1]
        settings = Settings(tmp_path, ports={"pooler_session": port})
        with (
            pytest.raises(PortBusy, match="pooler_session"),
            sandbox_running(settings, [_PortTaker]),
        ):
            pass


def test_requests_wait_while_the_world_is_stopped(toy_sandbox: Sandbox) -> None:
    async def pause_and_ask() -> bool:
        async with toy_sandbox.server.paused():
            asking = asyncio.create_task(
                asyncio.to_thread(toy_sandbox.api, "toy", "GET", "/v1/things")
            )
            await asyncio.sleep(0.2)
            is_held = not asking.done()
        assert 200 == (await asking).status
        return is_held

    assert toy_sandbox.call(pause_and_ask)
