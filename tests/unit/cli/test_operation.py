"""What a task shows, and the exit status of every way in which one can end."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from invoke import Exit

from launchbook.cli.operation import CUT_OFF, INTERRUPTED, Flag, Operation, task_of
from launchbook.cli.place import Place
from launchbook.errors import InputError, LockHeld, RunTakenBack, Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

END = Operation(
    "end",
    "End in some way",
    f"{__name__}:end",
    (
        Flag("ending", "how it ends", is_argument=True),
        Flag("edge_port", "a port"),
        Flag("json", "as JSON", default=False),
    ),
    ("invoke end done",),
)
ENDINGS: dict[str, int | BaseException] = {
    "done": 0,
    "pending": 3,
    "input": InputError("--limit is wrong", hint="Give a number."),
    "locked": LockHeld("staging is locked", hint="Wait."),
    "away": Unavailable("no answer", hint="Wait.", platform="railway"),
    "taken back": RunTakenBack("all was reversed", hint="Read on."),
    "bug": ZeroDivisionError("division by zero"),
    "stopped": KeyboardInterrupt(),
    "nobody reads": BrokenPipeError(),
}


def end(options: Mapping[str, object]) -> int:
    """Do what the option says: the handler of the operation above."""
    ending = ENDINGS[str(options["ending"])]
    if isinstance(ending, int):
        return ending
    raise ending


def ended(
    ending: str, *, is_json: bool = False, debug: str = ""
) -> tuple[int, str, str]:
    """Run the task; return exit status, standard output, standard error."""
    place = Place(Path("/nowhere"), {"LAUNCHBOOK_DEBUG": debug})
    out, err, status = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            task_of(END, place).body(None, ending=ending, json=is_json)
        except Exit as left:
            status = left.code
    return status, out.getvalue(), err.getvalue()


@pytest.mark.parametrize(
    ("ending", "status"),
    [
        ("done", 0),
        ("pending", 3),
        ("input", 2),
        ("locked", 7),
        ("away", 8),
        ("taken back", 5),
        ("bug", 1),
        ("stopped", INTERRUPTED),
        ("nobody reads", CUT_OFF),
    ],
)
def test_every_ending_has_its_exit_status(ending: str, status: int) -> None:
    assert status == ended(ending)[0]


def test_an_error_shows_its_code_and_the_next_command_on_standard_error() -> None:
    said = "error[input-error]: --limit is wrong\nhint: Give a number.\n"
    assert (2, "", said) == ended("input")


def test_an_error_with_json_is_one_object_on_standard_output() -> None:
    status, out, err = ended("away", is_json=True)
    assert (8, "") == (status, err)
    assert {
        "kind": "error",
        "code": "platform-unavailable",
        "message": "no answer",
        "hint": "Wait.",
        "exit_status": 8,
        "retryable": True,
        "details": {"platform": "railway"},
    } == json.loads(out)


def test_a_bug_is_one_line_and_the_way_to_its_trace() -> None:
    _, out, err = ended("bug")
    first, hint = err.splitlines()
    assert "" == out
    assert "error[internal-error]: ZeroDivisionError: division by zero" == first
    assert "LAUNCHBOOK_DEBUG=1" in hint


def test_the_trace_is_shown_when_it_is_asked_for() -> None:
    assert "Traceback" in ended("bug", debug="1")[2]
    status, out, _ = ended("bug", is_json=True)
    assert ("internal-error", status) == (
        json.loads(out)["code"],
        json.loads(out)["exit_status"],
    )


def test_a_reader_that_left_and_a_person_who_stopped_get_no_complaint() -> None:
    assert ("", "") == ended("nobody reads")[1:]
    assert ("", "") == ended("stopped")[1:]


def test_a_task_takes_its_arguments_by_position_and_has_no_short_flags() -> None:
    task = task_of(END)
    assert ["ending"] == list(task.positional)
    assert [("ending",), ("edge-port",), ("json",)] == [
        argument.names for argument in task.get_arguments()
    ]


def test_the_help_text_shows_examples() -> None:
    assert "End in some way\n\nExamples:\n\n  invoke end done" == task_of(END).__doc__
