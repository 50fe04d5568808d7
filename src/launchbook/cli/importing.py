"""``invoke import.ENVIRONMENT``: take over what is there, without writing to it."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any, Final, cast

from launchbook.cli.desk import open_desk
from launchbook.cli.failure import show
from launchbook.cli.options import read_names, read_switch, read_text
from launchbook.cli.provision import open_app
from launchbook.cli.render.choice import progress_for
from launchbook.cli.render.plan import plan_lines
from launchbook.cli.render.progress import JsonProgress
from launchbook.config.edit import set_scalar
from launchbook.config.nearest import suggestion
from launchbook.errors import InputError, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from launchbook.app import App
    from launchbook.cli.desk import Desk
    from launchbook.engine.plan import Plan
    from launchbook.engine.result import RunResult
    from launchbook.model.playbook import Playbook

PENDING: Final = 3
DATABASE: Final = "database"
BACKEND: Final = "backend"


def run(options: Mapping[str, object]) -> int:
    """Look at everything that the environment's playbooks say, and record what is so."""
    desk = open_desk(options)
    environment = read_text(options, "environment")
    app = open_app(desk, options)
    edits = _edits(app, options)
    _require_there(app, edits)
    _apply_in_memory(app, edits)
    playbook = app.playbook(environment)
    desk.output.line(f"{app.target.platforms} platforms, {environment}: import")
    if read_switch(options, "check"):
        return _check(desk, app, playbook, edits)
    _write(desk, app, edits)
    return _record(desk, app, playbook, options)


def _check(desk: Desk, app: App, playbook: Playbook, edits: Mapping[str, str]) -> int:
    """Show what would be recorded and what differs; write nothing anywhere."""
    with closing(app.open_history()) as history:
        engine = app.engine(playbook, JsonProgress(desk.output), history=history)
        plan = engine.plan(playbook.ungated_entries)
    for pointer, text in edits.items():
        desk.output.line(f"  would write {pointer} = {text}")
    for line in plan_lines(plan.lines_as_json(), is_verbose=False):
        desk.output.line(line)
    desk.output.record({"kind": "import-checked", "edits": dict(edits),
                        "is_pending": plan.is_pending})  # fmt: skip
    desk.output.line(_next_after_check(plan, app.target.environment))
    return PENDING if plan.is_pending else 0


def _next_after_check(plan: Plan, environment: str) -> str:
    command = f"invoke import.{environment}"
    if plan.is_pending:
        return f"next: {command} records what is as desired and leaves the rest alone"
    return f"next: {command}"


def _record(
    desk: Desk, app: App, playbook: Playbook, options: Mapping[str, object]
) -> int:
    """Look under the environment's lock, and record."""
    ledger = app.open_ledger()
    is_verbose, total = read_switch(options, "verbose"), len(playbook.ungated_entries)
    try:
        with progress_for(desk.output, is_verbose=is_verbose, total=total) as progress:
            engine = app.engine(playbook, progress, ledger=ledger)
            result = engine.run(playbook.ungated_entries, is_observing=True)
    finally:
        ledger.close()
    if result.error is not None:
        show(result.error, desk.output)
    for line in _lines(result, app.target.environment):
        desk.output.line(line)
    desk.output.record(
        {
            "kind": "imported",
            "run": result.run,
            "recorded": list(result.unchanged),
            "differing": {step: [*each] for step, each in result.differing.items()},
            "not_looked_at": list(result.skipped),
            "exit_status": result.exit_status,
        }
    )
    return result.exit_status


def _lines(result: RunResult, environment: str) -> Iterator[str]:
    yield (
        f"{len(result.unchanged)} as desired and recorded, "
        f"{len(result.differing)} differ, {len(result.skipped)} not looked at; "
        "nothing was written to a platform"
    )
    for step, words in result.differing.items():
        yield f"  {step}: {'; '.join(words)}"
    if result.skipped:
        yield f"not looked at, because of those: {', '.join(result.skipped)}"
    if result.ledger_head:
        yield f"ledger head {result.ledger_head[:24]}"
    yield f"next: invoke provision.{environment} --check"


# --- what is adopted under another name --------------------------------------


def _edits(app: App, options: Mapping[str, object]) -> dict[str, str]:
    """What shall be written to the environment's file: JSON pointer to text.

    Raises:
        InputError: An adoption is malformed, or names nothing that can be adopted.
    """
    environment = app.inventory.environment(app.target.environment).mapping()
    known = sorted(cast("dict[str, object]", environment["names"]))
    edits: dict[str, str] = {}
    for pair in read_names(options, "adopt"):
        what, is_given, name = pair.partition("=")
        if not is_given or not name:
            raise InputError(
                f"--adopt takes pairs, not {pair!r}",
                hint="Write what and its name, as database=shop-db,backend=shop.",
            )
        if what not in known:
            raise InputError(
                f"nothing called {what!r} can be adopted",
                hint=suggestion(what, known, what="resource"),
            )
        edits[f"/names/{what}"] = name
    if baseline := read_text(options, "baseline"):
        if not baseline.isdigit():
            raise InputError(
                f"a baseline is the version of a migration, not {baseline!r}",
                hint="Give the digits that its file begins with, as 20260101000300.",
            )
        edits["/database/baseline"] = baseline
    return edits


def _require_there(app: App, edits: Mapping[str, str]) -> None:
    """Refuse a name that no platform knows, and list those that it knows.

    Raises:
        NotFound: There is no such resource.
    """
    for pointer, name in edits.items():
        what = pointer.removeprefix("/names/")
        if what == pointer:
            continue
        platform, names = _candidates(app, what)
        if name not in names:
            listed = ", ".join(names) or "none"
            raise NotFound(
                f"{platform} has no project {name!r} to adopt as {what}",
                hint=f"It has: {listed}. Name one of them after --adopt {what}=.",
                platform=platform,
            )


def _candidates(app: App, what: str) -> tuple[str, list[str]]:
    """The platform of a kind of resource, and its projects' names."""
    platform = cast("dict[str, Any]", app.clients.platform)
    if what == DATABASE:
        organization = str(platform["supabase"]["organization"])
        found = app.clients.supabase.read_projects(organization)
        return "supabase", sorted(each.name for each in found)
    if what == BACKEND:
        workspace = str(platform["railway"]["workspace"])
        projects = app.clients.railway.read_projects(workspace)
        return "railway", sorted(each.name for each in projects)
    return "vercel", sorted(app.clients.vercel.read_project_names())


def _apply_in_memory(app: App, edits: Mapping[str, str]) -> None:
    """Let this command see the environment as it will be written."""
    document = app.inventory.environment(app.target.environment)
    for pointer, text in edits.items():
        first, key = pointer.strip("/").split("/")
        cast("dict[str, dict[str, str]]", document.value)[first][key] = text


def _write(desk: Desk, app: App, edits: Mapping[str, str]) -> None:
    """Write them to the environment's file; comments stay."""
    name = app.target.environment
    path = app.workspace.inventory / "environments" / f"{name}.yml"
    for pointer, text in edits.items():
        set_scalar(path, pointer, text)
        desk.output.line(f"  wrote {pointer} = {text} to {app.workspace.shown(path)}")
