from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from launchbook.config.package_data import data_root
from launchbook.config.playbook import list_parts, list_playbooks, load_playbook
from launchbook.config.workspace import Workspace
from launchbook.errors import (
    LocatedError,
    Location,
    MissingKey,
    PlaybookError,
    UnknownKey,
    UnknownPlaybook,
    UnknownStep,
    WrongType,
)
from launchbook.model.playbook import OnFailure
from tests.support.workspace import shipped, write

if TYPE_CHECKING:
    from pathlib import Path

STEPS = ("toy.file", "toy.note")
HEAD = "playbook: {name}\ndescription: For tests\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "shop", tmp_path / "home")


def put(workspace: Workspace, name: str, text: str) -> None:
    write(workspace, f"playbooks/{name}.yml", HEAD.format(name=name) + text)


def entry(name: str, uses: str = "toy.file") -> str:
    return f"  - id: {name}\n    uses: {uses}\n"


def test_a_playbook_is_read_with_its_inputs_and_places(workspace: Workspace) -> None:
    text = "on_failure: compensate\nsteps:\n  - id: a\n    uses: toy.file\n    with:\n      path: x\n      list: [1, '${steps.b.outputs.c}']\n"
    put(workspace, "one", text)
    playbook = load_playbook(workspace, "one", steps=STEPS)
    assert ("one", "For tests", OnFailure.COMPENSATE) == (
        playbook.name,
        playbook.description,
        playbook.on_failure,
    )
    (only,) = playbook.entries
    assert {"path": "x", "list": [1, "${steps.b.outputs.c}"]} == only.inputs
    assert ("a", "toy.file", "one") == (only.id, only.uses, only.playbook)
    assert Location("playbooks/one.yml", 5, 5, "/steps/0") == only.location
    assert Location("playbooks/one.yml", 9, 17, "/steps/0/with/list/1") == only.locate(
        "/list/1"
    )
    assert Location("playbooks/one.yml", 8, 7, "/steps/0/with/path") == only.locate(
        "/path", key=True
    )
    assert 8 == only.locate("/nothing").line


def test_an_entry_without_inputs_is_located_at_itself(workspace: Workspace) -> None:
    put(workspace, "one", "steps:\n" + entry("a"))
    (only,) = load_playbook(workspace, "one", steps=STEPS).entries
    assert {} == only.inputs
    assert only.location == only.locate("/x")
    assert OnFailure.KEEP is load_playbook(workspace, "one", steps=STEPS).on_failure


def test_needed_playbooks_come_first_and_once(workspace: Workspace) -> None:
    put(workspace, "base", "steps:\n" + entry("a"))
    put(workspace, "left", "needs: [base]\nsteps:\n" + entry("b"))
    put(workspace, "right", "needs: [base]\nsteps:\n" + entry("c"))
    put(workspace, "top", "needs: [left, right]\nsteps:\n" + entry("d"))
    playbook = load_playbook(workspace, "top", steps=STEPS)
    assert ["a", "b", "c", "d"] == [each.id for each in playbook.all_entries]
    assert ["d"] == [each.id for each in playbook.entries]
    assert ["base", "left", "right"] == [each.name for each in playbook.needed]


def test_the_shipped_playbooks_are_read(tmp_path: Path) -> None:
    workspace = shipped(tmp_path)
    folder = data_root() / "schemas" / "steps"
    steps = {path.name.removesuffix(".schema.json") for path in folder.iterdir()}
    for name in list_playbooks(workspace):
        assert load_playbook(workspace, name, steps=steps).all_entries


def test_an_unknown_playbook_is_refused_with_the_nearest(workspace: Workspace) -> None:
    put(workspace, "staging", "steps:\n" + entry("a"))
    with pytest.raises(UnknownPlaybook, match="no playbook `stagin`") as caught:
        load_playbook(workspace, "stagin", steps=STEPS)
    assert "Write `staging` instead of `stagin`." == caught.value.hint


def test_a_path_is_no_playbooks_name(workspace: Workspace) -> None:
    put(workspace, "staging", "steps:\n" + entry("a"))
    with pytest.raises(UnknownPlaybook):
        load_playbook(workspace, "../playbooks/staging", steps=STEPS)


def test_an_unknown_step_is_refused_at_its_place_with_the_nearest(
    workspace: Workspace,
) -> None:
    put(workspace, "one", "steps:\n" + entry("a", "toy.fiel"))
    with pytest.raises(UnknownStep, match=r"no step `toy\.fiel`") as caught:
        load_playbook(workspace, "one", steps=STEPS)
    assert (
        Location("playbooks/one.yml", 5, 11, "/steps/0/uses") == caught.value.location
    )
    assert "Write `toy.file` instead of `toy.fiel`." == caught.value.hint


def test_an_id_stands_once_in_a_playbook(workspace: Workspace) -> None:
    put(workspace, "one", "steps:\n" + entry("a") + entry("b") + entry("a"))
    with pytest.raises(
        PlaybookError, match=r"already that of the entry at playbooks/one\.yml:4"
    ) as caught:
        load_playbook(workspace, "one", steps=STEPS)
    assert Location("playbooks/one.yml", 8, 9, "/steps/2/id") == caught.value.location


def test_an_id_stands_once_over_needed_playbooks_too(workspace: Workspace) -> None:
    put(workspace, "base", "steps:\n" + entry("a"))
    put(workspace, "top", "needs: [base]\nsteps:\n" + entry("a"))
    with pytest.raises(
        PlaybookError, match=r"already that of the entry at playbooks/base\.yml:4"
    ):
        load_playbook(workspace, "top", steps=STEPS)


def test_a_need_that_names_nothing_is_refused_at_its_place(
    workspace: Workspace,
) -> None:
    put(workspace, "top", "needs: [bsae]\nsteps:\n" + entry("a"))
    with pytest.raises(UnknownPlaybook) as caught:
        load_playbook(workspace, "top", steps=STEPS)
    assert Location("playbooks/top.yml", 3, 9, "/needs/0") == caught.value.location


def test_playbooks_that_need_each_other_are_refused_with_the_circle(
    workspace: Workspace,
) -> None:
    put(workspace, "a", "needs: [b]\nsteps:\n" + entry("x"))
    put(workspace, "b", "needs: [a]\nsteps:\n" + entry("y"))
    with pytest.raises(PlaybookError, match="need each other: a -> b -> a"):
        load_playbook(workspace, "a", steps=STEPS)


@pytest.mark.parametrize(
    ("text", "error", "line"),
    [
        ("steps: []\n", LocatedError, 3),
        ("step:\n" + entry("a"), UnknownKey, 3),
        ("steps:\n  - id: a\n", MissingKey, 4),
        ("steps:\n  - id: a\n    uses: toy.file\n    wiht: {}\n", UnknownKey, 6),
        ("steps:\n  - id: a\n    uses: toy.file\n    with: []\n", WrongType, 6),
        ("on_failure: stop\nsteps:\n" + entry("a"), LocatedError, 3),
    ],
)
def test_a_wrong_structure_is_found_at_its_line(
    workspace: Workspace, text: str, error: type[LocatedError], line: int
) -> None:
    put(workspace, "one", text)
    with pytest.raises(error) as caught:
        load_playbook(workspace, "one", steps=STEPS)
    assert caught.value.location is not None
    assert line == caught.value.location.line


def test_a_playbook_is_called_as_its_file(workspace: Workspace) -> None:
    write(
        workspace,
        "playbooks/one.yml",
        HEAD.format(name="two") + "steps:\n" + entry("a"),
    )
    with pytest.raises(PlaybookError, match="calls itself `two`"):
        load_playbook(workspace, "one", steps=STEPS)


def test_a_part_is_needed_by_its_path_and_is_no_playbook(workspace: Workspace) -> None:
    put(workspace, "parts/base", "steps:\n" + entry("a"))
    put(workspace, "top", "needs: [parts/base]\nsteps: []\n")
    assert (("top",), ("parts/base",)) == (
        list_playbooks(workspace),
        list_parts(workspace),
    )
    playbook = load_playbook(workspace, "top", steps=STEPS)
    assert [("a", "parts/base")] == [(e.id, e.playbook) for e in playbook.all_entries]


def test_a_playbook_says_which_environments_it_is_for(workspace: Workspace) -> None:
    put(workspace, "one", "environments: [staging, live]\nsteps:\n" + entry("a"))
    playbook = load_playbook(workspace, "one", steps=STEPS)
    assert ("staging", "live") == playbook.environments


def test_a_gate_waits_for_all_before_it_and_all_after_wait_for_it(
    workspace: Workspace,
) -> None:
    put(workspace, "ground", "steps:\n" + entry("a") + entry("b"))
    put(workspace, "gate", "is_gate: true\nsteps:\n" + entry("g") + entry("h"))
    put(workspace, "top", "needs: [ground, gate]\nsteps:\n" + entry("c") + entry("d"))
    playbook = load_playbook(workspace, "top", steps=STEPS)
    gate = frozenset({"g", "h"})
    assert {
        "a": frozenset(),
        "b": frozenset(),
        "g": frozenset({"a", "b"}),
        "h": frozenset({"a", "b"}),
        "c": gate,
        "d": gate,
    } == {each.id: each.after for each in playbook.all_entries}
    assert ["a", "b", "c", "d"] == [each.id for each in playbook.ungated_entries]


def test_a_second_gate_waits_for_the_first(workspace: Workspace) -> None:
    put(workspace, "first", "is_gate: true\nsteps:\n" + entry("g"))
    put(workspace, "second", "is_gate: true\nneeds: [first]\nsteps:\n" + entry("h"))
    put(workspace, "top", "needs: [second]\nsteps:\n" + entry("c"))
    after = {
        e.id: e.after for e in load_playbook(workspace, "top", steps=STEPS).all_entries
    }
    assert {"g": frozenset(), "h": {"g"}, "c": {"h"}} == after
