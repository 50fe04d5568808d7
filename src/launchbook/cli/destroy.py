"""``invoke destroy.ENVIRONMENT``: show what dies, ask, destroy, prove that it is gone."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from launchbook.cli.desk import open_desk
from launchbook.cli.failure import show
from launchbook.cli.options import read_names, read_switch, read_text
from launchbook.cli.provision import PENDING, open_app
from launchbook.cli.render.choice import progress_for
from launchbook.cli.render.progress import JsonProgress
from launchbook.engine.override import Override
from launchbook.errors import GateFailed, InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from launchbook.app import App
    from launchbook.cli.desk import Desk
    from launchbook.engine.teardown import Doomed, Owner, TeardownResult

OVERRIDE = "destroy-production"
GUARDED = "production"


def run(options: Mapping[str, object]) -> int:
    """Destroy an environment, but for what is protected and was not named."""
    desk = open_desk(options)
    environment = read_text(options, "environment")
    app = open_app(desk, options)
    playbook = app.playbook(environment)
    included = read_names(options, "include")
    with closing(app.open_history()) as history:
        engine = app.engine(playbook, JsonProgress(desk.output), history=history)
        doomed = engine.doomed(playbook.ungated_entries, included)
    desk.output.line(f"{app.target.platforms} platforms, {environment}: destroy")
    for line in _doomed_lines(doomed):
        desk.output.line(line)
    desk.output.record(_record(doomed, environment))
    if not doomed.owners:
        desk.output.line(f"nothing of {environment} is there to destroy")
        return 0
    if read_switch(options, "check"):
        desk.output.line(f"next: invoke destroy.{environment}")
        return PENDING
    _require_override(options, environment)
    _confirm(desk, options, environment)
    return _destroy(desk, app, options, included)


def _destroy(
    desk: Desk, app: App, options: Mapping[str, object], included: tuple[str, ...]
) -> int:
    """Destroy under the environment's lock."""
    playbook = app.playbook(app.target.environment)
    ledger = app.open_ledger()
    is_verbose = read_switch(options, "verbose")
    try:
        with progress_for(desk.output, is_verbose=is_verbose, total=0) as progress:
            engine = app.engine(playbook, progress, ledger=ledger)
            result = engine.tear_down(
                playbook.ungated_entries, included, overrides=_overrides(options)
            )
    finally:
        ledger.close()
    if result.error is not None:
        show(result.error, desk.output)
    for line in _ended_lines(result, app.target.environment):
        desk.output.line(line)
    desk.output.record(
        {
            "kind": "destroyed",
            "run": result.run,
            "destroyed": list(result.destroyed),
            "kept": [owner.plan.id for owner in result.kept],
            "exit_status": result.exit_status,
        }
    )
    return result.exit_status


def _doomed_lines(doomed: Doomed) -> Iterator[str]:
    """What dies, each with what is inside, and what stays."""
    for owner in doomed.owners:
        yield from _owner_lines(owner)
    for owner in doomed.kept:
        first = owner.lines[0]
        yield (
            f"  = {first.kind} {first.name}: kept with {len(owner.lines) - 1} things "
            f"inside; --include {owner.protected_as} destroys it too"
        )
    if doomed.lines:
        yield f"{len(doomed.lines)} things die; this cannot be undone"


def _owner_lines(owner: Owner) -> Iterator[str]:
    first, *inside = owner.lines
    yield f"  - {first.kind} {first.name}"
    for line in inside:
        yield f"      - {line.kind} {line.name}"
    for each in owner.unseen:
        yield f"      - whatever {each}"


def _ended_lines(result: TeardownResult, environment: str) -> Iterator[str]:
    if result.error is None:
        yield (
            f"{len(result.destroyed)} destroyed; every platform was asked again and "
            "lists none of them"
        )
    elif result.destroyed:
        yield f"destroyed so far: {', '.join(result.destroyed)}"
    if any(owner.protected_as == "domain" for owner in result.kept):
        yield (
            "the DNS records stay and lead to names that somebody else may take: "
            f"`invoke destroy.{environment} --include domain` removes them"
        )
    if result.ledger_head:
        yield f"ledger head {result.ledger_head[:24]}"
    again = f"invoke destroy.{environment} (the same command continues)"
    yield f"next: {again if result.error else f'invoke provision.{environment}'}"


def _record(doomed: Doomed, environment: str) -> dict[str, object]:
    """What ``--json`` says before anything dies."""
    return {
        "kind": "doomed",
        "environment": environment,
        "lines": [
            {"step": owner.plan.id, "kind": line.kind, "name": line.name}
            for owner in doomed.owners
            for line in owner.lines
        ],
        "kept": [
            {"step": owner.plan.id, "protected_as": owner.protected_as}
            for owner in doomed.kept
        ],
    }


def _require_override(options: Mapping[str, object], environment: str) -> None:
    """Production dies only by name and with a reason.

    Raises:
        GateFailed: It was not overridden.
    """
    is_named = OVERRIDE in read_names(options, "override")
    if environment != GUARDED or (is_named and read_text(options, "reason").strip()):
        return
    raise GateFailed(
        "production is not destroyed without an override and a reason",
        hint=f'Add --override {OVERRIDE} --reason "..." if it is meant.',
    )


def _overrides(options: Mapping[str, object]) -> tuple[Override, ...]:
    """What was named, for the ledger."""
    reason = read_text(options, "reason")
    return tuple(Override(each, reason) for each in read_names(options, "override"))


def _confirm(desk: Desk, options: Mapping[str, object], environment: str) -> None:
    """Ask for the environment's name.

    Raises:
        InputError: Another name was given, or nobody can answer.
    """
    given = read_text(options, "confirm")
    if not given:
        given = desk.ask(f"Type the environment's name to destroy it: {environment}? ")
    if given != environment:
        raise InputError(
            f"the name that was typed is {given!r}, not {environment!r}"
            if given
            else "this needs the environment's name",
            hint=f"Add --confirm {environment}; nothing was destroyed.",
        )
