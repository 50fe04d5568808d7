"""``invoke ledger.*``: show, verify, export, and take a lock away."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from launchbook.app import App, Target
from launchbook.cli.desk import Desk, open_desk
from launchbook.cli.options import read_count, read_text
from launchbook.cli.output import REDACTOR
from launchbook.config.workspace import SANDBOX, Workspace
from launchbook.errors import InputError
from launchbook.ledger.identifier import new_id
from launchbook.ledger.ledger import verify_file
from launchbook.model.record import Head

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.ledger.history import History, RunSummary
    from launchbook.model.record import Record

MOST_RUNS: Final = 10_000


def show(options: Mapping[str, object]) -> int:
    """List runs, the newest first; with ``--run``, one record by record."""
    desk = open_desk(options)
    app = _app(desk, options)
    with closing(app.open_history()) as history:
        run = read_text(options, "run")
        if run:
            _show_records(desk, history, run)
        else:
            limit = read_count(options, "limit", least=1, most=MOST_RUNS)
            _show_runs(desk, history.runs(app.target.environment, limit))
    return 0


def verify(options: Mapping[str, object]) -> int:
    """Check the chain against the head beside the ledger, and one noted elsewhere."""
    desk = open_desk(options)
    app = _app(desk, options)
    given = read_text(options, "head")
    keys = {app.keys.ledger_key_id: app.keys.ledger_key}
    if app.keys.is_ephemeral:
        keys = {}
    found = verify_file(app.ledger_path, keys, Head.parse(given) if given else None)
    anchored = "and reaches the head that was noted" if found.is_anchored else (
        "and no head was noted to compare it with"
    )  # fmt: skip
    desk.output.record(
        {
            "kind": "ledger-verified",
            "records": found.count,
            "head": str(found.head),
            "is_anchored": found.is_anchored,
        }
    )
    desk.output.line(f"the chain of {found.count} records is whole, {anchored}")
    desk.output.line(f"head {found.head}")
    return 0


def export(options: Mapping[str, object]) -> int:
    """Write every record as one JSON object a line."""
    desk = open_desk(options)
    app = _app(desk, options)
    out = read_text(options, "out")
    with closing(app.open_history()) as history:
        if not out:
            for line in history.export():
                sys.stdout.write(line + "\n")
            return 0
        try:
            with Path(out).open("w", encoding="utf-8") as file:
                count = sum(bool(file.write(line + "\n")) for line in history.export())
        except OSError as error:
            raise InputError(
                f"{out} cannot be written: {error.strerror}",
                hint="Give --out a file in a folder that exists.",
            ) from error
    desk.output.line(f"wrote {count} records to {out}")
    return 0


def unlock(options: Mapping[str, object]) -> int:
    """Take an environment's lock from a run that cannot give it back."""
    desk = open_desk(options)
    reason = read_text(options, "reason").strip()
    if not reason:
        raise InputError(
            "taking a lock away needs a reason, which the ledger keeps",
            hint='Add --reason "..." with the reason.',
        )
    app = _app(desk, options, is_read_only=False)
    environment = app.target.environment
    app.inventory.environment(environment)
    with closing(app.open_ledger()) as ledger:
        taken = ledger.lock.unlock(environment, new_id(desk.clock.now()), reason)
    held = taken.as_json() if taken else None
    desk.output.record({"kind": "unlocked", "environment": environment, "was": held})
    if taken is None:
        desk.output.line(f"{environment} was not locked")
    else:
        desk.output.line(
            f"{environment} is free; {taken.holder} had held it "
            f"since {taken.since.isoformat(timespec='seconds')}: {taken.reason}"
        )
    return 0


def _app(
    desk: Desk, options: Mapping[str, object], *, is_read_only: bool = True
) -> App:
    """The tools of a command about the ledger; no platform is asked."""
    target = Target(
        environment=read_text(options, "environment", "staging"),
        platforms=read_text(options, "platforms", SANDBOX),
        is_read_only=is_read_only,
    )
    workspace = Workspace(desk.root, desk.home)
    app = App(workspace, target, desk.clock, REDACTOR, dict(os.environ))
    app.inventory.platform(target.platforms)
    return app


def _show_runs(desk: Desk, runs: list[RunSummary]) -> None:
    """One line a run."""
    for each in runs:
        seconds = (each.last_at - each.at).total_seconds()
        facts = {
            "run": each.run,
            "at": each.at.isoformat(timespec="seconds"),
            "phase": str(each.phase),
            "actor": each.actor,
            "seconds": round(seconds, 1),
        }
        desk.output.record({"kind": "run", **facts, "evidence": dict(each.evidence)})
        desk.output.line(
            f"{each.run}  {facts['at']}  {each.phase:<10} {seconds:6.1f} s  {each.actor}"
        )
    if not runs:
        desk.output.line("no run is recorded here")


def _show_records(desk: Desk, history: History, run: str) -> None:
    """One line a record."""
    records: list[Record] = list(history.records(run=run))
    if not records:
        raise InputError(
            f"the ledger has no run {run}",
            hint="Type `invoke ledger.show` to list the runs.",
        )
    for each in records:
        desk.output.record({"kind": "record", **each.as_json()})
        at = each.at.isoformat(timespec="milliseconds")
        desk.output.line(f"{each.sequence:>6}  {at}  {each.phase:<11} {each.step}")
