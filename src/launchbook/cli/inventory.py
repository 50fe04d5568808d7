"""``invoke inventory.*``: where a value comes from, and whether all is valid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from launchbook.app.register import STEPS
from launchbook.cli.desk import Desk, open_desk
from launchbook.cli.options import read_text
from launchbook.config.inventory import load_inventory
from launchbook.config.playbook import list_playbooks, load_playbook
from launchbook.config.reference import Resolver, Text
from launchbook.config.workspace import SANDBOX, Workspace
from launchbook.errors import SandboxNotRunning
from launchbook.model.change import Unknown
from launchbook.redact import Secret
from launchbook.variables.check import Rules, check_values
from launchbook.variables.contract import read_contracts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from launchbook.config.view import Link, View


def explain(options: Mapping[str, object]) -> int:
    """Say where a value comes from: file, line, and every reference on the way."""
    desk = open_desk(options)
    view = _view(desk, options)
    found = view.explain(read_text(options, "key"))
    value = _shown(found.value)
    record = {
        "kind": "explanation",
        "key": found.key,
        "value": value,
        "file": found.location.file if found.location else None,
        "line": found.location.line if found.location else None,
        "chain": [_link(each) for each in found.chain],
    }
    desk.output.record(record)
    desk.output.line(f"{found.key} = {value}")
    for link in found.chain:
        place = f"{link.location.file}:{link.location.line}" if link.location else "-"
        desk.output.line(f"  {place:<40} {link.path}: {_shown(link.text)}")
    return 0


def check(options: Mapping[str, object]) -> int:
    """Validate inventory, playbooks, references and variables; writes nothing."""
    desk = open_desk(options)
    workspace = Workspace(desk.root, desk.home)
    view = _view(desk, options)
    names = list_playbooks(workspace)
    for name in names:
        playbook = load_playbook(workspace, name, steps=STEPS)
        steps = [entry.id for entry in playbook.all_entries]
        resolver = Resolver(
            _roots(view), secrets=Secret, steps=steps, locate=view.locate
        )
        for entry in playbook.all_entries:
            resolver.dependencies(dict(entry.inputs), entry.locate)
    _check_variables(desk, view)
    desk.output.record({"kind": "inventory-checked", "playbooks": list(names)})
    desk.output.line(
        f"inventory and {len(names)} playbooks are valid: {', '.join(names)}"
    )
    return 0


def _view(desk: Desk, options: Mapping[str, object]) -> View:
    """The inventory as one environment sees it; the sandbox need not run."""
    platforms = read_text(options, "platforms", SANDBOX)
    try:
        facts = desk.sandbox_facts() if platforms == SANDBOX else None
    except SandboxNotRunning:
        facts = None
    inventory = load_inventory(Workspace(desk.root, desk.home))
    environment = read_text(options, "environment", "staging")
    return inventory.view(environment, platforms, facts=facts)


def _roots(view: View) -> dict[str, object]:
    """What references start from; what only a running sandbox says is unknown."""
    roots = dict(view.roots)
    if view.facts is None:
        roots["sandbox"] = Unknown("sandbox", "facts")
    return roots


def _check_variables(desk: Desk, view: View) -> None:
    """Check what is written against the contract; secret values are not looked at."""
    resolver = Resolver(_roots(view), secrets=Secret, locate=view.locate)
    values: dict[str, Mapping[str, object]] = {
        app: {
            name: Unknown("secret", name) if isinstance(value, Secret) else value
            for name, value in _items(resolver.resolve(variables, {}))
        }
        for app, variables in _items(view.roots["variables"])
    }
    inventory = load_inventory(Workspace(desk.root, desk.home))
    rules = Rules(view.name, view.is_local_allowed, view.locate)
    check_values(read_contracts(inventory), values, rules)


def _items(value: object) -> Iterator[tuple[str, object]]:
    """The entries of a mapping."""
    yield from value.items() if isinstance(value, dict) else ()


def _link(link: Link) -> dict[str, object]:
    """One reference on the way, for ``--json``."""
    return {
        "path": link.path,
        "text": _shown(link.text),
        "file": link.location.file if link.location else None,
        "line": link.location.line if link.location else None,
    }


def _shown(value: object) -> object:
    """A value for a person: secrets redacted, what is not known said so."""
    if isinstance(value, Unknown):
        return f"known after step {value.step}"
    if isinstance(value, Secret):
        return str(value)
    if isinstance(value, Text):
        return _shown(value.value)
    if isinstance(value, dict):
        return {key: _shown(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(each) for each in value]
    return value
