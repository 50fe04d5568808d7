"""``invoke live.smoke``: throwaway things on the platforms, made and destroyed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from launchbook.cli.desk import open_desk
from launchbook.cli.failure import show
from launchbook.cli.options import read_names, read_switch
from launchbook.cli.provision import open_app
from launchbook.cli.render.choice import progress_for
from launchbook.config.nearest import suggestion
from launchbook.config.workspace import SANDBOX
from launchbook.errors import FileMissing, InputError
from launchbook.ledger.identifier import new_id
from launchbook.testing.exercise import PAGE, shrunk
from launchbook.testing.smoke import (
    PLATFORMS,
    PREFIX,
    Smoke,
    SmokeResult,
    left_behind,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.app import App
    from launchbook.cli.desk import Desk

ID_LENGTH: Final = 8
"""Of the run's id, its end: random enough for names, short enough to read aloud."""


def smoke(options: Mapping[str, object]) -> int:
    """Make, look again, destroy; or with ``--sweep`` destroy what is left."""
    desk = open_desk(options)
    app = open_app(desk, options)
    only = _only(options)
    desk.output.line(f"{app.target.platforms} platforms: smoke")
    if read_switch(options, "sweep"):
        return _sweep(desk, app, options)
    page = _page(desk, app) if read_switch(options, "write_docs") else ""
    if found := left_behind(app):
        desk.output.line(
            f"{len(found)} smoke runs left things behind: {', '.join(found)}; "
            f"`{_sweep_command(app)}` destroys them"
        )
    run = new_id(desk.clock.now())[-ID_LENGTH:]
    tried = ", ".join(each for each in PLATFORMS if not only or each in only)
    desk.output.line(f"everything is named {PREFIX}{run}, on {tried}, and destroyed")
    if app.target.platforms != SANDBOX:
        desk.confirm("Make it? Platforms may charge for the minutes.")
    return _smoke(desk, Smoke.prepare(app, run, only), options, page)


def _smoke(
    desk: Desk, smoke_run: Smoke, options: Mapping[str, object], page: str
) -> int:
    """Make and destroy; the second also after a failure or an interruption."""
    entries = smoke_run.entries
    is_verbose = read_switch(options, "verbose")
    with progress_for(
        desk.output, is_verbose=is_verbose, total=2 * len(entries)
    ) as progress:
        first, second = smoke_run.make(progress)
    try:
        with progress_for(desk.output, is_verbose=is_verbose, total=0) as progress:
            end = smoke_run.destroy(progress)
    except KeyboardInterrupt:
        desk.output.line(f"interrupted: not everything of {smoke_run.run} is gone")
        desk.output.line(f"next: {_sweep_command(smoke_run.app)}")
        raise
    used = {entry.id: entry.uses for entry in entries}
    result = SmokeResult(smoke_run.run, first, second, end, used)
    for error in result.errors:
        show(error, desk.output)
    path = smoke_run.keep_report(result)
    _tell(desk, result, _sweep_command(smoke_run.app))
    shown = smoke_run.app.workspace.shown(path)
    desk.output.line(f"report: {shown}")
    if page:
        day = desk.clock.now().date().isoformat()
        (desk.root / PAGE).write_text(
            shrunk(page, result.exercise(day)), encoding="utf-8"
        )
        desk.output.line(f"took what passed off {PAGE}")
    desk.output.record(
        {
            "kind": "smoked",
            "run": result.run,
            "passed": sorted(result.passed),
            "failed": sorted(frozenset(used.values()) - result.passed),
            "destroyed": list(end.destroyed),
            "report": shown,
            "exit_status": result.exit_status,
        }
    )
    return result.exit_status


def _tell(desk: Desk, result: SmokeResult, sweep: str) -> None:
    """What passed, what did not, and what is left."""
    steps = frozenset(result.used.values())
    desk.output.line(
        f"{len(result.passed)} of {len(steps)} kinds of steps passed twice"
    )
    if result.second is not None and result.second.changed:
        changed = ", ".join(result.second.changed)
        desk.output.line(f"not the same the second time: {changed}")
    if failed := sorted(steps - result.passed):
        desk.output.line(f"not passed: {', '.join(failed)}")
    if result.end.error is None:
        desk.output.line(
            f"{len(result.end.destroyed)} destroyed; every platform was asked again "
            "and lists none of them"
        )
    else:
        desk.output.line(f"next: {sweep}")


def _sweep_command(app: App) -> str:
    """What destroys the rest."""
    return f"invoke live.smoke --sweep --platforms {app.target.platforms}"


def _sweep(desk: Desk, app: App, options: Mapping[str, object]) -> int:
    """Destroy what killed runs left behind."""
    found = left_behind(app)
    if not found:
        desk.output.line("no smoke run left anything behind")
        return 0
    if app.target.platforms != SANDBOX:
        desk.confirm(f"Destroy what is left of {', '.join(found)}?")
    status = 0
    for run in found:
        is_verbose = read_switch(options, "verbose")
        own = open_app(desk, options)
        with progress_for(desk.output, is_verbose=is_verbose, total=0) as progress:
            end = Smoke.prepare(own, run).destroy(progress)
        if end.error is not None:
            show(end.error, desk.output)
        desk.output.line(f"{run}: {len(end.destroyed)} destroyed")
        desk.output.record(
            {"kind": "swept", "run": run, "destroyed": list(end.destroyed)}
        )
        status = status or end.exit_status
    return status


def _only(options: Mapping[str, object]) -> tuple[str, ...]:
    """The platforms that are meant; all when none is named."""
    only = read_names(options, "only")
    for name in only:
        if name not in PLATFORMS:
            raise InputError(
                f"a smoke run does not know the platform {name!r}",
                hint=suggestion(name, PLATFORMS, what="platform"),
            )
    return only


def _page(desk: Desk, app: App) -> str:
    """The page that shall shrink.

    Raises:
        InputError: What was seen on these platforms says nothing of live ones.
        FileMissing: There is no page.
    """
    platform = app.inventory.platform(app.target.platforms).mapping()
    if platform.get("is_local") is True:
        raise InputError(
            f"the {app.target.platforms} platforms are on this machine, and prove "
            "nothing of live ones",
            hint="Leave --write-docs out, or aim at live platforms.",
        )
    path = desk.root / PAGE
    if not path.is_file():
        raise FileMissing(
            f"there is no {PAGE} in {desk.root}",
            hint="Leave --write-docs out; the report under reports/ counts as well.",
        )
    return path.read_text(encoding="utf-8")
