"""The live picture: what runs now, for how long, and what is done."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Final, Self

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from launchbook.cli.render.progress import (
    DONE_WORDS,
    NAME_WIDTH,
    QUIET,
    is_note,
    summary_of_plan,
)
from launchbook.clock import SystemClock
from launchbook.model.event import Event, EventKind

if TYPE_CHECKING:
    from datetime import datetime

    from launchbook.cli.output import Output

STYLES: Final = {
    EventKind.STEP_CHANGED: ("✓", "green"),
    EventKind.STEP_UNCHANGED: ("·", "dim"),
    EventKind.STEP_WAITING: ("…", "yellow"),
    EventKind.STEP_FAILED: ("✗", "bold red"),
    EventKind.STEP_COMPENSATED: ("↩", "yellow"),
    EventKind.STEP_SKIPPED: ("-", "dim"),
}
FRAMES_A_SECOND: Final = 8
SECONDS_WIDTH: Final = 6


class LiveProgress(AbstractContextManager["LiveProgress"]):
    """Finished steps scroll by above a table of the steps that run.

    Args:
        output: Where to draw; its stream is a terminal.
        is_verbose: Show unchanged steps too.
        total: How many steps the run has.
    """

    def __init__(self, output: Output, *, is_verbose: bool, total: int) -> None:
        self._output = output
        self._is_verbose = is_verbose
        self._running: dict[str, tuple[datetime, str]] = {}
        self._done = 0
        self._total = total
        self._clock = SystemClock()
        self._console = Console(file=output.stream, highlight=False)
        self._live = Live(
            get_renderable=self._draw,
            console=self._console,
            refresh_per_second=FRAMES_A_SECOND,
            transient=True,
        )

    def __enter__(self) -> Self:
        """Start drawing."""
        self._live.start()
        return self

    def __exit__(self, *details: object) -> None:
        """Stop drawing; the finished lines stay."""
        self._live.stop()

    def __call__(self, event: Event) -> None:
        """Take note of one event."""
        if event.kind is EventKind.PLAN_READY:
            for line in summary_of_plan(event.data, is_verbose=self._is_verbose):
                self._console.print(Text(self._output.clean(line)))
        elif is_note(event):
            self._console.print(
                Text(self._output.clean(f"{event.step} {event.message}"))
            )
        elif event.kind in {EventKind.STEP_STARTED, EventKind.STEP_PROGRESS}:
            began = self._running.get(event.step, (event.at, ""))[0]
            self._running[event.step] = (began, self._output.clean(event.message))
        elif event.kind in DONE_WORDS:
            self._finish(event)

    def _finish(self, event: Event) -> None:
        """Move a step from the table to the lines above."""
        began = self._running.pop(event.step, (event.at, ""))[0]
        self._done += 1
        if event.kind in QUIET and not self._is_verbose:
            return
        # Printing draws the table as it was drawn last; it must not show the step.
        self._live.refresh()
        sign, style = STYLES[event.kind]
        seconds = (event.at - began).total_seconds()
        message = self._output.clean(event.message)
        name = f"{event.step:<{NAME_WIDTH}}"
        line = Text(f"{sign} {name} {seconds:5.1f}s  {message}".rstrip(), style=style)
        self._console.print(line)

    def _draw(self) -> Table:
        """The table of what runs now."""
        table = Table.grid(padding=(0, 1))
        table.add_column(width=1)
        table.add_column(min_width=NAME_WIDTH)
        table.add_column(justify="right", min_width=SECONDS_WIDTH)
        table.add_column()
        now = self._clock.now()
        for step, (began, message) in list(self._running.items()):
            seconds = (now - began).total_seconds()
            elapsed = f"{seconds:.0f}s"
            table.add_row("▸", step, elapsed, Text(message, style="dim"))
        done = f"{self._done} of {self._total} steps"
        table.add_row("", Text(done, style="dim"))
        return table
