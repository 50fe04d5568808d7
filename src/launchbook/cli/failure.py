"""What a person sees when something failed, and the exit status it gets."""

from __future__ import annotations

import os
import traceback
from typing import TYPE_CHECKING, Final

from launchbook.cli.output import Output, output_of
from launchbook.cli.place import OPTION, Place
from launchbook.errors import LaunchbookError

if TYPE_CHECKING:
    from collections.abc import Mapping

DEBUG_VARIABLE: Final = "LAUNCHBOOK_DEBUG"
BUG: Final = 1
"""Exit status of a bug, as for a usage error that Invoke finds."""


def report(error: Exception, options: Mapping[str, object]) -> int:
    """Show an error once, and return its exit status."""
    output = output_of(options)
    if isinstance(error, LaunchbookError):
        show(error, output)
        return error.exit_status
    place = options.get(OPTION)
    environ = place.environ if isinstance(place, Place) else os.environ
    is_traced = bool(environ.get(DEBUG_VARIABLE))
    return _report_bug(error, output, is_traced=is_traced)


def show(error: LaunchbookError, output: Output) -> None:
    """Write code, message, evidence and hint; as an event with ``--json``."""
    if output.is_json:
        output.record({"kind": "error", **error.as_event()})
        return
    output.complaint(f"error[{error.code}]: {error.message}")
    for line in evidence_lines(error):
        output.complaint(f"  | {line}")
    output.complaint(f"hint: {error.hint}")


def evidence_lines(error: LaunchbookError) -> list[str]:
    """The last lines of a real log, or a list of problems, when there is one."""
    for key in ("log", "problems", "stands"):
        found = error.details.get(key)
        if isinstance(found, list | tuple):
            return [str(line) for line in found]
    return []


def _report_bug(error: Exception, output: Output, *, is_traced: bool) -> int:
    """Say that it is our fault; the trace only when it is asked for."""
    summary = f"{type(error).__name__}: {error}"
    hint = f"Run the same command with {DEBUG_VARIABLE}=1 to see where it happened."
    if output.is_json:
        fault = {"code": "internal-error", "message": summary, "hint": hint}
        output.record({"kind": "error", **fault, "exit_status": BUG})
    else:
        output.complaint(f"error[internal-error]: {summary}")
        output.complaint(f"hint: {hint}")
    if is_traced:
        for text in traceback.format_exception(error):
            output.complaint(text.rstrip())
    return BUG
