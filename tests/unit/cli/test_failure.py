from __future__ import annotations

import json
from pathlib import Path

import pytest

from launchbook.cli.failure import evidence_lines, report, show
from launchbook.cli.place import OPTION, Place
from launchbook.errors import DeploymentFailed, InputError, MissingSecret
from tests.support.terminal import screens

HINT = "Type something else."


def place(**environ: str) -> dict[str, object]:
    return {OPTION: Place(Path("/nowhere"), environ)}


def fault() -> Exception:
    """Return a bug that was raised, so that it has a trace."""
    try:
        raise ZeroDivisionError("division by zero")
    except ZeroDivisionError as error:
        return error


def test_a_known_error_shows_code_message_and_hint(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert 2 == report(InputError("a flag is wrong", hint=HINT), place())
    assert ("", f"error[input-error]: a flag is wrong\nhint: {HINT}\n") == (
        capsys.readouterr()
    )


def test_an_error_ends_with_the_status_that_the_engine_gave_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    error = DeploymentFailed("it did not start", hint=HINT)
    error.exit_status = 6
    assert 6 == report(error, place())
    assert "error[deployment-failed]" in capsys.readouterr().err


def test_evidence_stands_between_message_and_hint() -> None:
    given = screens()
    details = {"log": ["starting", "KeyError: 'PORT'"], "deployment": "d-1"}
    show(DeploymentFailed("it failed", hint=HINT, details=details), given.output)
    assert [
        "error[deployment-failed]: it failed",
        "  | starting",
        "  | KeyError: 'PORT'",
        f"hint: {HINT}",
    ] == given.err.lines


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        ({"problems": ("one", "two")}, ["one", "two"]),
        ({"stands": [1]}, ["1"]),
        ({"log": "not a list"}, []),
        ({"log": ["first"], "problems": ["second"]}, ["first"]),
        ({}, []),
    ],
)
def test_evidence_is_the_first_list_that_an_error_carries(
    details: dict[str, object], expected: list[str]
) -> None:
    assert expected == evidence_lines(
        MissingSecret("two are missing", hint=HINT, details=details)
    )


def test_with_json_an_error_is_one_object_on_standard_output() -> None:
    given = screens(is_json=True)
    show(InputError("wrong", hint=HINT, details={"flag": "out"}), given.output)
    assert "" == given.err.getvalue()
    assert {
        "kind": "error",
        "code": "input-error",
        "message": "wrong",
        "hint": HINT,
        "exit_status": 2,
        "retryable": False,
        "details": {"flag": "out"},
    } == json.loads(given.out.getvalue())


def test_a_bug_shows_no_traceback_and_says_how_to_get_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert 1 == report(fault(), place())
    out, err = capsys.readouterr()
    assert "" == out
    assert [
        "error[internal-error]: ZeroDivisionError: division by zero",
        "hint: Run the same command with LAUNCHBOOK_DEBUG=1 to see where it happened.",
    ] == err.splitlines()


def test_a_bug_shows_its_traceback_when_that_was_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert 1 == report(fault(), place(LAUNCHBOOK_DEBUG="1"))
    lines = capsys.readouterr().err.splitlines()
    assert "Traceback (most recent call last):" in lines
    assert "ZeroDivisionError: division by zero" == lines[-1]


def test_a_bug_with_json_is_an_object_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert 1 == report(fault(), {**place(), "json": True})
    out, err = capsys.readouterr()
    record = json.loads(out)
    assert ("error", "internal-error", 1) == (
        record["kind"],
        record["code"],
        record["exit_status"],
    )
    assert "" == err
