"""The ``launchbook`` command: Invoke's own program with our tasks, and ``init``."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from invoke import Collection, Program

from launchbook.cli import namespace
from launchbook.cli.operation import Flag, Operation, task_of

if TYPE_CHECKING:
    from launchbook.cli.place import Place

INIT = Operation(
    "init",
    "Make a working folder: tasks.py, inventory, playbooks and a product to try",
    "launchbook.cli.scaffold:init",
    (Flag("directory", "the folder to make", is_argument=True),),
    ("launchbook init shop && cd shop && invoke --list",),
)


def build(place: Place | None = None) -> Collection:
    """Return the tasks of the working folder, and ``init``."""
    collection = namespace.build(place)
    collection.add_task(task_of(INIT, place))
    return collection


def program(place: Place | None = None) -> Program:
    """Return the command line, for the process's own place or for another."""
    return Program(
        name="Launchbook",
        binary="launchbook",
        version=version("launchbook"),
        namespace=build(place),
    )


def main() -> None:
    """Run the command line."""
    program().run()
