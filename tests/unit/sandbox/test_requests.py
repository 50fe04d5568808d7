"""The log of requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from launchbook.sandbox.clock import SandboxClock
from launchbook.sandbox.emulator import Operation
from launchbook.sandbox.requests import KEPT_COUNT, RequestLog

if TYPE_CHECKING:
    from pathlib import Path


def _log(path: Path) -> RequestLog:
    return RequestLog(path, SandboxClock(real_seconds=lambda: 0.0))


def _record(log: RequestLog, *, is_mutating: bool = True) -> None:
    operation = Operation("do", is_mutating=is_mutating)
    log.record("toy", "POST", "/do", operation, status=200)


def test_it_lists_what_came_after_a_number(tmp_path: Path) -> None:
    log = _log(tmp_path / "requests.jsonl")
    for is_mutating in (True, False, True):
        _record(log, is_mutating=is_mutating)
    assert [2, 3] == [entry.sequence for entry in log.listed(since=1)]
    assert [3] == [entry.sequence for entry in log.listed(since=1, is_mutating=True)]
    assert [2] == [entry.sequence for entry in log.listed(is_mutating=False)]
    assert "1970-01-01T00:00:00.000Z" == log.listed()[0].at
    log.close()


def test_a_torn_last_line_is_left_out_and_numbers_go_on(tmp_path: Path) -> None:
    path = tmp_path / "requests.jsonl"
    log = _log(path)
    _record(log)
    _record(log)
    log.close()
    path.write_text(path.read_text()[:-20])
    again = _log(path)
    _record(again)
    again.close()
    assert [1, 2] == [entry.sequence for entry in again.listed()]
    last = _log(path)
    assert again.listed() == last.listed()
    last.close()


def test_clearing_forgets_the_requests_but_not_the_numbers(tmp_path: Path) -> None:
    path = tmp_path / "requests.jsonl"
    log = _log(path)
    _record(log)
    log.clear()
    assert [] == log.listed()
    _record(log)
    assert [2] == [entry.sequence for entry in log.listed()]
    log.close()
    assert 1 == len(path.read_text().splitlines())


def test_old_requests_leave_the_list_and_the_file(tmp_path: Path) -> None:
    path = tmp_path / "requests.jsonl"
    log = _log(path)
    for _ in range(KEPT_COUNT + 5):
        _record(log)
    log.close()
    again = _log(path)
    again.close()
    assert (KEPT_COUNT, KEPT_COUNT + 5) == (len(again.listed()), again.total_count)
    assert KEPT_COUNT == len(path.read_text().splitlines())
