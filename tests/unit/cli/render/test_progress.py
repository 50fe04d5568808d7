from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from launchbook.cli.render.choice import progress_for
from launchbook.cli.render.live import LiveProgress
from launchbook.cli.render.progress import JsonProgress, PlainProgress, event_record
from launchbook.model.event import EventKind
from launchbook.redact import Redactor, Secret
from tests.support.event import PLAN, START, event
from tests.support.screen import screen

if TYPE_CHECKING:
    from launchbook.model.event import Event


def plain(*events: Event, is_verbose: bool = False) -> list[str]:
    given = screen()
    with PlainProgress(given.output, is_verbose=is_verbose) as progress:
        for each in events:
            progress(each)
    return given.lines


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        (EventKind.STEP_CHANGED, "changed"),
        (EventKind.STEP_WAITING, "waiting"),
        (EventKind.STEP_FAILED, "failed"),
        (EventKind.STEP_COMPENSATED, "taken back"),
    ],
)
def test_a_step_that_did_something_gets_a_line_with_the_elapsed_time(
    kind: EventKind, word: str
) -> None:
    lines = plain(event(EventKind.RUN_STARTED), event(kind, 1.5, "two written"))
    assert [f"     1.5s  {word:<10} {'plot':<22}  two written"] == lines


def test_the_first_event_starts_the_clock() -> None:
    (line,) = plain(event(EventKind.STEP_CHANGED, 90))
    assert f"     0.0s  changed    {'plot':<22}".rstrip() == line


@pytest.mark.parametrize(
    "kind",
    [EventKind.STEP_UNCHANGED, EventKind.STEP_SKIPPED, EventKind.STEP_PROGRESS],
)
def test_what_did_nothing_is_shown_only_when_asked_for(kind: EventKind) -> None:
    assert [] == plain(event(kind, message="looking"))
    (line,) = plain(event(kind, message="looking"), is_verbose=True)
    assert line.endswith("plot                    looking")


@pytest.mark.parametrize(
    "kind", [EventKind.STEP_STARTED, EventKind.RUN_STARTED, EventKind.RUN_FINISHED]
)
def test_begin_and_end_need_no_line(kind: EventKind) -> None:
    assert [] == plain(event(kind), is_verbose=True)


def test_the_plan_is_one_line_or_all_of_them() -> None:
    ready = event(EventKind.PLAN_READY, data={"changes": PLAN})
    counted = "plan: 1 to create, 1 unchanged"
    assert [counted] == plain(ready)
    assert ["  + toy.plot north", "  = toy.house south", counted] == plain(
        ready, is_verbose=True
    )


def test_a_lock_taken_over_and_a_run_continued_are_always_said() -> None:
    taken = event(EventKind.RUN_STARTED, message="the lock of a dead run was taken")
    resumed = event(
        EventKind.STEP_PROGRESS, message="continued", data={"resumed": "run-1"}
    )
    first, second = plain(taken, resumed)
    assert first.endswith("the lock of a dead run was taken")
    assert second.endswith("continued")


def test_with_json_every_event_is_a_line() -> None:
    given = screen(is_json=True)
    with JsonProgress(given.output) as progress:
        progress(event(EventKind.RUN_STARTED, step=""))
        progress(event(EventKind.STEP_CHANGED, 1, "done", data={"outputs": 2}))
    first, second = map(json.loads, given.lines)
    assert {"kind": "run-started", "at": START.isoformat(), "run": "run-1"} == first
    assert ("step-changed", "plot", "done", 2) == (
        second["kind"],
        second["step"],
        second["message"],
        second["outputs"],
    )


def test_a_secret_in_an_events_data_is_redacted() -> None:
    given = screen(is_json=True)
    finished = event(EventKind.RUN_FINISHED, data={"token": Secret("hunter22")})
    JsonProgress(given.output)(finished)
    assert "[redacted]" == json.loads(given.out.getvalue())["token"]
    assert "run-finished" == event_record(finished)["kind"]


def test_plain_lines_pass_the_redactor() -> None:
    redactor = Redactor()
    redactor.learn(Secret("hunter22"))
    given = screen(redactor=redactor)
    PlainProgress(given.output, is_verbose=False)(
        event(EventKind.STEP_FAILED, message="refused hunter22")
    )
    assert given.lines[0].endswith("refused [redacted]")


@pytest.mark.parametrize(
    ("is_json", "is_terminal", "expected"),
    [
        (True, True, JsonProgress),
        (False, True, LiveProgress),
        (False, False, PlainProgress),
    ],
)
def test_the_progress_fits_where_the_output_goes(
    is_json: bool, is_terminal: bool, expected: type
) -> None:
    given = screen(is_json=is_json, is_terminal=is_terminal)
    found = progress_for(given.output, is_verbose=False, total=3)
    assert expected is type(found)
