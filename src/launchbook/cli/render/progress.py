"""Events while a run goes on: plain lines, a live picture, or JSON lines.

All three are listeners of the engine's events. The plain form is what a log of a
CI job shows; the live form needs a terminal; the JSON form is for programs.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Final, Protocol

from launchbook.cli.render.plan import count_line, plan_lines
from launchbook.model.event import Event, EventKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from launchbook.cli.output import Output

DONE_WORDS: Final = {
    EventKind.STEP_UNCHANGED: "unchanged",
    EventKind.STEP_CHANGED: "changed",
    EventKind.STEP_DIFFERS: "differs",
    EventKind.STEP_WAITING: "waiting",
    EventKind.STEP_FAILED: "failed",
    EventKind.STEP_COMPENSATED: "taken back",
    EventKind.STEP_SKIPPED: "skipped",
}
QUIET: Final = frozenset({EventKind.STEP_UNCHANGED, EventKind.STEP_SKIPPED})
NAME_WIDTH: Final = 22


class Progress(AbstractContextManager["Progress"], Protocol):
    """A listener that may draw while it is open."""

    def __call__(self, event: Event) -> None:
        """Take note of one event."""
        ...


class JsonProgress(AbstractContextManager["JsonProgress"]):
    """One event a line."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def __call__(self, event: Event) -> None:
        """Write the event."""
        self._output.record(event_record(event))

    def __exit__(self, *details: object) -> None:
        """Nothing to close."""


class PlainProgress(AbstractContextManager["PlainProgress"]):
    """One line a step, written when it ends.

    Args:
        output: Where to write.
        is_verbose: Show unchanged steps and every progress message too.
    """

    def __init__(self, output: Output, *, is_verbose: bool) -> None:
        self._output = output
        self._is_verbose = is_verbose
        self._started_at: datetime | None = None

    def __call__(self, event: Event) -> None:
        """Write a line when the event deserves one."""
        self._started_at = self._started_at or event.at
        if event.kind is EventKind.PLAN_READY:
            for line in summary_of_plan(event.data, is_verbose=self._is_verbose):
                self._output.line(line)
        elif is_note(event) or (
            event.kind is EventKind.STEP_PROGRESS and self._is_verbose
        ):
            self._output.line(self._format(event, "…"))
        elif self._is_shown(event):
            self._output.line(self._format(event, DONE_WORDS[event.kind]))

    def __exit__(self, *details: object) -> None:
        """Nothing to close."""

    def _is_shown(self, event: Event) -> bool:
        """Unchanged and skipped steps are many; the summary counts them."""
        is_quiet = event.kind in QUIET and not self._is_verbose
        return event.kind in DONE_WORDS and not is_quiet

    def _format(self, event: Event, word: str) -> str:
        """One line: elapsed time, what happened, step, message."""
        elapsed = (
            (event.at - self._started_at).total_seconds() if self._started_at else 0
        )
        message = f"  {event.message}" if event.message else ""
        return f"  {elapsed:6.1f}s  {word:<10} {event.step:<{NAME_WIDTH}}{message}".rstrip()


def is_note(event: Event) -> bool:
    """Whether a person must see this: a lock taken over, a killed run continued.

    Steps mark what they must say, as whether the way back is open.
    """
    is_about_run = event.kind is EventKind.RUN_STARTED and bool(event.message)
    is_marked = bool({"resumed", "is_note"} & event.data.keys())
    return is_about_run or (event.kind is EventKind.STEP_PROGRESS and is_marked)


def summary_of_plan(data: Mapping[str, object], *, is_verbose: bool) -> list[str]:
    """Return the plan in one line, or line by line when asked for."""
    changes = data.get("changes")
    listed = list(changes) if isinstance(changes, list | tuple) else []
    return (
        list(plan_lines(listed, is_verbose=True))
        if is_verbose
        else [count_line(listed)]
    )


def event_record(event: Event) -> dict[str, object]:
    """Return an event as one JSON object; empty parts are left out."""
    record: dict[str, object] = {
        "kind": str(event.kind),
        "at": event.at.isoformat(),
        "run": event.run,
    }
    if event.step:
        record["step"] = event.step
    if event.message:
        record["message"] = event.message
    return {**record, **event.data}
