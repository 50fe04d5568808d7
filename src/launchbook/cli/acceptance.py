"""``invoke verify.acceptance``: the scenarios of the requirements in one table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from launchbook.app.acceptance import Acceptance
from launchbook.cli.desk import open_desk
from launchbook.cli.operation import INTERRUPTED
from launchbook.cli.options import read_switch
from launchbook.cli.provision import open_app
from launchbook.cli.verify import Progress, confirm_load, show
from launchbook.load.report import Report

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.load.figure import Figure


def acceptance(options: Mapping[str, object]) -> int:
    """Measure what can be measured; 4 unless every figure passes."""
    desk = open_desk(options)
    app = open_app(desk, options)
    is_full = read_switch(options, "full")
    confirm_load(desk, app)
    run = Acceptance(app, desk.home, is_full, desk.output.line, Progress(desk))
    figures: list[Figure] = []
    status = 0
    try:
        # One by one: what was measured stays when somebody interrupts.
        figures.extend(run.figures())
    except KeyboardInterrupt:
        desk.output.line("interrupted; measured so far:")
        status = INTERRUPTED
    form = "in full" if is_full else "short form: add --full for all users and minutes"
    report = Report(
        kind="acceptance",
        environment=app.target.environment,
        platforms=app.target.platforms,
        at=desk.clock.now(),
        figures=tuple(figures),
        conditions={"load_and_pages": form},
        is_whole=is_full and not status,
    )
    shown = show(desk, report)
    return status or shown
