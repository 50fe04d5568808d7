"""The live picture: what runs now, for how long, and what is done."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Final, Self

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from launchbook.cli.render.progress import DONE_WORDS, QUIET, is_note, summary_of_plan
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


class LiveProgress(AbstractContextManager["LiveProgress"]):
    """Finished steps scroll by above a table of the steps that run.

    Args:
        output: Where to draw; its stream is a terminal.
        is_verbose: Show unchanged steps too.
    """

    def __init__(self, output: Output, *, is_verbose: bool) -> None:
        self._output = output
        self._is_verbose = is_verbose
        self._running: dict[str, tuple[datetime, str]] = {}
        self._done = 0
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
        sign, style = STYLES[event.kind]
        seconds = (event.at - began).total_seconds()
        message = self._output.clean(event.message)
        line = Text(f"{sign} {event.step:<22} {seconds:5.1f}s  {message}", style=style)
        self._console.print(line)

    def _draw(self) -> Table:
        """The table of what runs now."""
        table = Table.grid(padding=(0, 2))
        now = self._clock.now()
        for step, (began, message) in list(self._running.items()):
            seconds = (now - began).total_seconds()
            table.add_row("▸", step, f"{seconds:.0f}s", Text(message, style="dim"))
        table.add_row("", Text(f"{self._done} done", style="dim"))
        return table
