"""``invoke provision.*``: plan a playbook, or run it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from launchbook.app import App, Target
from launchbook.app.register import STEPS
from launchbook.cli.desk import Desk, open_desk
from launchbook.cli.failure import show
from launchbook.cli.options import (
    MOST_WORKERS,
    read_count,
    read_names,
    read_switch,
    read_text,
)
from launchbook.cli.output import REDACTOR
from launchbook.cli.render.choice import progress_for
from launchbook.cli.render.progress import JsonProgress
from launchbook.cli.render.summary import (
    check_lines,
    command_of,
    run_lines,
    summary_record,
)
from launchbook.cli.turn import LOOK_SECONDS, turn
from launchbook.config.nearest import suggestion
from launchbook.config.package_data import data_root
from launchbook.config.playbook import PARTS, load_playbook
from launchbook.config.workspace import SANDBOX, Workspace
from launchbook.engine.override import Override
from launchbook.engine.result import WAITING
from launchbook.engine.saved import load, save
from launchbook.errors import InputError, LockHeld
from launchbook.model.record import Phase
from launchbook.testing.exercise import PAGE, short_form
from launchbook.testing.smoke import passed_here

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.engine.result import RunResult
    from launchbook.engine.saved import SavedPlan
    from launchbook.model.playbook import Playbook

PENDING: Final = 3
"""Exit status of ``--check`` when changes are pending."""
GOES_ON: Final = frozenset({0, PENDING, WAITING})
"""Exit statuses after which a playbook's next environment has its turn."""
DEFAULT_ENVIRONMENT: Final = "staging"
"""That of a playbook that is for any, when none is named."""
STAYS_UP: Final = (
    "only the sandbox knows these names: `invoke sandbox.browse` opens them; it goes on "
    "running until `invoke sandbox.down`"
)


def run(options: Mapping[str, object]) -> int:
    """Plan with ``--check``; otherwise bring the platforms to the desired state.

    A playbook for several environments goes on with the next as long as nothing
    failed; one that waits holds no other back.
    """
    desk = open_desk(options)
    refuse_contradictions(options)
    workspace = Workspace(desk.root, desk.home)
    playbook = load_playbook(workspace, read_text(options, "playbook"), steps=STEPS)
    statuses: list[int] = []
    environments = _environments(playbook, options)
    for environment in environments:
        is_last = environment == environments[-1]
        given = {**options, "environment": environment}
        statuses.append(_run_in(desk, playbook, given, is_last=is_last))
        if statuses[-1] not in GOES_ON:
            break
    return max(statuses)


def _environments(playbook: Playbook, options: Mapping[str, object]) -> tuple[str, ...]:
    """The environments of a command, one after the other.

    Raises:
        InputError: The playbook is not for the one that was named; or several are
            meant, and a saved plan is about one.
    """
    found = playbook.environments or (DEFAULT_ENVIRONMENT,)
    named = read_text(options, "environment")
    if named and playbook.environments and named not in playbook.environments:
        raise InputError(
            f"the playbook {playbook.name} is not for {named}",
            hint=suggestion(named, playbook.environments, what="environment"),
        )
    if named:
        return (named,)
    if len(found) > 1 and (options.get("out") or options.get("plan")):
        raise InputError(
            f"a saved plan is about one environment, and {playbook.name} is for "
            f"{len(found)}",
            hint=f"Add --environment {found[0]}, and do the same for the others.",
        )
    return found


def _run_in(
    desk: Desk, playbook: Playbook, options: Mapping[str, object], *, is_last: bool
) -> int:
    """Plan or run in one environment."""
    app = open_app(desk, options)
    desk.output.line(headline(app, playbook))
    app.check_variables(playbook)
    if read_switch(options, "check"):
        return check(desk, app, playbook, options)
    if app.target.platforms != SANDBOX:
        warn(desk, app, playbook)
        desk.confirm(f"Write to the {app.target.platforms} platforms?")
    with turn(desk, app, playbook.name, options):
        result = carry_out(desk, app, playbook, options)
    return tell(desk, app, playbook, result, is_last=is_last)


def warn(desk: Desk, app: App, playbook: Playbook) -> None:
    """Before the first write to live platforms: what was never tried on any."""
    with closing(app.open_history()) as history:
        if any(each.phase is Phase.APPLYING for each in history.records()):
            return
    page = (data_root() / PAGE).read_text(encoding="utf-8")
    used = {entry.uses for entry in playbook.all_entries}
    if told := short_form(page, used, passed_here(desk.root)):
        desk.output.line(told)
        desk.output.line(
            f"what that leaves open: {PAGE}; `invoke live.smoke` tries them"
        )


def open_app(desk: Desk, options: Mapping[str, object]) -> App:
    """Return the tools of a command that is aimed at a set of platforms.

    Raises:
        SandboxNotRunning: The sandbox is the target and does not answer.
    """
    platforms = read_text(options, "platforms", SANDBOX)
    target = Target(
        environment=read_text(options, "environment"),
        platforms=platforms,
        facts=desk.sandbox_facts() if platforms == SANDBOX else None,
        # A plan that is to be applied later needs keys and made-up secrets that stay.
        is_read_only=read_switch(options, "check") and not options.get("out"),
        workers=read_count(options, "workers", least=1, most=MOST_WORKERS),
    )
    workspace = Workspace(desk.root, desk.home)
    return App(workspace, target, desk.clock, REDACTOR, desk.environ)


def check(
    desk: Desk, app: App, playbook: Playbook, options: Mapping[str, object]
) -> int:
    """Print the plan, save it when asked to; nothing is written elsewhere."""
    with closing(app.open_history()) as history:
        engine = app.engine(playbook, JsonProgress(desk.output), history=history)
        plan = engine.plan(playbook.all_entries)
    out = options.get("out")
    if out:
        save(plan, Path(str(out)))
    command = command_of(playbook, app.target.environment)
    for line in check_lines(
        plan, command, out=str(out or ""), is_verbose=read_switch(options, "verbose")
    ):
        desk.output.line(line)
    desk.output.record({"kind": "checked", "is_pending": plan.is_pending})
    return PENDING if plan.is_pending else 0


def carry_out(
    desk: Desk, app: App, playbook: Playbook, options: Mapping[str, object]
) -> RunResult:
    """Run a playbook under the environment's lock.

    With ``wait`` also what a person does by hand is waited for, which stands in no
    queue and is soon over.

    Raises:
        LockHeld: Another run changes the environment.
    """
    while True:
        try:
            return _run_once(desk, app, playbook, options)
        except LockHeld:
            if not options.get("wait"):
                raise
            desk.clock.sleep(LOOK_SECONDS)


def _run_once(
    desk: Desk, app: App, playbook: Playbook, options: Mapping[str, object]
) -> RunResult:
    ledger = app.open_ledger()
    is_verbose, total = read_switch(options, "verbose"), len(playbook.all_entries)
    try:
        with progress_for(desk.output, is_verbose=is_verbose, total=total) as progress:
            return app.engine(playbook, progress, ledger=ledger).run(
                playbook.all_entries,
                on_failure=playbook.on_failure,
                saved=_saved(options),
                overrides=_overrides(options),
            )
    finally:
        ledger.close()


def tell(
    desk: Desk, app: App, playbook: Playbook, result: RunResult, *, is_last: bool = True
) -> int:
    """Say what became of a run; return its exit status."""
    if result.error is not None:
        show(result.error, desk.output)
    note = STAYS_UP if app.target.platforms == SANDBOX else ""
    goes_on = not is_last and result.exit_status in GOES_ON
    command = command_of(playbook, app.target.environment)
    for line in run_lines(result, playbook, command, note=note, goes_on=goes_on):
        desk.output.line(line)
    desk.output.record(summary_record(result, playbook, command))
    return result.exit_status


def headline(app: App, playbook: Playbook) -> str:
    """What this is, and which platforms it touches."""
    parts = f"{PARTS}/"
    before = [e.name for e in playbook.needed if not e.name.startswith(parts)]
    order = ", ".join([*before, playbook.name])
    target = app.target
    return f"{target.platforms} platforms, {target.environment}: {order}"


def _saved(options: Mapping[str, object]) -> SavedPlan | None:
    """The plan to apply exactly, when one was given."""
    path = options.get("plan")
    return load(Path(str(path))) if path else None


def _overrides(options: Mapping[str, object]) -> tuple[Override, ...]:
    """What shall be let pass by name."""
    reason = read_text(options, "reason")
    return tuple(Override(each, reason) for each in read_names(options, "override"))


def refuse_contradictions(options: Mapping[str, object]) -> None:
    """Refuse flags that do not go together.

    Raises:
        InputError: They do not.
    """
    pairs = (
        ("plan", "check", "--plan applies a plan and --check writes nothing"),
        ("plan", "out", "--plan applies a plan and --out saves one"),
    )
    for one, other, why in pairs:
        if options.get(one) and options.get(other):
            raise InputError(why, hint=f"Leave out --{one} or --{other}.")
    if options.get("out") and not options.get("check"):
        raise InputError(
            "--out saves a plan, and without --check there is none to save",
            hint="Add --check to save the plan.",
        )
    if options.get("override") and not options.get("reason"):
        raise InputError(
            "--override needs a reason, which the ledger keeps",
            hint='Add --reason "..." with the reason.',
        )
