"""``invoke ledger.*``: show, verify, export, the queue, and a lock taken away."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from launchbook.app import App, Target
from launchbook.cli.desk import Desk, open_desk
from launchbook.cli.options import read_count, read_text
from launchbook.cli.output import REDACTOR
from launchbook.cli.render.table import columns
from launchbook.config.workspace import SANDBOX, Workspace
from launchbook.errors import InputError
from launchbook.ledger.anchor import anchor_path
from launchbook.ledger.body import Body
from launchbook.ledger.holder import current_holder
from launchbook.ledger.identifier import new_id
from launchbook.ledger.ledger import verify_history
from launchbook.ledger.queue import Queue
from launchbook.model.record import Head, time_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from launchbook.ledger.history import History, RunSummary
    from launchbook.model.record import Lease, Record

MOST_RUNS: Final = 10_000
LONGEST_FACT: Final = 31
"""A digest is longer."""


def show(options: Mapping[str, object]) -> int:
    """List runs, the newest first; with ``--run``, one record by record."""
    desk = open_desk(options)
    app = ledger_app(desk, options)
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
    app = ledger_app(desk, options)
    noted = read_text(options, "head")
    head = Head.parse(noted) if noted else None
    home = app.ledger_home
    if head is None and not home.is_shared and not _is_begun(app.ledger_path):
        desk.output.record({"kind": "ledger-absent", "path": str(app.ledger_path)})
        desk.output.line(f"no run has begun a ledger yet in {app.ledger_path}")
        return 0
    # A key that was made up just now could only call every record false.
    keys = {} if app.keys.is_ephemeral else {
        app.keys.ledger_key_id: app.keys.ledger_key
    }  # fmt: skip
    found = verify_history(home.history(), app.ledger_path, keys, head)
    anchored = (
        "and reaches the head that was noted"
        if found.is_anchored
        else "and no head was noted to compare it with"
    )
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
    app = ledger_app(desk, options)
    out = read_text(options, "out")
    with closing(app.open_history()) as history:
        if out:
            count = _write_lines(Path(out), history.export())
            desk.output.line(f"wrote {count} records to {out}")
        else:
            for line in history.export():
                desk.output.line(line)
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
    app = ledger_app(desk, options, is_read_only=False)
    environment = app.target.environment
    is_there = app.ledger_home.is_shared or app.ledger_path.exists()
    taken = _take_away(desk, app, reason) if is_there else None
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


def queue(options: Mapping[str, object]) -> int:
    """Show who holds an environment's lock, and who waits for it in which order."""
    desk = open_desk(options)
    app = ledger_app(desk, options)
    environment = app.target.environment
    with closing(app.ledger_home.readable()) as store:
        lease = store.lease(environment)
        waiting = Queue(store, desk.clock, Body(current_holder())).read(environment)
    held = lease if lease is not None and lease.is_held else None
    desk.output.record(
        {
            "kind": "queue",
            "environment": environment,
            "lease": held.as_json() if held else None,
            "waiting": [each.as_json() for each in waiting],
        }
    )
    desk.output.line(
        f"{environment} is locked by {held.holder} since {_second(held.since)}: "
        f"{held.reason}"
        if held
        else f"{environment} is free"
    )
    rows = [("place", "since (UTC)", "who", "what for")]
    rows += [
        (str(place), _second(each.since), str(each.holder), each.reason)
        for place, each in enumerate(waiting, start=1)
    ]
    for line in columns(rows if waiting else []):
        desk.output.line(line)
    return 0


def _second(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"


def ledger_app(
    desk: Desk, options: Mapping[str, object], *, is_read_only: bool = True
) -> App:
    """The tools of a command about the ledger; no platform is asked."""
    target = Target(
        environment=read_text(options, "environment", "staging"),
        platforms=read_text(options, "platforms", SANDBOX),
        is_read_only=is_read_only,
    )
    workspace = Workspace(desk.root, desk.home)
    app = App(workspace, target, desk.clock, REDACTOR, desk.environ)
    app.inventory.platform(target.platforms)
    app.inventory.environment(target.environment)
    return app


def _is_begun(ledger: Path) -> bool:
    """Whether there is a ledger, or the head of one that is gone."""
    return ledger.exists() or anchor_path(ledger).exists()


def _take_away(desk: Desk, app: App, reason: str) -> Lease | None:
    """Free the environment; return the lease that was held."""
    with closing(app.open_ledger()) as ledger:
        run = new_id(desk.clock.now())
        taken = ledger.lock.unlock(app.target.environment, run, reason)
        if taken is not None:
            ledger.anchor()
        return taken


def _write_lines(path: Path, lines: Iterator[str]) -> int:
    """Write a file, line by line; return how many lines.

    Raises:
        InputError: It cannot be written.
    """
    try:
        with path.open("w", encoding="utf-8") as file:
            return sum(bool(file.write(line + "\n")) for line in lines)
    except OSError as error:
        raise InputError(
            f"{path} cannot be written: {error.strerror}",
            hint="Give --out a file in a folder that exists.",
        ) from error


def _show_runs(desk: Desk, runs: list[RunSummary]) -> None:
    """One line a run."""
    rows = [
        ("run", "began (UTC)", "playbook", "phase", "steps changed", "seconds", "actor")
    ]
    for each in runs:
        seconds = round((each.last_at - each.at).total_seconds(), 1)
        facts = {
            "run": each.run,
            "at": time_text(each.at),
            "phase": str(each.phase),
            "actor": each.actor,
            "seconds": seconds,
        }
        desk.output.record({"kind": "run", **facts, "evidence": dict(each.evidence)})
        seen = each.evidence
        what = str(seen.get("playbook") or seen.get("event", ""))
        changed = str(seen.get("changed", ""))
        at = f"{each.at:%Y-%m-%d %H:%M:%S}"
        rows.append(
            (each.run, at, what, str(each.phase), changed, str(seconds), each.actor)
        )
    for line in columns(rows if runs else []):
        desk.output.line(line)
    desk.output.line(
        "more of one: invoke ledger.show --run RUN" if runs else
        "no run is recorded here"
    )  # fmt: skip


def _show_records(desk: Desk, history: History, run: str) -> None:
    """One line a record."""
    records: list[Record] = list(history.records(run=run))
    if not records:
        raise InputError(
            f"the ledger has no run {run}",
            hint="Type `invoke ledger.show` to list the runs.",
        )
    rows = [("record", "at (UTC)", "phase", "step", "evidence")]
    for each in records:
        desk.output.record({"kind": "record", **each.as_json()})
        at = f"{each.at:%H:%M:%S}.{each.at.microsecond // 1000:03}"
        step = each.step or "(the run)"
        rows.append((str(each.sequence), at, str(each.phase), step, _evidence(each)))
    for line in columns(rows):
        desk.output.line(line)


def _evidence(record: Record) -> str:
    """What a record proves, in a few words; all of it is in ``--json``."""
    error = record.evidence.get("error")
    if isinstance(error, dict):
        return f"{error.get('code')}: {error.get('message')}"
    return ", ".join(
        f"{name} {value}" for name, value in record.evidence.items() if _is_short(value)
    )


def _is_short(value: object) -> bool:
    """Whether a fact says something to a person: no digests, no empty ones."""
    is_plain = isinstance(value, str | int | float) and not isinstance(value, bool)
    return is_plain and 0 < len(str(value)) <= LONGEST_FACT
