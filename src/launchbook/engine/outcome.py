"""Which exit status a failed run has: what was written decides with the error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from launchbook.errors import (
    GateError,
    LaunchbookError,
    LedgerError,
    ProviderError,
    RunError,
    RunTakenBack,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


def exit_status_of(
    error: LaunchbookError, *, stands: Sequence[str], taken_back: Sequence[str]
) -> int:
    """Return the exit status of a failed run (architecture, section 8).

    Args:
        error: What went wrong.
        stands: What this run wrote and what is still there.
        taken_back: What this run wrote and reversed.
    """
    if not stands and not taken_back:
        return error.exit_status
    if not stands:
        return RunTakenBack.exit_status
    # What stands before a gate stands on purpose, and nothing is broken.
    if is_resumable(error) or isinstance(error, LedgerError | GateError):
        return error.exit_status
    return RunError.exit_status


def is_resumable(error: LaunchbookError) -> bool:
    """Whether nobody has to mend anything: the same command simply goes on."""
    return error.retryable and isinstance(error, ProviderError | LedgerError)


def concluded(
    error: LaunchbookError, *, stands: Sequence[str], taken_back: Sequence[str]
) -> LaunchbookError:
    """Return the error of a run, with its exit status and what stands.

    A run that took everything back gets an error of its own, with the cause in
    it; otherwise it is the step's error, which keeps its code.
    """
    status = exit_status_of(error, stands=stands, taken_back=taken_back)
    if status == RunTakenBack.exit_status and taken_back:
        return _taken_back(error, taken_back)
    error.exit_status = status
    if stands:
        error.details["stands"] = list(stands)
    if taken_back:
        error.details["taken_back"] = list(taken_back)
    if stands and is_resumable(error):
        error.hint = f"{error.hint} The same command continues where this one stopped."
    return error


def _taken_back(error: LaunchbookError, taken_back: Sequence[str]) -> RunTakenBack:
    details = {**error.details, "cause": error.as_event(), "taken_back": [*taken_back]}
    failure = RunTakenBack(
        f"{error.message}; all that this run changed was taken back",
        hint=error.hint,
        details=details,
    )
    failure.__cause__ = error
    return failure
