"""``invoke release.key|freezes``: who signs here, and when nothing is released."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from launchbook.app import App, Target
from launchbook.app.signing import listed_keys, signer_of
from launchbook.cli.desk import open_desk
from launchbook.cli.output import REDACTOR
from launchbook.cli.render.table import columns
from launchbook.config.inventory import load_inventory
from launchbook.config.workspace import SANDBOX, Workspace
from launchbook.release.freeze import FREEZE, Freeze, read_freezes, shown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


def key(options: Mapping[str, object]) -> int:
    """Show the public half of the key that signs capsules here."""
    desk = open_desk(options)
    workspace = Workspace(desk.root, desk.home)
    target = Target("production", SANDBOX)
    app = App(workspace, target, desk.clock, REDACTOR, desk.environ)
    signer = signer_of(app)
    is_listed = signer.public in listed_keys(app)
    desk.output.record(
        {
            "kind": "signing-key",
            "key_id": signer.key_id,
            "public": signer.public,
            "is_listed": is_listed,
        }
    )
    desk.output.line(f"{signer.key_id}: {signer.public}")
    if not is_listed:
        desk.output.line(
            "next: list it in inventory/product.yml, team.signing_keys, so that others "
            "can check what is signed here"
        )
    return 0


def freezes(options: Mapping[str, object]) -> int:
    """Show every freeze: whether it holds now, and when it comes next."""
    desk = open_desk(options)
    inventory = load_inventory(Workspace(desk.root, desk.home))
    policies = cast("dict[str, Any]", inventory.product.mapping()["policies"])
    now = desk.clock.now()
    found = read_freezes(policies["freezes"])
    rows = [("freeze", "now", "next", "reason")]
    for each in found:
        desk.output.record({"kind": FREEZE, **_as_json(each, now)})
        current, coming = each.current(now), each.coming(now)
        rows.append(
            (
                each.name,
                f"until {shown(current.ends_at)}" if current else "open",
                shown(coming.begins_at) if coming else "never again",
                each.reason,
            )
        )
    for line in columns(rows if found else []):
        desk.output.line(line)
    if not found:
        desk.output.line("inventory/product.yml names no freeze in policies.freezes")
    elif any(each.current(now) for each in found):
        desk.output.line(f'if it has to be: --override {FREEZE} --reason "..."')
    return 0


def _as_json(freeze: Freeze, now: datetime) -> dict[str, object]:
    current, coming = freeze.current(now), freeze.coming(now)
    return {
        "name": freeze.name,
        "reason": freeze.reason,
        "until": current.ends_at.isoformat() if current else None,
        "next": coming.begins_at.isoformat() if coming else None,
    }
