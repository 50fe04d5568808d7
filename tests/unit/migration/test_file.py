from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from launchbook.errors import FileMissing, InvalidMigration
from launchbook.migration.file import read_migrations

if TYPE_CHECKING:
    from pathlib import Path


def test_files_are_read_in_the_order_of_their_versions(tmp_path: Path) -> None:
    for name in ("20260102_b.sql", "20260101_z.sql", "20260103_two_words.sql"):
        (tmp_path / name).write_text("SELECT 1;")
    (tmp_path / "seed.txt").write_text("not ours")
    found = read_migrations(tmp_path)
    expected = [("20260101", "z"), ("20260102", "b"), ("20260103", "two_words")]
    assert expected == [(each.version, each.name) for each in found]


def test_the_checksum_is_that_of_the_text(tmp_path: Path) -> None:
    (tmp_path / "1_a.sql").write_text("")
    (migration,) = read_migrations(tmp_path)
    expected = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert expected == migration.checksum


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match="nowhere"):
        read_migrations(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["init.sql", "_a.sql", "12.sql", "x1_a.sql"])
def test_a_file_with_another_name_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("SELECT 1;")
    with pytest.raises(InvalidMigration, match="is not named"):
        read_migrations(tmp_path)


def test_two_files_of_one_version_are_refused(tmp_path: Path) -> None:
    for name in ("1_a.sql", "1_b.sql"):
        (tmp_path / name).write_text("SELECT 1;")
    with pytest.raises(InvalidMigration, match=r"1_b\.sql has the version of 1_a\.sql"):
        read_migrations(tmp_path)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "1_a.sql").write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidMigration, match="UTF-8"):
        read_migrations(tmp_path)


def test_a_file_that_commits_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "1_a.sql").write_text("SELECT 1;\n\ncommit;\n")
    with pytest.raises(InvalidMigration, match=r"1_a\.sql:3:.*COMMIT"):
        read_migrations(tmp_path)
