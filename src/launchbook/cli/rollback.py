"""``invoke rollback.ENVIRONMENT``: a release of the past serves again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from launchbook.app.register import STEPS
from launchbook.app.release import (
    ROLLBACK,
    asked_for,
    composed,
    learn_values,
    open_shelf,
    returning,
)
from launchbook.app.signing import is_as_signed, verifier_of
from launchbook.cli.desk import open_desk
from launchbook.cli.failure import show
from launchbook.cli.options import read_switch, read_text
from launchbook.cli.provision import check, headline, open_app, tell
from launchbook.cli.render.table import columns
from launchbook.cli.returning import Return, bring_back
from launchbook.cli.turn import turn
from launchbook.config.playbook import load_playbook
from launchbook.config.workspace import SANDBOX
from launchbook.errors import GateError, GateFailed, InputError, ReleaseMixed
from launchbook.load.figure import Limit, judge
from launchbook.load.report import Report
from launchbook.model.release import Served

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.app import App
    from launchbook.cli.desk import Desk
    from launchbook.cli.returning import Returned
    from launchbook.model.release import Capsule
    from launchbook.release.shelf import Shelf


@dataclass(frozen=True, slots=True)
class Way:
    """From where to where.

    Attributes:
        target: What shall serve; of one app alone, the others as they are.
        whole: The release that it was taken from.
        facts: What is known of it without asking a platform.
    """

    current: Capsule
    target: Capsule
    whole: Capsule
    facts: Mapping[str, object]


def run(options: Mapping[str, object]) -> int:
    """Return to a release, and end only when every surface shows it.

    Returns 0 when it does.

    Raises:
        InputError: No reason is given, or there is no such release.
        GateFailed: There is nothing to go back to, or it could not work any more.
        SignatureInvalid: The release was changed since it was recorded.
    """
    desk = open_desk(options)
    reason = read_text(options, "reason")
    if not reason and not read_switch(options, "check"):
        raise InputError(
            "a rollback needs a reason, which the ledger keeps",
            hint='Add --reason "..." with the reason.',
        )
    app = open_app(desk, options)
    playbook = load_playbook(app.workspace, ROLLBACK, steps=STEPS)
    desk.output.line(headline(app, playbook))
    way = _way(desk, app, options)
    if read_switch(options, "check"):
        prepared = returning(
            app,
            way.target,
            returned_from=way.current.id,
            reason=reason,
            way=way.facts,
        )
        return check(desk, prepared, playbook, options)
    if app.target.platforms != SANDBOX:
        desk.confirm(f"Move the traffic of {app.target.environment}?")
    # No release that waits comes before the way back.
    with turn(desk, app, ROLLBACK, options, is_first=True):
        # A run that was waited for may have changed what serves.
        if read_switch(options, "wait"):
            way = _way(desk, app, options)
        why = Return(way.current.id, reason, way.current.identities, way.facts)
        back = bring_back(desk, app, way.target, why, options)
    status = tell(desk, app, playbook, back.result)
    if isinstance(back.result.error, GateError):
        return status
    return _conclude(desk, app, way, back) or status


def _way(desk: Desk, app: App, options: Mapping[str, object]) -> Way:
    """From what serves to what was asked for; said before anything is done."""
    shelf = open_shelf(app)
    current, whole = _targets(app, shelf, options)
    one = read_text(options, "app")
    target = composed(current, whole, one) if one else whole
    desk.output.line(f"from {current.id} back to {target.id}: {target.subject}")
    learn_values(app, current, target)
    return Way(current, target, whole, asked_for(app, shelf, target))


def _targets(
    app: App, shelf: Shelf, options: Mapping[str, object]
) -> tuple[Capsule, Capsule]:
    """What serves by the ledger, and what shall serve."""
    current = shelf.newest
    if current is None:
        raise GateFailed(
            f"{app.target.environment} has no release to go back to",
            hint=f"Type `invoke provision.{app.target.environment}` first.",
        )
    wanted = read_text(options, "to")
    target = shelf.find(wanted).capsule if wanted else shelf.before(current)
    if target is None:
        raise GateFailed(
            f"nothing served before {current.id}",
            hint="Release a commit that is right with `invoke release."
            f"{app.target.environment}`.",
        )
    kept = shelf.find(target.id)
    told = kept.capsule.as_json()
    # A key that is not known here must not keep anybody from going back.
    if is_as_signed(verifier_of(app), told, kept.signature) is False:
        verifier_of(app).verify(told, kept.signature)
    return current, target


def _conclude(desk: Desk, app: App, way: Way, back: Returned) -> int:
    """Say what serves, how long it took, and how the product answered meanwhile."""
    current, target, whole = way.current, way.target, way.whole
    limit = _limit_seconds(app)
    _tell_answers(desk, back)
    is_back = back.served is Served.OLD
    is_whole = is_back and target.identities == whole.identities
    _report(app, back, limit).keep(app.workspace.home)
    served = Served.MIXED if is_back and not is_whole else back.served
    desk.output.record(
        {
            "kind": "rollback",
            "served": str(served),
            "from": current.id,
            "to": target.id,
            "limit_seconds": limit,
            **back.as_json(),
        }
    )
    if is_back and not is_whole:
        desk.output.line(f"{served}: as asked for, one app alone was returned")
        for line in back.view.lines(whole.identities, current.identities):
            desk.output.line(f"  {line}")
        return 0
    if is_back:
        desk.output.line(
            f"{served}: {target.id} serves everywhere, proven after {back.seconds:.1f} s "
            f"of {limit:.0f} s"
        )
        return 0
    if back.result.is_interrupted:
        return back.result.exit_status
    if back.served is Served.NEW:
        desk.output.line(f"{back.served}: {current.id} serves as before, everywhere")
        return back.result.exit_status or ReleaseMixed.exit_status
    error = ReleaseMixed(
        f"MIXED: not every surface shows {target.id}",
        hint="Run the same command again; what is right already is left alone.",
        details={
            "served": str(Served.MIXED),
            "problems": back.view.lines(target.identities, current.identities),
        },
    )
    show(error, desk.output)
    return error.exit_status


def _tell_answers(desk: Desk, back: Returned) -> None:
    """How each public address answered meanwhile."""
    rows = [("address", "availability", "requests", "slowest")]
    rows += [
        (
            name,
            f"{each.percent:.2f} %",
            str(each.asked),
            f"{each.slowest_seconds * 1000:.0f} ms",
        )
        for name, each in back.tallies.items()
    ]
    for line in columns(rows):
        desk.output.line(line)


def _report(app: App, back: Returned, limit: float) -> Report:
    """The figures of scenario 7, for whoever asks later."""
    asked = sum(each.asked for each in back.tallies.values())
    is_back = back.served is Served.OLD
    answered = Limit(99.9, "%", is_floor=True, decimals=2)
    return Report(
        kind=ROLLBACK,
        environment=app.target.environment,
        platforms=app.target.platforms,
        at=app.clock.now(),
        figures=(
            judge("rollback, command to proof", Limit(limit, "s", decimals=1),
                  back.seconds if is_back else None, 1),
            judge("rollback, availability meanwhile", answered, back.percent, asked),
        ),
        is_whole=is_back,
    )  # fmt: skip


def _limit_seconds(app: App) -> float:
    """How long a rollback may take (objectives.rollback_seconds)."""
    product = app.inventory.product.mapping()
    objectives = product["objectives"]
    return float(objectives["rollback_seconds"]) if isinstance(objectives, dict) else 0
