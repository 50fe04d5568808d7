"""``invoke env.checklist``: what a person looks at, and who signed which item."""

from __future__ import annotations

from typing import TYPE_CHECKING

from launchbook.cli.desk import open_desk
from launchbook.cli.env import open_target
from launchbook.cli.options import read_names, read_text
from launchbook.cli.render.progress import JsonProgress
from launchbook.cli.render.table import columns
from launchbook.config.nearest import suggestion
from launchbook.errors import InputError
from launchbook.redact import fingerprint
from launchbook.variables.signature import EVENT, Item, items_of, read_signatures

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from launchbook.app import App
    from launchbook.cli.desk import Desk


def run(options: Mapping[str, object]) -> int:
    """Show the list; with ``--sign`` record a signature first."""
    desk = open_desk(options)
    is_signing = bool(options.get("sign"))
    app = open_target(desk, options, is_read_only=not is_signing, needs_sandbox=False)
    if is_signing:
        _sign(desk, app, options)
    items = _items(app)
    for item in items:
        desk.output.record(_record(item))
    rows = [("item", "make sure that it is", "state", "by", "on (UTC)", "note")]
    for line in columns([*rows, *map(_row, items)]):
        desk.output.line(line)
    done = sum(item.status == "signed" for item in items)
    desk.output.line(f"{done} of {len(items)} items are signed")
    return 0


def _sign(desk: Desk, app: App, options: Mapping[str, object]) -> None:
    """Record who looked at what.

    Raises:
        InputError: An item does not exist, or nobody says what was looked at.
    """
    note = read_text(options, "note").strip()
    if not note:
        raise InputError(
            "a signature says what was looked at",
            hint='Add --note "..." with what you looked at.',
        )
    chosen = _chosen(_items(app), read_names(options, "sign"))
    playbook = app.playbook(app.target.environment)
    ledger = app.open_ledger()
    try:
        engine = app.engine(playbook, JsonProgress(desk.output), ledger=ledger)
        engine.note(
            {
                "event": EVENT,
                "items": {item.name: item.bound_to for item in chosen},
                "note": note,
            }
        )
    finally:
        ledger.close()


def _chosen(items: Sequence[Item], names: Sequence[str]) -> list[Item]:
    """The items that were named, one by one or by their app."""
    known = {item.name: item for item in items}
    chosen = []
    for name in names:
        found = [known[name]] if name in known else []
        found += [item for item in items if item.name.startswith(f"{name} ")]
        if not found:
            raise InputError(
                f"the checklist has no item {name!r}",
                hint=suggestion(name, known, what="item"),
            )
        chosen += found
    return chosen


def _items(app: App) -> tuple[Item, ...]:
    """The list as it stands now."""
    declared = app.declared
    history = app.open_history()
    try:
        records = history.records(environment=app.target.environment)
        signatures = read_signatures(records)
    finally:
        history.close()
    key = app.keys.fingerprint_key
    return items_of(
        declared.contracts,
        declared.values,
        lambda text: fingerprint(key, text),
        signatures,
    )


def _row(item: Item) -> tuple[str, str, str, str, str, str]:
    signature = item.signature
    if signature is None:
        return (item.name, item.question, item.status, "", "", "")
    at = f"{signature.at:%Y-%m-%d %H:%M}"
    who = signature.actor
    return (item.name, item.question, item.status, who, at, signature.note)


def _record(item: Item) -> dict[str, object]:
    signature = item.signature
    return {
        "kind": "item",
        "item": item.name,
        "question": item.question,
        "state": item.status,
        "actor": signature.actor if signature else None,
        "at": signature.at.isoformat() if signature else None,
        "note": signature.note if signature else None,
    }
