from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from launchbook.clock import SystemClock
from launchbook.errors import CommandMissing
from launchbook.redact import Secret
from launchbook.transport.process import Command, Processes, is_running


def python(script: str, **options: object) -> Command:
    return Command((sys.executable, "-c", script), **options)  # type: ignore[arg-type]  # the fields of Command


def test_output_and_exit_status_come_back() -> None:
    script = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    finished = Processes().run(python(script))
    assert (3, "out\n", "err\n") == (
        finished.exit_status,
        finished.text,
        finished.complaint,
    )
    assert not finished.is_success


def test_folder_environment_and_input_reach_the_program(tmp_path: Path) -> None:
    script = "import os, sys; print(os.getcwd(), os.environ['TOKEN'], sys.stdin.read())"
    command = python(
        script, cwd=tmp_path, environment={"TOKEN": Secret("hush")}, inputs=b"words"
    )
    finished = Processes().run(command)
    assert f"{tmp_path} hush words\n" == finished.text
    assert "hush" not in repr(command)


def test_a_program_that_does_not_read_its_input_is_no_error() -> None:
    finished = Processes().run(python("pass", inputs=b"x" * 1_000_000))
    assert finished.is_success


def test_a_program_that_takes_too_long_is_killed_with_its_children() -> None:
    script = (
        "import subprocess, sys, time;"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    finished = Processes().run(python(script, timeout_seconds=1.0))
    assert finished.is_timed_out
    assert not finished.is_success
    clock = SystemClock()
    child = int(finished.text)
    for _ in range(100):
        if not is_running(child) or _is_zombie(child):
            break
        clock.sleep(0.02)
    assert not is_running(child) or _is_zombie(child)


def _is_zombie(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z"


def test_output_beyond_the_limit_is_thrown_away() -> None:
    script = "print('x' * 500_000)"
    finished = Processes().run(python(script, largest_output_bytes=1000))
    assert (1000, True, 0) == (
        len(finished.stdout),
        finished.is_cut,
        finished.exit_status,
    )


def test_a_missing_program_is_named() -> None:
    with pytest.raises(CommandMissing, match="no-such-program"):
        Processes().run(Command(("no-such-program",)))


def test_a_missing_program_cannot_be_spawned_either(tmp_path: Path) -> None:
    with pytest.raises(CommandMissing):
        Processes().spawn(Command(("no-such-program",)), tmp_path / "log")


def test_a_spawned_program_runs_on_its_own_and_can_be_stopped(tmp_path: Path) -> None:
    log = tmp_path / "log"
    script = "import time; print('up', flush=True); time.sleep(60)"
    detached = Processes().spawn(python(script), log)
    clock = SystemClock()
    while log.read_text() != "up\n":
        clock.sleep(0.01)
    assert detached.exit_status() is None
    assert is_running(detached.pid)
    assert -15 == detached.stop()
    assert not is_running(detached.pid)


def test_a_spawned_program_that_ignores_the_request_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    script = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print('up', flush=True); time.sleep(60)"
    )
    detached = Processes().spawn(python(script), log)
    clock = SystemClock()
    while log.read_text() != "up\n":
        clock.sleep(0.01)
    assert -9 == detached.stop(grace_seconds=0.1)


def test_a_process_that_does_not_exist_does_not_run() -> None:
    assert not is_running(2**22 - 3)


def test_a_program_inherits_what_it_needs_and_not_our_tokens() -> None:
    script = """
import os, sys
from launchbook.transport.process import Command, Processes
seen = "import os; print(sorted(os.environ))"
print(Processes().run(Command((sys.executable, "-c", seen))).text)
"""
    environ = {**os.environ, "RAILWAY_API_TOKEN": "x", "LC_TIME": "C", "PATH": "/bin"}
    names = subprocess.run(
        [sys.executable, "-c", script],
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "'PATH'" in names
    assert "'LC_TIME'" in names
    assert "RAILWAY_API_TOKEN" not in names


def test_a_program_at_our_terminal_gives_its_status_back() -> None:
    ended = Command((sys.executable, "-c", "raise SystemExit(3)"))
    assert 3 == Processes().attend(ended)
    with pytest.raises(CommandMissing):
        Processes().attend(Command(("no-such-program",)))
