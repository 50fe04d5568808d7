"""What ``invoke --list`` and ``invoke --help TASK`` show."""

from __future__ import annotations

import importlib
import re
import shutil
from typing import TYPE_CHECKING

import pytest

from launchbook.cli import namespace
from launchbook.cli.catalogue import GROUPS, playbook_operation
from launchbook.cli.place import Place
from launchbook.cli.program import INIT
from tests.support.command import Shell
from tests.support.workspace import write

if TYPE_CHECKING:
    from pathlib import Path

    from launchbook.cli.operation import Operation
    from launchbook.config.workspace import Workspace

LONGEST_SUMMARY = 75
OPERATIONS: dict[str, Operation] = {
    **{
        f"{group}.{each.name}": each
        for group, operations in GROUPS.items()
        for each in operations
    },
    "provision.staging": playbook_operation(
        "staging", "Deploy the product to staging", ("staging",)
    ),
    "init": INIT,
}


def names(folder: Path) -> set[str]:
    return set(namespace.build(Place(folder, {})).task_names)


def test_tasks_are_grouped_and_playbooks_are_tasks(workspace: Workspace) -> None:
    groups = {name.partition(".")[0] for name in names(workspace.root)}
    assert {"provision", "sandbox", "ledger", "inventory", "secrets"} <= groups
    assert {
        "provision.infrastructure",
        "provision.production",
        "provision.staging",
    } == {name for name in names(workspace.root) if name.startswith("provision.")}


def test_only_a_playbook_for_several_environments_asks_which(
    workspace: Workspace,
) -> None:
    shell = Shell(workspace.root)
    assert "--environment" in shell.type("--help", "provision.infrastructure").out
    assert "--environment" not in shell.type("--help", "provision.staging").out
    write(workspace, "playbooks/any.yml", "playbook: any\n")
    assert "--environment" in shell.type("--help", "provision.any").out


def test_a_playbook_in_the_working_folder_becomes_a_task(workspace: Workspace) -> None:
    write(
        workspace, "playbooks/quick.yml", 'playbook: quick\ndescription: "Be quick"\n'
    )
    write(workspace, "playbooks/silent.yml", "playbook: silent\n")
    listed = Shell(workspace.root).type("--list").out
    assert re.search(r"provision\.quick\s+Be quick\n", listed)
    assert re.search(r"provision\.silent\s+Run the playbook silent\n", listed)


def test_outside_a_working_folder_there_are_no_playbooks(
    workspace: Workspace, tmp_path: Path
) -> None:
    assert not [name for name in names(tmp_path) if name.startswith("provision")]
    assert "sandbox.up" in names(tmp_path)
    shutil.rmtree(workspace.playbooks)
    assert not [n for n in names(workspace.root) if n.startswith("provision")]


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_operation_leads_to_a_function(name: str) -> None:
    module, function = OPERATIONS[name].handler.split(":")
    assert callable(getattr(importlib.import_module(module), function))


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_operation_has_one_line_of_help_and_examples_of_itself(name: str) -> None:
    operation = OPERATIONS[name]
    assert re.fullmatch(r"[A-Z].*[^.]", operation.summary)
    assert len(operation.summary) <= LONGEST_SUMMARY
    assert operation.examples
    assert [] == [line for line in operation.examples if name not in line.split()]


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_flag_has_help_and_a_flag_with_a_default_says_it(name: str) -> None:
    for flag in OPERATIONS[name].flags:
        assert re.match(r"[a-z-]", flag.help), flag.name
        default = flag.default if isinstance(flag.default, str) else ""
        assert default in flag.help, flag.name


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_examples_use_flags_that_exist(name: str) -> None:
    known = {flag.name.rstrip("_").replace("_", "-") for flag in OPERATIONS[name].flags}
    used = set(re.findall(r"--([a-z-]+)", " ".join(OPERATIONS[name].examples)))
    assert set() == used - known - {"list"}


@pytest.mark.parametrize("name", sorted(set(OPERATIONS) - {"init", "ledger.export"}))
def test_every_operation_speaks_json(name: str) -> None:
    assert "json" in {flag.name for flag in OPERATIONS[name].flags}


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_help_of_a_task_shows_its_examples(shell: Shell, name: str) -> None:
    shown = shell.type("--help", name)
    assert (0, "") == (shown.status, shown.err)
    for line in OPERATIONS[name].examples:
        assert f"    {line}\n" in shown.out


@pytest.mark.parametrize(
    "words", [("sandbox.nope",), ("ledger.show", "--nope"), ("inventory.explain",)]
)
def test_what_invoke_refuses_ends_with_1(shell: Shell, words: tuple[str, ...]) -> None:
    assert 1 == shell.type(*words).status
