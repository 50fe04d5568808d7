"""The ``launchbook`` command: Invoke's own program with our tasks, and ``init``."""

from __future__ import annotations

from importlib.metadata import version

from invoke import Collection, Program

from launchbook.cli import namespace
from launchbook.cli.operation import Flag, Operation, task_of

INIT = Operation(
    "init",
    "Make a working folder: tasks.py, inventory, playbooks and a product to try",
    "launchbook.cli.scaffold:init",
    (Flag("directory", "the folder to make", is_argument=True),),
    ("launchbook init shop && cd shop && invoke --list",),
)


def build() -> Collection:
    """Return the tasks of the working folder, and ``init``."""
    collection = namespace.build()
    collection.add_task(task_of(INIT))
    return collection


def main() -> None:
    """Run the command line."""
    program = Program(
        name="Launchbook",
        binary="launchbook",
        version=version("launchbook"),
        namespace=build(),
    )
    program.run()
