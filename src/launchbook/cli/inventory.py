"""``invoke inventory.*``: where a value comes from, and whether all is valid."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from launchbook.app.register import STEPS
from launchbook.cli.desk import Desk, open_desk
from launchbook.cli.options import read_text
from launchbook.cli.render.table import columns
from launchbook.config.inventory import load_inventory
from launchbook.config.playbook import list_playbooks, load_playbook
from launchbook.config.reference import Resolver, Text
from launchbook.config.schema import load_schema, validate_value
from launchbook.config.workspace import SANDBOX, Workspace
from launchbook.errors import SandboxNotRunning
from launchbook.model.change import Unknown
from launchbook.redact import Secret
from launchbook.variables.check import Rules, check_values
from launchbook.variables.contract import read_contracts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from launchbook.config.view import Link, View
    from launchbook.model.playbook import Playbook

FACTS: Final = "sandbox"
"""The root of references to what only a running sandbox says."""
WHEN: Final = {FACTS: "known while the sandbox runs"}
LONGEST_VALUE: Final = 72


def explain(options: Mapping[str, object]) -> int:
    """Say where a value comes from: file, line, and every reference on the way."""
    desk = open_desk(options)
    view = _view(desk, options)
    steps = {each.id for book in _playbooks(desk) for each in book.all_entries}
    found = view.explain(read_text(options, "key"), steps=steps)
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
    desk.output.line(f"{found.key} = {_text(value, indent=2)}")
    for line in _chain_lines(found.chain):
        desk.output.line(line)
    return 0


def check(options: Mapping[str, object]) -> int:
    """Validate inventory, playbooks, references and variables; writes nothing."""
    desk = open_desk(options)
    view = _view(desk, options)
    playbooks = _playbooks(desk)
    for playbook in playbooks:
        _check_steps(view, playbook)
    _check_variables(desk, view)
    names = [each.name for each in playbooks]
    steps = {each.id for book in playbooks for each in book.all_entries}
    record = {"playbooks": names, "steps": len(steps), "environment": view.name}
    desk.output.record({"kind": "inventory-checked", **record})
    desk.output.line("inventory  every file is valid")
    desk.output.line(f"playbooks  {', '.join(names)}: {len(steps)} steps are valid")
    desk.output.line(f"variables  those of {view.name} fit their contract")
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


def _playbooks(desk: Desk) -> list[Playbook]:
    """Every playbook of the working folder."""
    workspace = Workspace(desk.root, desk.home)
    names = list_playbooks(workspace)
    return [load_playbook(workspace, name, steps=STEPS) for name in names]


def _resolver(view: View, steps: Sequence[str] | None = None) -> Resolver:
    """Follows references; secrets stay closed, and a sandbox need not run."""
    roots = dict(view.roots)
    if view.facts is None:
        roots[FACTS] = Unknown(FACTS, "facts")
    return Resolver(roots, secrets=Secret, steps=steps, locate=view.locate)


def _check_steps(view: View, playbook: Playbook) -> None:
    """Check every step's references, and its inputs as far as they are known."""
    resolver = _resolver(view, [entry.id for entry in playbook.all_entries])
    for entry in playbook.all_entries:
        values = resolver.resolve(dict(entry.inputs), {}, entry.locate)
        validate_value(values, load_schema(f"steps/{entry.uses}"), entry.locate)


def _check_variables(desk: Desk, view: View) -> None:
    """Check what is written against the contract; secret values are not looked at."""
    resolver = _resolver(view)
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
        "text": _written(link),
        "file": link.location.file if link.location else None,
        "line": link.location.line if link.location else None,
    }


def _chain_lines(chain: Sequence[Link]) -> Iterator[str]:
    """One line a reference: where it stands, its name, what is written there."""
    rows = [("  " + _place(link), link.path, _text(_written(link))) for link in chain]
    return columns([(place, path, _shortened(text)) for place, path, text in rows])


def _shortened(text: str) -> str:
    """A text that fits into a line."""
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def _place(link: Link) -> str:
    """File and line; what no file holds comes from a step or from the sandbox."""
    if link.location:
        return f"{link.location.file}:{link.location.line}"
    return "a step" if link.path.startswith("steps.") else "the sandbox"


def _written(link: Link) -> object:
    """What stands at a reference; nobody knows what a stopped sandbox would say."""
    is_unsaid = link.location is None and link.text is None
    return _shown(Unknown(FACTS, link.path) if is_unsaid else link.text)


def _text(value: object, indent: int | None = None) -> str:
    """A value as text: what is not text as JSON."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _shown(value: object) -> object:
    """A value for a person: secrets redacted, what is not known said so."""
    if isinstance(value, Unknown):
        return WHEN.get(value.step, f"known after step {value.step}")
    if isinstance(value, Secret):
        return str(value)
    if isinstance(value, Text):
        return _shown(value.value)
    if isinstance(value, dict):
        return {key: _shown(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(each) for each in value]
    return value
