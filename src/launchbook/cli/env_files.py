"""``invoke env.types|pull``: the contract as files beside the apps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from launchbook.app.contract import known_texts
from launchbook.cli.desk import open_desk
from launchbook.cli.env import open_target, plan_of
from launchbook.cli.options import read_switch
from launchbook.config import safe_file
from launchbook.config.playbook import list_playbooks
from launchbook.errors import InputError
from launchbook.model.change import Unknown
from launchbook.transport.git import Git
from launchbook.transport.process import Processes
from launchbook.variables.dotenv import dotenv_of
from launchbook.variables.typescript import types_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from launchbook.app import App
    from launchbook.cli.desk import Desk

PENDING: Final = 3
TYPES_FILE: Final = "env.d.ts"
VALUES_FILE: Final = ".env"
DEVELOPMENT: Final = "development"


def types(options: Mapping[str, object]) -> int:
    """Write the types of every app; with ``--check`` only compare."""
    desk = open_desk(options)
    app = open_target(desk, options, is_read_only=True, needs_sandbox=False)
    is_checking, stale = read_switch(options, "check"), 0
    for name, folder in _folders(app).items():
        path, text = folder / TYPES_FILE, types_of(app.declared.contracts[name])
        is_new = not path.is_file() or path.read_text(encoding="utf-8") != text
        stale += is_new
        if is_new and not is_checking:
            path.write_text(text, encoding="utf-8")
        state = "up to date" if not is_new else "stale" if is_checking else "written"
        shown = app.workspace.shown(path)
        desk.output.record({"kind": "types", "file": shown, "state": state})
        desk.output.line(f"{shown}  {state}")
    return PENDING if stale and is_checking else 0


def pull(options: Mapping[str, object]) -> int:
    """Write the values of an environment, for the owner's eyes only."""
    desk = open_desk(options)
    app = open_target(desk, options, is_read_only=False, needs_sandbox=False)
    name = app.target.environment
    if name != DEVELOPMENT:
        desk.confirm(f"Write the secrets of {name} to this machine?")
    folders = _folders(app)
    for folder in folders.values():
        _require_ignored(folder / VALUES_FILE)
    values = _values(desk, app)
    for each, folder in folders.items():
        texts = known_texts(values[each])
        content = dotenv_of(app.declared.contracts[each], texts, name)
        safe_file.write(folder / VALUES_FILE, content.encode())
        shown = app.workspace.shown(folder / VALUES_FILE)
        desk.output.record({"kind": "pulled", "file": shown, "variables": len(texts)})
        desk.output.line(f"{shown}  {len(texts)} variables of {name}")
    return 0


def _values(desk: Desk, app: App) -> dict[str, dict[str, object]]:
    """The values; a platform is asked only for what only it knows."""
    values = app.declared.values
    is_known = not any(
        isinstance(value, Unknown)
        for each in values.values()
        for value in each.values()
    )
    if is_known or app.target.environment not in list_playbooks(app.workspace):
        return values
    plan = plan_of(desk, app)
    return app.declared.values_with({each.id: each.outputs for each in plan.steps})


def _folders(app: App) -> dict[str, Path]:
    """App to its folder in the product's repository.

    Raises:
        InputError: The repository is not here.
    """
    product = app.inventory.product.mapping()
    repository = cast("dict[str, str]", product["repository"])["path"]
    apps = cast("dict[str, dict[str, str]]", product["apps"])
    root = app.workspace.root / repository
    found = {name: root / apps[name]["root"] for name in app.declared.contracts}
    for folder in found.values():
        if not folder.is_dir():
            raise InputError(
                f"there is no folder {app.workspace.shown(folder)}",
                hint="Correct `repository` and `apps` in inventory/product.yml.",
            )
    return found


def _require_ignored(path: Path) -> None:
    """Refuse to write secrets where git would take them.

    Raises:
        InputError: Git does not ignore the file.
    """
    if Git(Processes()).is_ignored(path):
        return
    raise InputError(
        f"git does not ignore {path.name} in {path.parent}",
        hint=f"Add {path.name} to .gitignore there (and make it a repository with "
        "`git init` where it is none), then run the same command again.",
    )
