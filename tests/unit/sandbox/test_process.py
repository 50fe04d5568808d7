"""Real processes: started, ended, never left behind."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest

from launchbook.sandbox.process import (
    Ended,
    Launch,
    ProcessTable,
    ServiceProcess,
    last_lines,
    run_to_end,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")

STUBBORN = """
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
time.sleep(60)
"""


def _launch(folder: Path, command: str | list[str], **environment: str) -> Launch:
    return Launch(command, folder, folder / "logs" / "out.log", environment)


def _table(folder: Path) -> ProcessTable:
    return ProcessTable(folder / "processes.json")


def _recorded(folder: Path) -> dict[str, object]:
    content: dict[str, object] = json.loads((folder / "processes.json").read_text())
    return content


async def _until(is_true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not is_true():
            await asyncio.sleep(0.01)


def _run(work: Callable[[], Awaitable[T]]) -> T:
    async def scenario() -> T:
        return await work()

    return asyncio.run(scenario())


def _is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_a_command_runs_to_its_end_and_its_lines_are_kept(tmp_path: Path) -> None:
    lines: list[str] = []

    async def scenario() -> Ended:
        launch = _launch(tmp_path, "echo one; echo two >&2; exit 7")
        return await run_to_end(
            launch, _table(tmp_path), limit_seconds=10, on_line=lines.append
        )

    ended = _run(scenario)
    assert Ended(7, is_timed_out=False, last_lines=("one", "two")) == ended
    assert ["one", "two"] == lines
    assert ["one", "two"] == last_lines(tmp_path / "logs" / "out.log")
    assert {} == _recorded(tmp_path)


def test_a_child_sees_only_the_environment_it_was_given(tmp_path: Path) -> None:
    async def scenario() -> Ended:
        launch = _launch(tmp_path, ["/usr/bin/env"], OWN="1", LANG="sv_SE.UTF-8")
        return await run_to_end(launch, _table(tmp_path), limit_seconds=10)

    lines = sorted(_run(scenario).last_lines)
    path = "PATH=/usr/local/bin:/usr/bin:/bin"
    assert [f"HOME={tmp_path}", "LANG=sv_SE.UTF-8", "OWN=1", path] == lines


def test_a_command_that_takes_too_long_is_killed_with_its_children(
    tmp_path: Path,
) -> None:
    async def scenario() -> Ended:
        launch = _launch(tmp_path, "sleep 60 & echo $!; wait")
        return await run_to_end(launch, _table(tmp_path), limit_seconds=0.3)

    ended = _run(scenario)
    assert (-signal.SIGKILL, True) == (ended.exit_status, ended.is_timed_out)
    _run(lambda: _until(lambda: not _is_running(int(ended.last_lines[0]))))


def test_a_daemon_that_keeps_the_output_open_does_not_outlive_its_command(
    tmp_path: Path,
) -> None:
    async def scenario() -> Ended:
        launch = _launch(tmp_path, "sleep 60 & echo $!")
        return await run_to_end(launch, _table(tmp_path), limit_seconds=5)

    ended = _run(scenario)
    assert (0, False) == (ended.exit_status, ended.is_timed_out)
    _run(lambda: _until(lambda: not _is_running(int(ended.last_lines[0]))))


def test_a_very_long_line_comes_in_pieces(tmp_path: Path) -> None:
    async def scenario() -> Ended:
        words = [sys.executable, "-c", "print('x' * 3_000_000); print('end')"]
        launch = _launch(tmp_path, words)
        return await run_to_end(launch, _table(tmp_path), limit_seconds=20)

    lines = _run(scenario).last_lines
    assert "end" == lines[-1]
    assert 3_000_000 == sum(len(line) for line in lines[:-1])


def test_a_program_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    async def scenario() -> None:
        launch = _launch(tmp_path, [str(tmp_path / "missing")])
        await ServiceProcess.start(launch, _table(tmp_path))

    with pytest.raises(FileNotFoundError):
        _run(scenario)


def test_a_service_ends_on_request_and_is_forgotten(tmp_path: Path) -> None:
    async def scenario() -> int:
        table = _table(tmp_path)
        service = await ServiceProcess.start(_launch(tmp_path, ["sleep", "60"]), table)
        assert service.is_alive
        assert [str(service.pid)] == list(_recorded(tmp_path))
        status = await service.terminate(grace_seconds=10)
        assert (False, status) == (service.is_alive, service.exit_status)
        assert status == await service.wait()
        return status

    assert -signal.SIGTERM == _run(scenario)
    assert {} == _recorded(tmp_path)


def test_a_service_that_ignores_the_request_is_killed_after_the_grace(
    tmp_path: Path,
) -> None:
    async def scenario() -> int:
        launch = _launch(tmp_path, [sys.executable, "-c", STUBBORN])
        service = await ServiceProcess.start(launch, _table(tmp_path))
        await _until(lambda: last_lines(launch.log_path) == ["ready"])
        return await service.terminate(grace_seconds=0.1)

    assert -signal.SIGKILL == _run(scenario)


def test_a_services_lines_are_told_while_it_runs(tmp_path: Path) -> None:
    async def scenario() -> list[str]:
        lines: list[str] = []
        launch = _launch(tmp_path, "echo one; echo two >&2; sleep 60")
        table = _table(tmp_path)
        service = await ServiceProcess.start(launch, table, on_line=lines.append)
        await _until(lambda: lines == ["one", "two"])
        assert service.is_alive
        await service.kill()
        return last_lines(launch.log_path)

    assert ["one", "two"] == _run(scenario)


def test_what_a_service_started_ends_with_it(tmp_path: Path) -> None:
    async def scenario() -> None:
        launch = _launch(tmp_path, "sleep 60 & echo $!")
        service = await ServiceProcess.start(launch, _table(tmp_path))
        assert 0 == await service.wait()
        grandchild = int(last_lines(launch.log_path)[0])
        await _until(lambda: not _is_running(grandchild))

    _run(scenario)


def test_a_process_that_leaves_the_group_does_not_hold_the_command_up(
    tmp_path: Path,
) -> None:
    async def scenario() -> Ended:
        launch = _launch(tmp_path, "setsid sleep 3 & echo started")
        return await run_to_end(launch, _table(tmp_path), limit_seconds=60)

    ended = _run(scenario)
    assert (0, False, ("started",)) == (
        ended.exit_status,
        ended.is_timed_out,
        ended.last_lines,
    )


def test_what_a_killed_sandbox_left_is_ended_at_the_next_start(tmp_path: Path) -> None:
    async def scenario() -> None:
        launch = _launch(tmp_path, "sleep 60 & echo $! && exec sleep 60")
        service = await ServiceProcess.start(launch, _table(tmp_path))
        await _until(lambda: bool(last_lines(launch.log_path)))
        grandchild = int(last_lines(launch.log_path)[0])
        assert 2 == await _table(tmp_path).reap()
        assert -signal.SIGKILL == await service.wait()
        await _until(lambda: not _is_running(grandchild))
        assert 0 == await _table(tmp_path).reap()

    _run(scenario)


def test_a_grandchild_alone_is_ended_too(tmp_path: Path) -> None:
    async def scenario() -> None:
        launch = _launch(tmp_path, "sleep 60 & echo $!")
        service = await ServiceProcess.start(launch, _table(tmp_path))
        await _until(lambda: not service.is_alive)
        grandchild = int(last_lines(launch.log_path)[0])
        assert _is_running(grandchild)
        assert 1 == await _table(tmp_path).reap()
        await _until(lambda: not _is_running(grandchild))

    _run(scenario)


@pytest.mark.parametrize("change", [{"started_ticks": 1}, {"boot": "another"}])
def test_somebody_elses_process_with_the_same_pid_is_left_alone(
    tmp_path: Path, change: dict[str, object]
) -> None:
    async def scenario() -> None:
        table = _table(tmp_path)
        service = await ServiceProcess.start(_launch(tmp_path, ["sleep", "60"]), table)
        recorded = _recorded(tmp_path)
        identity = recorded[str(service.pid)]
        assert isinstance(identity, dict)
        recorded[str(service.pid)] = identity | change
        (tmp_path / "processes.json").write_text(json.dumps(recorded))
        assert 0 == await _table(tmp_path).reap()
        assert service.is_alive
        await service.kill()

    _run(scenario)


@pytest.mark.skipif(sys.platform != "linux", reason="the parent's signal is Linux's")
def test_a_child_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = f"""
import asyncio, pathlib
from launchbook.sandbox.process import Launch, ProcessTable, ServiceProcess
folder = pathlib.Path({str(tmp_path)!r})
async def main():
    table = ProcessTable(folder / "processes.json")
    await ServiceProcess.start(Launch(["sleep", "60"], folder, folder / "log"), table)
    await asyncio.sleep(60)
asyncio.run(main())
"""

    async def scenario() -> None:
        parent = await asyncio.create_subprocess_exec(sys.executable, "-c", script)
        await _until((tmp_path / "processes.json").exists)
        child = int(next(iter(_recorded(tmp_path))))
        assert _is_running(child)
        os.kill(parent.pid, signal.SIGKILL)
        await parent.wait()
        await _until(lambda: not _is_running(child))

    _run(scenario)


def test_the_end_of_a_log_is_read_without_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "log"
    assert [] == last_lines(path)
    path.write_text("\n".join(f"line {number}" for number in range(10_000)))
    assert ["line 9998", "line 9999"] == last_lines(path, 2)
