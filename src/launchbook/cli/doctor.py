"""``invoke doctor``: whether everything is there for a first run, in one table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from launchbook.app.autodeploy import find_auto_deploys, switch_off
from launchbook.app.doctor import Doctor, State
from launchbook.cli.desk import open_desk
from launchbook.cli.env import open_target
from launchbook.cli.options import read_text
from launchbook.cli.render.table import columns
from launchbook.config.nearest import suggestion
from launchbook.errors import InputError
from launchbook.transport.process import Processes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from launchbook.app import App
    from launchbook.app.doctor import Condition
    from launchbook.cli.desk import Desk

GIT_DEPLOY: Final = "git-deploy"
FIXES: Final = (GIT_DEPLOY,)


def run(options: Mapping[str, object]) -> int:
    """Look, from near to far; with ``--fix`` mend one thing first.

    Returns 0 when nothing failed, 2 when something here must be mended, 8 when
    something at a platform must.
    """
    desk = open_desk(options)
    fix = read_text(options, "fix")
    if fix and fix not in FIXES:
        raise InputError(
            f"there is no fix {fix!r}", hint=suggestion(fix, FIXES, what="fix")
        )
    app = open_target(desk, options, is_read_only=True, needs_sandbox=bool(fix))
    target = app.target
    desk.output.line(f"{target.platforms} platforms, {target.environment}")
    if fix:
        _stop_auto_deploys(desk, app)
    seen = []
    for each in Doctor(app, Processes()).examine():
        desk.output.record({"kind": "condition", **each.as_json()})
        seen.append(each)
    _show(desk, app, seen)
    status = max(each.exit_status for each in seen)
    desk.output.record({"kind": "examined", "exit_status": status})
    return status


def _show(desk: Desk, app: App, seen: Sequence[Condition]) -> None:
    """The table, and what to type next."""
    rows = [(each.name, str(each.state), each.words) for each in seen]
    for line in columns([("what", "state", "found"), *rows]):
        desk.output.line(line)
    failed = [each for each in seen if each.state is State.FAILED]
    warned = [each for each in seen if each.state is State.WARNING]
    count = f"{len(failed)} failed, {len(warned)} to look at, of {len(seen)}"
    desk.output.line(count)
    for each in (*failed, *warned):
        if each.following:
            desk.output.line(f"  {each.name}: {each.following}")
    target = app.target
    if not failed:
        flags = (
            "" if target.platforms == "sandbox" else f" --platforms {target.platforms}"
        )
        command = f"invoke provision.{target.environment} --check{flags}"
        desk.output.line(f"next: {command}")


def _stop_auto_deploys(desk: Desk, app: App) -> None:
    """Take away what the platforms deploy by themselves, after asking."""
    found = list(find_auto_deploys(app))
    for each in found:
        desk.output.line(f"  - {each.words}")
    if not found:
        desk.output.line("no platform deploys by itself")
        return
    desk.confirm(f"Take away {len(found)} of them? What runs goes on.")
    for each in found:
        switch_off(app, each)
        desk.output.record(
            {"kind": "auto-deploy-stopped", "platform": each.platform,
             "target": each.target}
        )  # fmt: skip
    left = list(find_auto_deploys(app))
    if left:
        names = ", ".join(each.target for each in left)
        raise InputError(
            f"a platform still deploys by itself: {names}",
            hint="Disconnect the repository in the platform's dashboard, then run "
            "`invoke doctor` again.",
        )
    desk.output.line(f"{len(found)} taken away; looked again, and none is left")
