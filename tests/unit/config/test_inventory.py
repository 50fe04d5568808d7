from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from launchbook.config.inventory import load_inventory, repository_path
from launchbook.config.package_data import data_root, schema_path
from launchbook.config.secret import SecretRule
from launchbook.config.workspace import Workspace
from launchbook.errors import (
    DuplicateKey,
    FileMissing,
    InputError,
    InvalidValue,
    InventoryError,
    MissingKey,
    UnknownEnvironment,
    UnknownKey,
    WrongType,
)
from tests.support.workspace import edit, line_of, shipped

if TYPE_CHECKING:
    from pathlib import Path


def test_the_shipped_inventory_is_valid(tmp_path: Path) -> None:
    inventory = load_inventory(shipped(tmp_path))
    assert ["development", "production", "staging"] == sorted(inventory.environments)
    assert ["live", "sandbox"] == sorted(inventory.platforms)
    assert ["admin", "backend", "business", "customer"] == sorted(inventory.variables)


@dataclass(frozen=True)
class Mistake:
    """One edit of a shipped file, and what is said about it."""

    path: str
    old: str
    new: str
    error: type[InventoryError]
    at: str
    hint: str


MISTAKES = (
    Mistake(
        "product.yml",
        "branch:",
        "brnach:",
        UnknownKey,
        "  brnach:",
        "Write `branch` instead of `brnach`.",
    ),
    Mistake(
        "product.yml",
        "  branch: main\n",
        "",
        MissingKey,
        "  path: examples",
        "Add the line `branch: main`.",
    ),
    Mistake(
        "product.yml", "size: 1", "size: one", WrongType, "  size: one", "`size: 1`"
    ),
    Mistake(
        "product.yml",
        "repository:",
        "name: x\nrepository:",
        DuplicateKey,
        "name: x",
        "Remove",
    ),
    Mistake(
        "environments/staging.yml",
        "log_level: info",
        "log_level: no",
        InvalidValue,
        "log_level: no",
        "Write `info` instead of `no`.",
    ),
    Mistake(
        "environments/staging.yml",
        "  backend: 1",
        "  Backend: 1",
        UnknownKey,
        "  Backend",
        "Rename",
    ),
    Mistake(
        "platforms/live.yml",
        "env:VERCEL_TOKEN",
        "abc123",
        InvalidValue,
        "  token: abc123",
        "such as `token: env:VERCEL_TOKEN`",
    ),
    Mistake(
        "variables/backend.yml",
        "type: enum",
        "type: enmu",
        InvalidValue,
        "    type: enmu",
        "Write `enum` instead of `enmu`.",
    ),
    Mistake(
        "variables/admin.yml",
        "app: admin",
        "app: customer",
        InvalidValue,
        "app: customer",
        "Write `app: admin`",
    ),
)


@pytest.mark.parametrize(
    "mistake", MISTAKES, ids=lambda each: f"{each.path} {each.new}"
)
def test_a_mistake_is_found_at_its_line(tmp_path: Path, mistake: Mistake) -> None:
    workspace = shipped(tmp_path)
    path = f"inventory/{mistake.path}"
    edit(workspace, path, mistake.old, mistake.new)
    with pytest.raises(mistake.error) as caught:
        load_inventory(workspace)
    assert caught.value.location is not None
    assert path == caught.value.location.file
    assert line_of(workspace, path, mistake.at) == caught.value.location.line
    assert mistake.hint in caught.value.hint


def test_a_folder_without_an_inventory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match=r"inventory/product\.yml cannot be read"):
        load_inventory(Workspace(tmp_path, tmp_path / "home"))


def test_an_empty_folder_of_the_inventory_is_refused(tmp_path: Path) -> None:
    workspace = shipped(tmp_path)
    shutil.rmtree(workspace.inventory / "environments")
    with pytest.raises(FileMissing, match="inventory/environments holds no"):
        load_inventory(workspace)


def test_an_unknown_environment_is_refused_with_the_nearest(tmp_path: Path) -> None:
    inventory = load_inventory(shipped(tmp_path))
    with pytest.raises(UnknownEnvironment, match="no environment `stagign`") as caught:
        inventory.view("stagign", "sandbox")
    assert "Write `staging` instead of `stagign`." == caught.value.hint


def test_an_unknown_set_of_platforms_is_refused_with_the_nearest(
    tmp_path: Path,
) -> None:
    inventory = load_inventory(shipped(tmp_path))
    with pytest.raises(InputError, match="no set of platforms `lvie`") as caught:
        inventory.platform("lvie")
    assert "Write `live` instead of `lvie`." == caught.value.hint


def test_rules_of_secrets_come_from_the_contract(tmp_path: Path) -> None:
    workspace = shipped(tmp_path)
    edit(
        workspace,
        "inventory/variables/backend.yml",
        "value: secret:SESSION_SECRET",
        "max_length: 40\n    value: secret:JWT_SECRET",
    )
    rules = load_inventory(workspace).secret_rules("staging")
    assert SecretRule(min_length=32, max_length=40) == rules["JWT_SECRET"]
    assert SecretRule(min_length=16) == rules["SWISH_API_KEY"]
    assert "SESSION_SECRET" not in rules


def test_the_repository_is_found_from_the_working_folder_on(tmp_path: Path) -> None:
    workspace = shipped(tmp_path)
    (workspace.root / "examples" / "vocilia").mkdir(parents=True)
    assert workspace.root / "examples" / "vocilia" == repository_path(workspace.root)


def test_a_working_folder_without_the_example_uses_the_programs(tmp_path: Path) -> None:
    workspace = shipped(tmp_path)
    assert data_root() / "examples" / "vocilia" == repository_path(workspace.root)


def test_secrets_of_the_sandbox_stay_in_the_state_folder(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "shop", tmp_path / "home")
    sandbox = workspace.secrets_file("staging", "sandbox")
    live = workspace.secrets_file("staging", "live")
    assert tmp_path / "home" / "sandbox" / "secrets" / "staging.age" == sandbox
    assert tmp_path / "shop" / "inventory" / "secrets" / "staging.age" == live


def test_a_path_outside_of_the_working_folder_is_shown_whole(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "shop", tmp_path / "home")
    assert str(tmp_path / "x") == workspace.shown(tmp_path / "x")


def test_schemas_are_the_programs_own() -> None:
    assert schema_path("steps/vercel.project").is_file()
    assert schema_path("inventory/product").is_file()
