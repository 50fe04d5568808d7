"""The program: ``python -m launchbook.sandbox``."""

from __future__ import annotations

import asyncio
import json
import signal
import threading
from typing import TYPE_CHECKING

from launchbook.sandbox.__main__ import main
from launchbook.sandbox.ports import listen_on_free_port
from tests.support.sandbox import Endpoints, child_sandbox, spawn_sandbox
from tests.support.toy_emulator import ToyEmulator, build

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from launchbook.sandbox.emulator import Emulator
    from launchbook.sandbox.world import World

TOY_SCRIPT = """
import sys
from launchbook.sandbox.__main__ import main
from tests.support.toy_emulator import build
sys.exit(main(builders=[build]))
"""
TOY_PROGRAM = ("-c", TOY_SCRIPT)


def _error(text: str) -> dict[str, object]:
    error: dict[str, object] = json.loads(text.splitlines()[-1])
    return error


def test_it_says_that_it_is_ready_and_stops_when_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoints = tmp_path / "endpoints.json"

    def stop_when_ready() -> None:
        pause = threading.Event()
        while not endpoints.exists():
            pause.wait(0.02)
        Endpoints(json.loads(endpoints.read_text())).control("POST", "/down")

    stopper = threading.Thread(target=stop_when_ready)
    stopper.start()
    assert 0 == main(["--home", str(tmp_path)], [build])
    stopper.join()
    expected = {"event": "ready", "endpoints": str(endpoints)}
    assert expected == json.loads(capsys.readouterr().out)
    assert not endpoints.exists()


def test_a_busy_port_is_an_exit_status_and_a_line_for_the_launcher(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with listen_on_free_port() as taken:
        port = taken.getsockname()[1]
        words = ["--home", str(tmp_path), "--edge-port", str(port)]
        assert 3 == main(words, [build])
    expected = {"error": "port-busy", "name": "edge", "port": port}
    assert expected == _error(capsys.readouterr().err)


def test_any_other_failure_is_told_to_the_launcher(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(world: World) -> Emulator:
        raise RuntimeError("no such part")

    assert 1 == main(["--home", str(tmp_path)], [broken])
    expected = {"error": "failed", "message": "RuntimeError: no such part"}
    assert expected == _error(capsys.readouterr().err)


def test_a_signal_while_it_starts_takes_all_down(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Slow(ToyEmulator):
        async def start(self) -> None:
            signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(signal.SIGINT)
            await asyncio.sleep(60)

    assert 0 == main(["--home", str(tmp_path)], [Slow])
    assert ("", "") == capsys.readouterr()


def test_as_a_process_it_ends_on_sigterm_and_refuses_a_second_one(
    tmp_path: Path,
) -> None:
    with child_sandbox(tmp_path, program=TOY_PROGRAM) as sandbox:
        assert 200 == sandbox.control("GET", "/status").status
        assert "a page" == sandbox.visit("page.toy.localhost").text
        second = spawn_sandbox(tmp_path, program=TOY_PROGRAM)
        _, errors = second.communicate(timeout=30)
        expected = {"error": "already-running", "pid": sandbox.process.pid}
        assert (4, expected) == (second.returncode, _error(errors))
        assert 0 == sandbox.terminate()
    assert not (tmp_path / "endpoints.json").exists()
    log = tmp_path / "sandbox.log"
    assert 0o600 == log.stat().st_mode & 0o777
    assert "stopping: SIGTERM" in log.read_text()


def test_a_killed_sandbox_starts_again_with_its_state(tmp_path: Path) -> None:
    with child_sandbox(tmp_path, program=TOY_PROGRAM) as sandbox:
        sandbox.api("toy", "POST", "/v1/things", {"name": "kept"})
        sandbox.kill()
        assert -signal.SIGKILL == sandbox.process.returncode
    with child_sandbox(tmp_path, program=TOY_PROGRAM) as again:
        assert ["kept"] == again.api("toy", "GET", "/v1/things").json()["things"]
        assert sandbox.facts["edge_port"] == again.facts["edge_port"]
