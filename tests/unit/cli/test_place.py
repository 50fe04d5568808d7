from __future__ import annotations

import os
from pathlib import Path

from launchbook.cli.place import (
    OPTION,
    Place,
    find_home,
    find_root,
    place_of,
)


def working_folder(folder: Path) -> Path:
    (folder / "inventory").mkdir(parents=True)
    (folder / "inventory" / "product.yml").touch()
    return folder


def test_the_root_is_found_from_a_folder_below(tmp_path: Path) -> None:
    root = working_folder(tmp_path / "shop")
    below = root / "apps" / "backend"
    below.mkdir(parents=True)
    assert [root, root] == [find_root(root), find_root(below)]


def test_the_nearest_root_wins(tmp_path: Path) -> None:
    working_folder(tmp_path)
    inner = working_folder(tmp_path / "inner")
    assert inner == find_root(inner)


def test_an_inventory_folder_without_a_product_is_no_root(tmp_path: Path) -> None:
    (tmp_path / "inventory").mkdir()
    assert None is find_root(tmp_path)


def test_the_home_is_in_the_working_folder_unless_one_is_named(tmp_path: Path) -> None:
    named = {"LAUNCHBOOK_HOME": str(tmp_path / "state")}
    assert tmp_path / ".launchbook" == find_home(tmp_path, {})
    assert tmp_path / ".launchbook" == find_home(tmp_path, {"LAUNCHBOOK_HOME": ""})
    assert tmp_path / "state" == find_home(tmp_path, named)


def test_a_home_below_the_users_own_folder_is_found() -> None:
    named = {"LAUNCHBOOK_HOME": "~/state"}
    assert (Path.home() / "state").resolve() == find_home(Path("/shop"), named)


def test_a_command_without_a_place_works_where_the_process_does() -> None:
    place = place_of({})
    assert (Path.cwd(), dict(os.environ)) == (place.start, place.environ)


def test_a_command_with_a_place_works_there(tmp_path: Path) -> None:
    given = Place(tmp_path, {"TERM": "dumb"})
    assert given is place_of({OPTION: given})


def test_a_place_does_not_show_its_variables(tmp_path: Path) -> None:
    assert "hunter22" not in repr(Place(tmp_path, {"TOKEN": "hunter22"}))
