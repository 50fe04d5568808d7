"""Snapshots: the whole world, away and back."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from launchbook.sandbox.settings import Settings
from launchbook.sandbox.snapshot import copy_tree
from tests.support.sandbox import Sandbox, sandbox_running
from tests.support.toy_emulator import ToyEmulator, build

if TYPE_CHECKING:
    from pathlib import Path


def _create(sandbox: Sandbox, name: str) -> None:
    assert 201 == sandbox.api("toy", "POST", "/v1/things", {"name": name}).status


def _things(sandbox: Sandbox) -> list[str]:
    things: list[str] = sandbox.api("toy", "GET", "/v1/things").json()["things"]
    return things


def test_a_restored_world_is_as_it_was_saved_again_and_again(
    toy_sandbox: Sandbox,
) -> None:
    _create(toy_sandbox, "before")
    saved = toy_sandbox.control("POST", "/snapshots/one")
    assert (201, "one") == (saved.status, saved.json()["name"])
    assert saved.json()["size_bytes"] > 0
    for _ in range(2):
        _create(toy_sandbox, "after")
        toy_sandbox.control("POST", "/advance", {"seconds": 7200})
        assert 200 == toy_sandbox.control("POST", "/snapshots/one/restore").status
        assert ["before"] == _things(toy_sandbox)
        assert toy_sandbox.world.clock.offset_seconds == pytest.approx(0)
    assert [saved.json()] == toy_sandbox.control("GET", "/snapshots").json()[
        "snapshots"
    ]


def test_the_log_of_requests_is_not_taken_back(toy_sandbox: Sandbox) -> None:
    toy_sandbox.control("POST", "/snapshots/empty")
    _create(toy_sandbox, "a")
    toy_sandbox.control("POST", "/snapshots/empty/restore")
    assert 1 == toy_sandbox.last_sequence()


def test_a_second_snapshot_of_a_name_replaces_the_first(toy_sandbox: Sandbox) -> None:
    toy_sandbox.control("POST", "/snapshots/one")
    _create(toy_sandbox, "later")
    toy_sandbox.control("POST", "/snapshots/one")
    toy_sandbox.control("POST", "/reset")
    toy_sandbox.control("POST", "/snapshots/one/restore")
    assert ["later"] == _things(toy_sandbox)


def test_real_processes_are_stopped_for_a_snapshot(toy_sandbox: Sandbox) -> None:
    toy = toy_sandbox.world.emulators["toy"]
    assert isinstance(toy, ToyEmulator)
    process = toy_sandbox.call(toy.start_echo)
    toy_sandbox.control("POST", "/snapshots/one")
    assert not process.is_alive


def test_a_swap_that_was_killed_half_way_out_is_taken_back(tmp_path: Path) -> None:
    with sandbox_running(Settings(tmp_path), [build]) as sandbox:
        _create(sandbox, "old")
    incoming, outgoing = (
        tmp_path / "snapshots" / name for name in (".incoming", ".outgoing")
    )
    (incoming / "toy").mkdir(parents=True)
    outgoing.mkdir()
    (tmp_path / "toy").rename(outgoing / "toy")
    with sandbox_running(Settings(tmp_path), [build]) as sandbox:
        assert ["old"] == _things(sandbox)
    assert [] == list((tmp_path / "snapshots").iterdir())


def test_a_swap_that_was_killed_half_way_in_is_finished(tmp_path: Path) -> None:
    with sandbox_running(Settings(tmp_path), [build]) as sandbox:
        _create(sandbox, "new")
    arriving, outgoing = (
        tmp_path / "snapshots" / name for name in (".arriving", ".outgoing")
    )
    arriving.mkdir()
    (outgoing / "toy").mkdir(parents=True)
    (tmp_path / "toy").rename(arriving / "toy")
    with sandbox_running(Settings(tmp_path), [build]) as sandbox:
        assert ["new"] == _things(sandbox)
    assert [] == list((tmp_path / "snapshots").iterdir())


def test_a_swap_that_was_killed_after_the_new_world_arrived_is_over(
    tmp_path: Path,
) -> None:
    with sandbox_running(Settings(tmp_path), [build]) as sandbox:
        _create(sandbox, "new")
    discarded = tmp_path / "snapshots" / ".discarded-1f"
    (discarded / "toy").mkdir(parents=True)
    with sandbox_running(Settings(tmp_path), [build]) as sandbox:
        assert ["new"] == _things(sandbox)
    assert [] == list((tmp_path / "snapshots").iterdir())


def test_a_copy_keeps_modes_times_and_links_and_leaves_pipes_out(
    tmp_path: Path,
) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    (source / "inner").mkdir(parents=True, mode=0o700)
    (source / "inner").chmod(0o750)
    (source / "inner" / "file").write_bytes(b"x" * 300_000)
    (source / "inner" / "file").chmod(0o400)
    os.utime(source / "inner" / "file", (1, 2))
    (source / "empty").touch()
    (source / "link").symlink_to("nowhere")
    os.mkfifo(source / "pipe")
    assert 300_000 == copy_tree(source, target)
    assert ["empty", "inner", "link"] == sorted(path.name for path in target.iterdir())
    assert b"x" * 300_000 == (target / "inner" / "file").read_bytes()
    assert "nowhere" == str((target / "link").readlink())
    status = (target / "inner" / "file").stat()
    assert (0o400, 2) == (status.st_mode & 0o777, status.st_mtime)
    assert 0o750 == (target / "inner").stat().st_mode & 0o777
