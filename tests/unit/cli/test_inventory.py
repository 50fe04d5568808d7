"""``invoke inventory.*`` without a sandbox, and without writing anything."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from launchbook.app.register import STEPS
from launchbook.config.package_data import data_root
from launchbook.config.playbook import list_playbooks, load_playbook
from launchbook.config.workspace import Workspace
from tests.support.workspace import edit, line_of

if TYPE_CHECKING:
    from tests.support.command import Shell

POOLER = "steps.database_pooler.outputs.session_url"


def test_a_value_is_explained_with_its_file_and_line(
    shell: Shell, workspace: Workspace
) -> None:
    key = "inventory.apps.backend.root"
    first, place = shell.type("inventory.explain", key).lines
    line = line_of(workspace, "inventory/product.yml", "    root: apps/backend")
    assert f"{key} = apps/backend" == first
    assert f"  inventory/product.yml:{line}  {key}  apps/backend" == place


def test_every_reference_on_the_way_is_shown_in_columns(shell: Shell) -> None:
    key = "variables.backend.DATABASE_URL"
    first, written, step = shell.type("inventory.explain", key).lines
    assert f"{key} = known after step database_pooler" == first
    assert written.endswith("${" + POOLER + "}")
    assert ["a", "step", POOLER] == step.split()[:3]
    assert written.index(key) == step.index(POOLER)
    assert written.index("${") == step.index("known after")


def test_an_explanation_as_json_has_value_place_and_chain(shell: Shell) -> None:
    (told,) = shell.type(
        "inventory.explain", "variables.backend.DATABASE_URL", "--json"
    ).records
    assert "explanation" == told["kind"]
    assert "known after step database_pooler" == told["value"]
    assert ["variables.backend.DATABASE_URL", POOLER] == [
        each["path"] for each in told["chain"]
    ]
    assert (told["file"], told["line"]) == (
        told["chain"][0]["file"],
        told["chain"][0]["line"],
    )
    assert None is told["chain"][1]["file"]


def test_what_a_stopped_sandbox_would_say_is_said_to_be_unknown(shell: Shell) -> None:
    told = shell.type("inventory.explain", "platform.railway.token")
    first, _, fact = told.lines
    assert "platform.railway.token = known while the sandbox runs" == first
    assert fact.split(maxsplit=2)[:2] == ["the", "sandbox"]
    assert fact.endswith("known while the sandbox runs")


def test_a_secret_is_never_shown(shell: Shell) -> None:
    told = shell.type("inventory.explain", "variables.backend.JWT_SECRET")
    assert "variables.backend.JWT_SECRET = [redacted]" == told.lines[0]
    whole = shell.type("inventory.explain", "variables.backend", "--json")
    assert "[redacted]" == whole.records[0]["value"]["JWT_SECRET"]


def test_a_mapping_is_written_as_json(shell: Shell) -> None:
    told = shell.type("inventory.explain", "inventory.apps.backend").out
    shown = told.removeprefix("inventory.apps.backend = ").rpartition("\n  ")[0]
    assert "apps/backend" == json.loads(shown)["root"]


def test_an_environment_sees_its_own_values(shell: Shell) -> None:
    key = ("inventory.explain", "environment.name")
    assert "environment.name = staging" == shell.type(*key).lines[0]
    told = shell.type(*key, "--environment", "production").lines
    assert "environment.name = production" == told[0]
    assert "inventory/environments/production.yml" in told[1]


@pytest.mark.parametrize(
    ("key", "nearest"),
    [
        ("inventory.aps", "Write `apps` instead of `aps`."),
        ("steps.backend_helth.outputs.url", "Write `backend_health` instead"),
    ],
)
def test_a_key_that_is_not_there_is_refused_with_the_nearest(
    shell: Shell, key: str, nearest: str
) -> None:
    told = shell.type("inventory.explain", key)
    assert (2, "") == (told.status, told.out)
    assert f"error[unknown-reference]: ${{{key}}} names nothing" in told.err
    assert nearest in told.err


NAMES = ["infrastructure", "production", "release", "rollback", "staging"]


def entries() -> int:
    """How many entries the shipped playbooks have, each counted once."""
    folder = Workspace(data_root(), data_root())
    books = [
        load_playbook(folder, each, steps=STEPS) for each in list_playbooks(folder)
    ]
    return len({entry.id for book in books for entry in book.all_entries})


def test_the_shipped_folder_is_valid_and_checking_it_writes_nothing(
    shell: Shell, workspace: Workspace
) -> None:
    told = shell.type("inventory.check")
    assert (0, "") == (told.status, told.err)
    assert [
        "inventory  every file is valid",
        f"playbooks  {', '.join(NAMES)}: {entries()} steps are valid",
        "variables  those of staging fit their contract",
    ] == told.lines
    assert not workspace.home.exists()


def test_a_valid_folder_as_json(shell: Shell) -> None:
    assert [
        {
            "kind": "inventory-checked",
            "playbooks": NAMES,
            "steps": entries(),
            "environment": "staging",
        }
    ] == shell.type("inventory.check", "--json").records


@pytest.mark.parametrize(
    ("path", "old", "new", "code"),
    [
        ("inventory/product.yml", "team:", "teem:", "unknown-key"),
        ("inventory/environments/production.yml", "name:", "nmae:", "unknown-key"),
        ("inventory/product.yml", "name: vocilia", "name: 7", "wrong-type"),
        ("playbooks/parts/application.yml", "railway.variables", "railway.wariables", "unknown-step"),
        ("playbooks/parts/application.yml", "${steps.backend_project.", "${steps.nope.", "unknown-reference"),
        ("playbooks/parts/application.yml", "service: backend", "servise: backend", "input-error"),
        ("playbooks/infrastructure.yml", "on_failure: keep", "on_failure: hope", "invalid-value"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_found_with_its_file_and_line(
    shell: Shell, workspace: Workspace, path: str, old: str, new: str, code: str
) -> None:
    edit(workspace, path, old, new)
    told = shell.type("inventory.check")
    assert (2, "") == (told.status, told.out)
    assert f"error[{code}]: {path}:" in told.err


def test_a_value_that_breaks_the_contract_of_variables_is_found(
    shell: Shell, workspace: Workspace
) -> None:
    path = "inventory/variables/customer.yml"
    edit(workspace, path, "value: 10000", "value: 10")
    told = shell.type("inventory.check")
    assert 2 == told.status
    line = line_of(workspace, path, "    value: 10")
    assert f"error[invalid-variable]: {path}:{line}:" in told.err
    assert "NEXT_PUBLIC_API_TIMEOUT" in told.err


def test_every_problem_of_a_step_is_listed_with_its_place(
    shell: Shell, workspace: Workspace
) -> None:
    path = "playbooks/parts/application.yml"
    edit(workspace, path, "service: backend", "servise: backend")
    told = shell.type("inventory.check")
    line = line_of(workspace, path, "      servise: backend")
    assert f"{path}:{line}:7 (/steps/0/with/servise)" in told.err
    assert f"  | {path}:" in told.err
    assert "hint: Write `service` instead of `servise`." in told.err
