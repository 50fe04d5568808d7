"""``invoke release.ENVIRONMENT``: a new version, taken back by itself when it is bad."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from launchbook.app.register import STEPS
from launchbook.app.release import RELEASE, departing, open_aftermath, open_shelf
from launchbook.cli.desk import open_desk
from launchbook.cli.failure import show
from launchbook.cli.options import read_switch
from launchbook.cli.provision import (
    carry_out,
    check,
    headline,
    open_app,
    refuse_contradictions,
    tell,
    warn,
)
from launchbook.cli.render.capsule import surface_lines
from launchbook.cli.returning import Return, bring_back, look_back
from launchbook.cli.turn import turn
from launchbook.config.playbook import load_playbook
from launchbook.config.workspace import SANDBOX, Workspace
from launchbook.engine.outcome import is_resumable
from launchbook.errors import GateError, GateFailed, ReleaseMixed, RunTakenBack
from launchbook.model.release import Served

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.app import App
    from launchbook.cli.desk import Desk
    from launchbook.cli.returning import Returned, View
    from launchbook.engine.result import RunResult
    from launchbook.errors import LaunchbookError
    from launchbook.model.playbook import Playbook
    from launchbook.model.release import Capsule


MOVING: Final = frozenset({"railway.deployment", "vercel.promotion"})
"""Steps after which something else may serve."""


def run(options: Mapping[str, object]) -> int:
    """Plan with ``--check``; otherwise release, and go back when it fails.

    Returns 0 when every surface serves the release and it stayed well.

    Raises:
        GateFailed: The environment was never provisioned.
    """
    desk = open_desk(options)
    refuse_contradictions(options)
    playbook = load_playbook(Workspace(desk.root, desk.home), RELEASE, steps=STEPS)
    app = open_app(desk, options)
    desk.output.line(headline(app, playbook))
    app.check_variables(playbook)
    if read_switch(options, "check"):
        return check(desk, departing(app, open_shelf(app)), playbook, options)
    _served_before(app)
    if app.target.platforms != SANDBOX:
        warn(desk, app, playbook)
        desk.confirm(f"Release to the {app.target.platforms} platforms?")
    with turn(desk, app, RELEASE, options):
        return _release(desk, app, playbook, options)


def _release(
    desk: Desk, app: App, playbook: Playbook, options: Mapping[str, object]
) -> int:
    """Release once it is our turn: what serves now is what those before us left."""
    app = departing(app, open_shelf(app))
    before = _served_before(app)
    result = carry_out(desk, app, playbook, options)
    if result.error is None or result.is_interrupted:
        status = tell(desk, app, playbook, result)
        if not status:
            _tell_release(desk, app)
        return status
    return _conclude(desk, app, before, result, result.error)


def _served_before(app: App) -> Capsule:
    """What served before, which is what a bad release goes back to."""
    newest = open_shelf(app).newest
    if newest is not None:
        return newest
    environment = app.target.environment
    raise GateFailed(
        f"{environment} was never provisioned, so there is nothing to go back to",
        hint=f"Type `invoke provision.{environment}` first; it makes the first release.",
    )


def _tell_release(desk: Desk, app: App) -> None:
    """The capsule, in one line."""
    newest = open_shelf(app).newest
    if newest is None:
        return
    reused = [each.name for each in newest.surfaces if each.is_reused]
    desk.output.record({"kind": "released", "release": newest.id, "served": "NEW"})
    for line in surface_lines(newest):
        desk.output.line(line)
    words = f"; not built again: {', '.join(reused)}" if reused else ""
    desk.output.line(f"released {newest.id}, commit {newest.commit[:12]}{words}")


def _conclude(
    desk: Desk, app: App, before: Capsule, result: RunResult, error: LaunchbookError
) -> int:
    """Go back unless what served before still serves; say what serves then."""
    new = {
        name: str(result.outputs[name]["identity"])
        for name in before.identities
        if "identity" in result.outputs.get(name, {})
    }
    view = look_back(app, before, new)
    if view.served is Served.OLD or _is_untouched(app, before, view, result):
        _tell_unread(desk, error, view)
        return _still_old(desk, app, before, error, result)
    desk.output.line(f"failed: {error.message}")
    desk.output.line(f"taking it back: {before.id} is served again")
    # What this run wrote does not stand any more, or is told surface by surface.
    error.details.pop("stands", None)
    reason = f"the release of this commit failed: {error.code}"
    why = Return(f"failed after {before.id}", reason, new)
    back = bring_back(desk, app, before, why)
    if back.served is Served.NEW:
        return _not_taken_back(desk, error, back)
    if back.served is Served.OLD:
        stored = _tell_stored(desk, app, before)
        return _fail(
            desk,
            RunTakenBack(
                f"{error.message}; {before.id} serves again, after "
                f"{back.seconds:.1f} s, availability {back.percent:.2f} %",
                hint=error.hint,
                details={**error.details, **stored, "served": "OLD", **back.as_json()},
            ),
        )
    lines = back.view.lines(before.identities, new)
    if back.result.error is not None:
        desk.output.line(f"failed: {back.result.error.message}")
    return _fail(
        desk,
        ReleaseMixed(
            f"MIXED: {before.id} could not be brought back everywhere",
            hint=f"Type `invoke rollback.{before.environment} --to {before.id} "
            '--reason "..."`; what is right already is left alone.',
            details={"problems": lines, "served": "MIXED", **back.as_json()},
        ),
    )


def _is_untouched(app: App, before: Capsule, view: View, result: RunResult) -> bool:
    """Whether nothing can have moved, though not everything can be read now.

    This run did not begin with anything that takes traffic, and what can be read is as
    before: a network that died is no reason to move what serves.
    """
    begun = {*result.changed, *result.failed, *result.waiting}
    entries = load_playbook(app.workspace, RELEASE, steps=STEPS).all_entries
    if view.coming or any(x.uses in MOVING and x.id in begun for x in entries):
        return False
    hidden = {each.name for each in before.surfaces if not each.url}
    return all(
        each.identity == before.identities[name]
        or (not each.identity and name in hidden)
        for name, each in view.sight.items()
    )


def _tell_unread(desk: Desk, error: LaunchbookError, view: View) -> None:
    """Say of what is said to be as before only because nothing touched it."""
    unread = {n: each.problem for n, each in view.sight.items() if each.problem}
    for name, problem in unread.items():
        desk.output.line(f"{name} was not touched, and could not be read: {problem}")
    if view.unasked:
        desk.output.line(f"whether anything is on its way is unknown: {view.unasked}")
        unread["coming"] = view.unasked
    if unread:
        error.details["unread"] = unread


def _still_old(
    desk: Desk, app: App, before: Capsule, error: LaunchbookError, result: RunResult
) -> int:
    """Nothing took the traffic: what served before was never touched."""
    desk.output.record({"kind": "served", "served": "OLD", "release": before.id})
    if isinstance(error, GateError) and not result.changed:
        return _fail(desk, error)
    if not is_resumable(error):
        error.exit_status = RunTakenBack.exit_status
    desk.output.line(f"{before.id} serves as before")
    error.details.update(_tell_stored(desk, app, before), served="OLD")
    return _fail(desk, error)


def _not_taken_back(desk: Desk, error: LaunchbookError, back: Returned) -> int:
    """The release is bad, and no part of it could be taken back."""
    why = back.result.error.message if back.result.error else "it was interrupted"
    desk.output.line(
        f"NEW: this release serves everywhere; it was not taken back: {why}"
    )
    error.exit_status = ReleaseMixed.exit_status
    error.details.update(served="NEW", **back.as_json())
    return _fail(desk, error)


def _tell_stored(desk: Desk, app: App, before: Capsule) -> dict[str, object]:
    """Say which variables are stored that what serves was not started with.

    They are left: the same command writes them anyway, and nothing reads them before
    the next deployment.
    """
    stored = open_aftermath(app).stored(before.surfaces)
    for name, variables in stored.items():
        desk.output.line(
            f"stored for the next deployment of {name}, and not what serves: "
            f"{', '.join(variables)}"
        )
    return {"stored": stored} if stored else {}


def _fail(desk: Desk, error: LaunchbookError) -> int:
    show(error, desk.output)
    return error.exit_status
