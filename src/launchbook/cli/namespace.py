"""The namespace of tasks: playbooks of the working folder, and operations.

Building it reads the first lines of the playbooks and imports nothing but Invoke.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from invoke import Collection

from launchbook.cli.catalogue import (
    GROUPS,
    PER_ENVIRONMENT,
    SINGLE,
    playbook_operation,
)
from launchbook.cli.operation import task_of
from launchbook.cli.place import find_root

if TYPE_CHECKING:
    from pathlib import Path

    from launchbook.cli.operation import Operation
    from launchbook.cli.place import Place

SUMMARY_KEY = "description:"
ENVIRONMENTS_KEY = "environments:"


def build(place: Place | None = None) -> Collection:
    """Return the collection that ``tasks.py`` hands to Invoke.

    Args:
        place: Where the tasks work; the process's own place when left out.
    """
    namespace = Collection()
    namespace.configure({"run": {"echo": False}})
    root = find_root(place.start if place else None)
    _add_playbooks(namespace, root, place)
    groups: dict[str, list[Operation]] = {}
    for group, operation_for in PER_ENVIRONMENT.items():
        groups[group] = [operation_for(name) for name in _environments(root)]
    for group, operations in GROUPS.items():
        groups.setdefault(group, []).extend(operations)
    for operation in SINGLE:
        namespace.add_task(task_of(operation, place))
    for group, found in groups.items():
        collection = Collection(group)
        for operation in found:
            collection.add_task(task_of(operation, place))
        namespace.add_collection(collection)
    return namespace


def _add_playbooks(
    namespace: Collection, root: Path | None, place: Place | None
) -> None:
    """Add one ``provision.NAME`` task for each playbook in the folder."""
    folder = root / "playbooks" if root else None
    if folder is None or not folder.is_dir():
        return
    collection = Collection("provision")
    for path in sorted(folder.glob("*.yml")):
        if path.stem in PER_ENVIRONMENT:
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        summary = _value(lines, SUMMARY_KEY) or f"Run the playbook {path.stem}"
        environments = _value(lines, ENVIRONMENTS_KEY).strip("[]").split(",")
        operation = playbook_operation(path.stem, summary, environments)
        collection.add_task(task_of(operation, place))
    namespace.add_collection(collection)


def _environments(root: Path | None) -> list[str]:
    """Return the names of the inventory's environments."""
    folder = root / "inventory" / "environments" if root else None
    if folder is None or not folder.is_dir():
        return []
    return sorted(path.stem for path in folder.glob("*.yml"))


def _value(lines: list[str], key: str) -> str:
    """What a playbook says at a key, without loading YAML for it; empty for nothing."""
    found = (line.removeprefix(key) for line in lines if line.startswith(key))
    return next(found, "").strip().strip("'\"")
