from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from launchbook.cli.place import find_root
from tests.support.command import Shell

if TYPE_CHECKING:
    from pathlib import Path


def test_init_makes_a_working_folder_and_says_how_to_go_on(tmp_path: Path) -> None:
    shop = tmp_path / "new" / "shop"
    made = Shell(tmp_path).type("init", str(shop))
    assert (0, "") == (made.status, made.err)
    assert f"next: cd {shop} && invoke sandbox.up" in made.lines[-1]
    assert shop == find_root(shop)
    assert 3 == len((shop / "tasks.py").read_text(encoding="utf-8").splitlines())
    assert "provision.staging" in Shell(shop).type("--list").out


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    assert 0 == Shell(tmp_path).type("init", str(tmp_path / "shop")).status


def test_a_folder_that_holds_something_is_refused_and_left_alone(
    tmp_path: Path,
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    refused = Shell(tmp_path).type("init", str(tmp_path))
    assert (2, "") == (refused.status, refused.out)
    assert "error[input-error]:" in refused.err
    assert "exists and is not an empty folder" in refused.err
    assert [tmp_path / "mine.txt"] == list(tmp_path.iterdir())


@pytest.mark.parametrize("below", ["", "shop"])
def test_a_file_in_the_way_is_refused(tmp_path: Path, below: str) -> None:
    file = tmp_path / "file"
    file.write_text("a file")
    refused = Shell(tmp_path).type("init", str(file / below))
    assert 2 == refused.status
    assert "a file" == file.read_text()


def test_what_builds_left_behind_is_not_copied(tmp_path: Path) -> None:
    Shell(tmp_path).type("init", str(tmp_path / "shop"))
    left = {"__pycache__", "dist", "node_modules"}
    assert [] == [p for p in (tmp_path / "shop").rglob("*") if p.name in left]
