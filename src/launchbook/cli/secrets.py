"""``invoke secrets.*``: the encrypted file of an environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from launchbook.cli.desk import open_desk
from launchbook.cli.edit import edit_values
from launchbook.cli.options import read_switch
from launchbook.cli.output import REDACTOR
from launchbook.cli.render.table import columns
from launchbook.cli.strongbox import ask_secret, open_strongbox, read_name
from launchbook.config.secret import generate
from launchbook.config.view import is_required
from launchbook.errors import InputError, MissingSecret
from launchbook.redact import fingerprint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.cli.desk import Desk
    from launchbook.cli.strongbox import Strongbox


def set_value(options: Mapping[str, object]) -> int:
    """Read a value from the terminal, or from standard input, and keep it."""
    desk = open_desk(options)
    name = read_name(options)
    box = open_strongbox(desk, options, is_read_only=False)
    _refuse_midway(box, name)
    if read_switch(options, "generate"):
        value = generate(box.rule(name))
    else:
        value = ask_secret(f"the value of {name}")
    box.check(name, value)
    store = box.store
    store.add({name: value})
    is_used = bool(box.uses(name)) or name in box.named_elsewhere()
    desk.output.record({"kind": "secret-set", "name": name, "file": str(store.path),
                        "is_used": is_used})  # fmt: skip
    desk.output.line(f"{name} is kept in {store.path}")
    if not is_used:
        desk.output.line(f"nothing refers to secret:{name} in {box.environment} yet")
    return 0


def show_value(options: Mapping[str, object]) -> int:
    """Say what is known of a secret; the value itself only with ``--reveal``."""
    desk = open_desk(options)
    name = read_name(options)
    box = open_strongbox(desk, options, is_read_only=True)
    value = box.store.get(name)
    if value is None:
        raise MissingSecret(
            f"{name} has no value in {box.store.path}",
            hint=f"Type `invoke secrets.set {name} {box.flags}` to give it one.",
        )
    if read_switch(options, "reveal"):
        # The one way out on purpose: past the redactor, and nothing beside it.
        desk.output.stream.write(value.reveal() + "\n")
        return 0
    facts = {
        "name": name,
        "characters": len(value.reveal()),
        "fingerprint": fingerprint(box.keys.fingerprint_key, REDACTOR.learn(value)),
        "used_by": [f"{each.app} {each.variable}" for each in box.uses(name)],
    }
    desk.output.record({"kind": "secret", **facts})
    desk.output.line(f"{name}: {facts['characters']} characters")
    desk.output.line(f"keyed fingerprint: {facts['fingerprint']}")
    for use in box.uses(name):
        desk.output.line(f"held by {use.variable} of {use.app}")
    return 0


def edit(options: Mapping[str, object]) -> int:
    """Open all values of an environment in an editor, and keep what it leaves."""
    desk = open_desk(options)
    box = open_strongbox(desk, options, is_read_only=False)
    store = box.store
    before = dict(store.read().values)
    after = edit_values(before, desk)
    for name in sorted({**before, **after}):
        if before.get(name) != after.get(name):
            _refuse_midway(box, name)
    for name, value in after.items():
        if before.get(name) != value:
            box.check(name, value)
    changed = _changes(before, after)
    if changed:
        store.replace(before, after)
    desk.output.record({"kind": "secrets-edited", "changes": changed})
    for name, what in changed.items():
        desk.output.line(f"{what} {name}")
    if not changed:
        desk.output.line("nothing was changed")
    return 0


def show_list(options: Mapping[str, object]) -> int:
    """List every secret of an environment, who holds it, and what is missing."""
    desk = open_desk(options)
    box = open_strongbox(desk, options, is_read_only=True)
    rows = [_row(box, name) for name in _all_names(box)]
    desk.output.record(
        {"kind": "secrets", "file": str(box.store.path), "secrets": rows}
    )
    lines = [("secret", "value", "rotation", "used by")]
    lines += [
        (
            str(row["name"]),
            str(row["value"]),
            str(row["rotation"] or "-"),
            ", ".join(row["used_by"]) or "-",
        )
        for row in rows
    ]
    for line in columns(lines if rows else []):
        desk.output.line(line)
    _show_missing(desk, box, [row for row in rows if row["value"] == "missing"])
    return 0


def _show_missing(desk: Desk, box: Strongbox, rows: list[dict[str, object]]) -> None:
    """What to type for the first one that is missing."""
    if rows:
        command = f"invoke secrets.set {rows[0]['name']} {box.flags}"
        desk.output.line(f"{len(rows)} missing; type `{command}` for each")


def _all_names(box: Strongbox) -> list[str]:
    """Those that have a value, and those that something refers to."""
    used = {each.secret for each in box.uses()}
    return sorted(box.store.names() | used | box.named_elsewhere())


def _row(box: Strongbox, name: str) -> dict[str, Any]:
    """What is known of one secret, without its value."""
    store, uses = box.store, box.uses(name)
    is_needed = name in box.named_elsewhere() or any(
        is_required(each.entry, box.environment) for each in uses
    )
    absent = "missing" if is_needed else "not set"
    if is_needed and box.is_generating:
        absent = "made up when needed"
    rotation = store.rotation(name)
    used_by = [f"{each.app} {each.variable}" for each in uses]
    used_by += ["playbooks, platforms"] if name in box.named_elsewhere() else []
    return {
        "name": name,
        "value": "set" if name in store.names() else absent,
        "rotation": str(rotation.phase) if rotation else "",
        "used_by": used_by,
    }


def _changes(
    before: Mapping[str, object], after: Mapping[str, object]
) -> dict[str, str]:
    """Name to what became of it; what stayed is left out."""
    found = {}
    for name in sorted({**before, **after}):
        if name not in after:
            found[name] = "removed"
        elif name not in before:
            found[name] = "added"
        elif before[name] != after[name]:
            found[name] = "changed"
    return found


def _refuse_midway(box: Strongbox, name: str) -> None:
    """Refuse to change a secret whose rotation is under way."""
    for rotation in box.store.read().rotations.values():
        if name in {rotation.name, box.rotation_rule(rotation.name).previous}:
            raise InputError(
                f"the rotation of {rotation.name} is under way ({rotation.phase})",
                hint=f"Type `invoke secrets.rotate {rotation.name} {box.flags}` to "
                "bring it to its end first.",
            )
