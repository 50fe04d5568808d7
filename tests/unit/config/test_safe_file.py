from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest

from launchbook.config import safe_file

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_is_replaced_whole_and_is_the_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "a" / "f"
    safe_file.write(path, b"old")
    path.chmod(0o644)
    safe_file.write(path, b"new")
    assert b"new" == path.read_bytes()
    assert 0o600 == path.stat().st_mode & 0o777
    assert [path] == list(path.parent.iterdir())


def test_a_failed_write_leaves_the_old_file_and_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.mkdir()
    with pytest.raises(OSError):  # noqa: PT011 - which kind depends on the system
        safe_file.write(path, b"new")
    assert [path] == list(tmp_path.iterdir())


def test_folders_that_exist_keep_their_rights(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    safe_file.ensure_folder(tmp_path / "a" / "b")
    assert [0o755, 0o700, 0o700] == [
        folder.stat().st_mode & 0o777
        for folder in (tmp_path, tmp_path / "a", tmp_path / "a" / "b")
    ]


def test_a_lock_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    order: list[str] = []
    is_waiting = threading.Event()

    def second() -> None:
        is_waiting.set()
        with safe_file.locked(tmp_path):
            order.append("second")

    with safe_file.locked(tmp_path):
        thread = threading.Thread(target=second)
        thread.start()
        is_waiting.wait(5)
        os.sched_yield()
        order.append("first")
    thread.join(5)
    assert ["first", "second"] == order
    assert [] == list(tmp_path.iterdir())
