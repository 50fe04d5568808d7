"""Which progress fits where the output goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from launchbook.cli.render.progress import JsonProgress, PlainProgress, Progress

if TYPE_CHECKING:
    from launchbook.cli.output import Output


def progress_for(output: Output, *, is_verbose: bool, total: int) -> Progress:
    """Return JSON lines, a live picture on a terminal, or plain lines.

    Args:
        output: Where they go.
        is_verbose: Show every step.
        total: How many steps the run has.
    """
    if output.is_json:
        return JsonProgress(output)
    if output.is_live:
        from launchbook.cli.render.live import LiveProgress

        return LiveProgress(output, is_verbose=is_verbose, total=total)
    return PlainProgress(output, is_verbose=is_verbose)
