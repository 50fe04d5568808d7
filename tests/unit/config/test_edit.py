"""Changing one scalar of a YAML file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from launchbook.config.edit import set_scalar
from launchbook.config.yaml import load
from launchbook.errors import InventoryError

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """# Where a release is tried.
names:
  database: ${inventory.name}-staging  # the project
  backend: "shop"
database:
  baseline: ""   # nothing was taken over
  size: micro
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "staging.yml"
    path.write_text(TEXT)
    path.chmod(0o644)
    return path


def test_one_value_changes_and_comments_stay(file: Path) -> None:
    set_scalar(file, "/names/database", "shop-db")
    assert TEXT.replace("${inventory.name}-staging", "shop-db") == file.read_text()
    assert 0o644 == file.stat().st_mode & 0o777


@pytest.mark.parametrize(
    ("pointer", "text"),
    [
        ("/database/baseline", "20260101000300"),
        ("/names/backend", "a: b # c"),
        ("/names/backend", "no"),
        ("/database/size", "small"),
    ],
)
def test_what_is_written_is_read_back_as_the_same_text(
    file: Path, pointer: str, text: str
) -> None:
    set_scalar(file, pointer, text)
    value: object = load(file).value
    for key in pointer.strip("/").split("/"):
        assert isinstance(value, dict)
        value = value[key]
    assert text == value
    assert TEXT.count("\n") == file.read_text().count("\n")
    assert TEXT.count("#") <= file.read_text().count("#")


def test_a_key_that_is_not_there_is_refused_with_its_place(file: Path) -> None:
    with pytest.raises(InventoryError, match="/names/customer") as caught:
        set_scalar(file, "/names/customer", "x")
    assert caught.value.location is not None
    assert TEXT == file.read_text()
