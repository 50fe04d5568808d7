"""``invoke ledger.move``: from a file of one machine to a database for all."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from launchbook.app import App, given_identity
from launchbook.cli.desk import open_desk
from launchbook.cli.ledger import ledger_app
from launchbook.errors import InputError
from launchbook.ledger.ledger import verify_file, verify_history
from launchbook.ledger.move import move
from launchbook.ledger.sqlite import SqliteStore

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from launchbook.cli.desk import Desk


def run(options: Mapping[str, object]) -> int:
    """Move the history, share the keys and the values, and prove it; again is harmless.

    Raises:
        InputError: The set of platforms names no database.
        ChainBroken, ChainUnverifiable: The history is not whole, and stays where it is.
        LockHeld: A run is going on.
        LedgerNotMoved: The database has another history.
    """
    desk = open_desk(options)
    app = ledger_app(desk, options, is_read_only=False)
    home, platforms = app.ledger_home, app.target.platforms
    shared = home.keys
    if shared is None:
        raise InputError(
            f"the ledger of {platforms} is a file: nothing names a database",
            hint=f"Add `ledger: {{url: env:LAUNCHBOOK_LEDGER_URL}}` to "
            f"inventory/platforms/{platforms}.yml, then run the same command again.",
        )
    environments = sorted(app.inventory.environments)
    identity = given_identity(desk.environ, app.redactor)
    with closing(home.empty_store()) as target:
        shared.take_over(desk.home, identity)
        desk.output.line(f"the keys of the ledger are in {shared.folder}")
        count = 0
        if home.path.exists():
            keys = {app.keys.ledger_key_id: app.keys.ledger_key}
            verify_file(home.path, keys)
            with closing(SqliteStore(home.path, is_readonly=True)) as source:
                count = move(source, target, environments)
    for each in _apps(app, environments):
        values = each.vault.share()
        if values:
            desk.output.line(f"{values} sets of values of {each.target.environment}")
    kept = _set_aside(desk, home.path)
    found = verify_history(home.history(), home.path, _keys(app))
    desk.output.record(
        {
            "kind": "ledger-moved",
            "records": count,
            "head": str(found.head),
            "kept": str(kept) if kept else None,
        }
    )
    desk.output.line(
        f"moved {count} records to {home.place}; its chain of {found.count} is whole"
    )
    if kept is not None:
        desk.output.line(f"the file is kept in {kept}")
    desk.output.line(f"next: commit {app.workspace.shown(shared.folder)}")
    return 0


def _keys(app: App) -> dict[str, bytes]:
    """The keys as all share them from now on."""
    ring = replace(app).keys
    return {ring.ledger_key_id: ring.ledger_key}


def _apps(app: App, environments: list[str]) -> Iterator[App]:
    """The tools aimed at each environment, with the shared keys."""
    for name in environments:
        yield replace(app, target=replace(app.target, environment=name))


def _set_aside(desk: Desk, path: Path) -> Path | None:
    """Keep the file under another name, so that nobody goes on with it."""
    if not path.exists():
        return None
    stamp = desk.clock.now().strftime("%Y%m%dT%H%M%SZ")
    kept = path.with_name(f"ledger-moved-{stamp}.db")
    path.rename(kept)
    return kept
