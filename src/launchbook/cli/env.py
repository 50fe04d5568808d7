"""``invoke env.check|diff|sync``: variables against code, contract and platforms."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Final

from launchbook.app import App, Target
from launchbook.cli.desk import Desk, open_desk
from launchbook.cli.failure import show
from launchbook.cli.options import MOST_WORKERS, read_count, read_switch, read_text
from launchbook.cli.output import REDACTOR
from launchbook.cli.render.choice import progress_for
from launchbook.cli.render.plan import plan_lines
from launchbook.cli.render.progress import JsonProgress
from launchbook.cli.render.table import columns
from launchbook.cli.render.variables import diff_rows, summary_of
from launchbook.config.workspace import SANDBOX, Workspace
from launchbook.engine.override import Override
from launchbook.errors import InputError, SandboxNotRunning
from launchbook.variables.check import refuse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.engine.plan import Plan
    from launchbook.model.playbook import Playbook, PlaybookEntry
    from launchbook.variables.parity import Row

PENDING: Final = 3
WRITERS: Final = frozenset({"railway.variables", "vercel.variables"})
"""Steps that set variables on a platform."""


def check(options: Mapping[str, object]) -> int:
    """Check everything that needs no platform, and show who lacks what."""
    desk = open_desk(options)
    app = open_target(desk, options, is_read_only=True, needs_sandbox=False)
    audit = app.declared.audit()
    is_verbose = read_switch(options, "verbose")
    for row in audit.rows:
        cells = dict(row.cells)
        desk.output.record(
            {"kind": "parity", "app": row.app, "name": row.name, "has": cells}
        )
    for fault in audit.faults:
        desk.output.record({"kind": "fault", **fault.as_json()})
    shown = [row for row in audit.rows if is_verbose or not row.is_whole]
    for line in _parity_lines(shown):
        desk.output.line(line)
    refuse(audit.faults, app.target.environment)
    declared = sum(len(each.variables) for each in app.declared.contracts.values())
    read = sum(len(each) for each in app.declared.code.by_app.values())
    desk.output.line(
        f"{declared} variables of {len(app.declared.contracts)} apps are right for "
        f"{app.target.environment}; {read} readings in the code, all declared"
    )
    desk.output.record({"kind": "env-checked", "variables": declared, "faults": 0})
    return 0


def diff(options: Mapping[str, object]) -> int:
    """Compare with the platforms, variable by variable."""
    desk = open_desk(options)
    app = open_target(desk, options, is_read_only=True)
    plan = plan_of(desk, app)
    rows = diff_rows(plan, writer_ids(variable_entries(app)))
    for row in rows:
        desk.output.record({"kind": "variable", **row.as_json()})
    is_verbose = read_switch(options, "verbose")
    shown = [row for row in rows if is_verbose or not row.is_equal]
    if shown:
        head = ("step", "variable", "state", "remark")
        for line in columns([head, *(row.cells() for row in shown)]):
            desk.output.line(line)
    desk.output.line(summary_of(rows))
    is_pending = any(row.is_pending for row in rows)
    desk.output.record({"kind": "env-compared", "is_pending": is_pending})
    if is_pending:
        desk.output.line(f"next: {_command(app, 'sync')}")
    elif any(row.state == "unknown" for row in rows):
        desk.output.line(f"next: {_command(app, 'sync')} --assert")
    return PENDING if is_pending else 0


def sync(options: Mapping[str, object]) -> int:
    """Write what differs, through the engine and under the environment's lock."""
    desk = open_desk(options)
    is_checking = read_switch(options, "check")
    app = open_target(desk, options, is_read_only=is_checking)
    playbook = app.playbook(app.target.environment)
    entries = variable_entries(app)
    app.check_variables(playbook)
    if is_checking:
        plan = plan_of(desk, app)
        is_verbose = read_switch(options, "verbose")
        for line in plan_lines(plan.lines_as_json(), is_verbose=is_verbose):
            desk.output.line(line)
        return PENDING if plan.is_pending else 0
    if app.target.platforms != SANDBOX:
        desk.confirm(f"Write variables to the {app.target.platforms} platforms?")
    return _run(desk, app, playbook, entries, options)


# --- shared with the other env tasks -----------------------------------------


def open_target(
    desk: Desk,
    options: Mapping[str, object],
    *,
    is_read_only: bool,
    needs_sandbox: bool = True,
) -> App:
    """Return the tools of a command about one environment's variables.

    Raises:
        SandboxNotRunning: It is the target, it is needed, and it does not answer.
    """
    platforms = read_text(options, "platforms", SANDBOX)
    target = Target(
        environment=read_text(options, "environment", "staging"),
        platforms=platforms,
        facts=_facts(desk, platforms, needs_sandbox=needs_sandbox),
        is_read_only=is_read_only,
        workers=read_count(options, "workers", least=1, most=MOST_WORKERS)
        if options.get("workers")
        else 1,
        is_asserting=read_switch(options, "assert_"),
    )
    workspace = Workspace(desk.root, desk.home)
    app = App(workspace, target, desk.clock, REDACTOR, desk.environ)
    app.inventory.platform(platforms)
    app.inventory.environment(target.environment)
    return app


def variable_entries(app: App) -> tuple[PlaybookEntry, ...]:
    """Return the entries that set variables, and all that these depend on.

    Raises:
        InputError: The environment's playbook sets none.
    """
    playbook = app.playbook(app.target.environment)
    by_id = {entry.id: entry for entry in playbook.all_entries}
    resolver = app.view.resolver(app.secrets, steps=list(by_id))
    waiting = [entry.id for entry in playbook.all_entries if entry.uses in WRITERS]
    if not waiting:
        raise InputError(
            f"the playbook {playbook.name} sets no variables",
            hint="Add a step that uses railway.variables or vercel.variables.",
        )
    needed = set(waiting)
    while waiting:
        entry = by_id[waiting.pop()]
        found = resolver.dependencies(dict(entry.inputs), entry.locate)
        waiting += found - needed
        needed |= found
    return tuple(each for each in playbook.all_entries if each.id in needed)


def writer_ids(entries: tuple[PlaybookEntry, ...]) -> frozenset[str]:
    """Return the ids of the entries that set variables."""
    return frozenset(each.id for each in entries if each.uses in WRITERS)


def plan_of(desk: Desk, app: App) -> Plan:
    """Look at the variables' entries on the platforms; nothing is written."""
    playbook = app.playbook(app.target.environment)
    listener = JsonProgress(desk.output)
    with closing(app.open_history()) as history:
        engine = app.engine(playbook, listener, history=history)
        return engine.plan(variable_entries(app))


def _run(
    desk: Desk,
    app: App,
    playbook: Playbook,
    entries: tuple[PlaybookEntry, ...],
    options: Mapping[str, object],
) -> int:
    """Run the entries; tell what became of them."""
    ledger = app.open_ledger()
    is_verbose = read_switch(options, "verbose")
    name = options.get("override")
    overrides = [Override(str(name), read_text(options, "reason"))] if name else []
    try:
        with progress_for(
            desk.output, is_verbose=is_verbose, total=len(entries)
        ) as progress:
            engine = app.engine(playbook, progress, ledger=ledger)
            result = engine.run(entries, overrides=overrides)
    finally:
        ledger.close()
    if result.error is not None:
        show(result.error, desk.output)
    desk.output.line(
        f"{len(result.changed)} steps wrote, {len(result.unchanged)} had nothing to "
        f"write in {result.seconds:.1f} s"
    )
    following = f"invoke provision.{playbook.name}"
    if result.exit_status == 0:
        desk.output.line(f"next: {following} (what runs gets them with a deployment)")
    desk.output.record({"kind": "env-synced", "exit_status": result.exit_status})
    return result.exit_status


def _facts(
    desk: Desk, platforms: str, *, needs_sandbox: bool
) -> dict[str, object] | None:
    """What the sandbox says of itself; None where it is not asked, or need not run."""
    if platforms != SANDBOX:
        return None
    try:
        return desk.sandbox_facts()
    except SandboxNotRunning:
        if needs_sandbox:
            raise
        return None


def _parity_lines(rows: list[Row]) -> list[str]:
    """The table of who has what."""
    if not rows:
        return []
    head = ("app", "variable", *rows[0].cells)
    body = [(row.app, row.name, *row.cells.values()) for row in rows]
    return list(columns([head, *body]))


def _command(app: App, name: str) -> str:
    target = app.target
    return (
        f"invoke env.{name} --environment {target.environment} "
        f"--platforms {target.platforms}"
    )
