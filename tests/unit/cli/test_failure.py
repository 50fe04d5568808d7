from __future__ import annotations

import json

import pytest

from launchbook.cli.failure import evidence_lines, report, show
from launchbook.errors import DeploymentFailed, InputError, MissingSecret
from tests.support.screen import screen

HINT = "Type something else."


def test_an_error_ends_with_the_status_that_the_engine_gave_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    error = DeploymentFailed("it did not start", hint=HINT)
    error.exit_status = 6
    assert 6 == report(error, {})
    assert "error[deployment-failed]" in capsys.readouterr().err


def test_evidence_stands_between_message_and_hint() -> None:
    given = screen()
    details = {"log": ["starting", "KeyError: 'PORT'"], "deployment": "d-1"}
    show(DeploymentFailed("it failed", hint=HINT, details=details), given.output)
    assert [
        "error[deployment-failed]: it failed",
        "  | starting",
        "  | KeyError: 'PORT'",
        f"hint: {HINT}",
    ] == given.complaints


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
    given = screen(is_json=True)
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


def test_a_bug_with_json_is_an_object_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert 1 == report(ZeroDivisionError("division by zero"), {"json": True})
    out, err = capsys.readouterr()
    record = json.loads(out)
    assert ("error", "internal-error", 1) == (
        record["kind"],
        record["code"],
        record["exit_status"],
    )
    assert "" == err
