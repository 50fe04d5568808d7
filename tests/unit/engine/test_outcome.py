"""Exit statuses: what was written decides together with the error."""

from __future__ import annotations

import pytest

from launchbook.engine.outcome import concluded, exit_status_of
from launchbook.errors import (
    BuildFailed,
    DatabaseUnavailable,
    GateFailed,
    InputError,
    LaunchbookError,
    LeaseLost,
    LedgerUnwritable,
    RateLimited,
    Rejected,
    RunTakenBack,
    Unavailable,
    UnsafePlan,
)

NOTHING: tuple[str, ...] = ()
SOME = ("house",)


@pytest.mark.parametrize(
    ("kind", "stands", "taken_back", "status"),
    [
        (InputError, NOTHING, NOTHING, 2),
        (Rejected, NOTHING, NOTHING, 8),
        (UnsafePlan, NOTHING, NOTHING, 4),
        (GateFailed, NOTHING, NOTHING, 4),
        (BuildFailed, NOTHING, NOTHING, 6),
        (LedgerUnwritable, NOTHING, NOTHING, 9),
        (InputError, SOME, NOTHING, 6),
        (Rejected, SOME, NOTHING, 6),
        (UnsafePlan, SOME, NOTHING, 6),
        (BuildFailed, SOME, NOTHING, 6),
        (Unavailable, SOME, NOTHING, 8),
        (RateLimited, SOME, NOTHING, 8),
        (DatabaseUnavailable, SOME, NOTHING, 8),
        (LeaseLost, SOME, NOTHING, 7),
        (LedgerUnwritable, SOME, NOTHING, 9),
        (Rejected, NOTHING, SOME, 5),
        (Unavailable, NOTHING, SOME, 5),
        (Rejected, SOME, SOME, 6),
    ],
)
def test_the_exit_status_of_a_failed_run(
    kind: type[LaunchbookError],
    stands: tuple[str, ...],
    taken_back: tuple[str, ...],
    status: int,
) -> None:
    error = kind("it went wrong", hint="Look.")
    assert status == exit_status_of(error, stands=stands, taken_back=taken_back)
    final = concluded(error, stands=stands, taken_back=taken_back)
    assert status == final.exit_status
    if status != 5:
        assert kind.code == final.code


def test_a_run_that_was_taken_back_keeps_its_cause() -> None:
    error = BuildFailed("no", hint="Mend it.", details={"log": ["line"]})
    final = concluded(error, stands=(), taken_back=SOME)
    assert isinstance(final, RunTakenBack)
    assert error is final.__cause__
    assert ["line"] == final.details["log"]
    assert "build-failed" in repr(final.details["cause"])


def test_an_exit_status_that_was_raised_is_this_errors_alone() -> None:
    concluded(Rejected("no", hint="Ask."), stands=SOME, taken_back=())
    assert 8 == Rejected("no", hint="Ask.").exit_status
