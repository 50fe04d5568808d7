"""``invoke database.*``: what a person reads, and what a program does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.workspace import edit

if TYPE_CHECKING:
    from launchbook.config.workspace import Workspace
    from tests.support.command import Shell


def test_the_share_of_each_process_is_known_without_any_platform(shell: Shell) -> None:
    [found] = shell.type(
        "database.pool", "--environment", "production", "--json"
    ).records
    assert {
        "kind": "pool",
        "instance_size": "small",
        "server_connections": 90,
        "pooler_size": 72,
        "usable": 57,
        "processes": 7,
        "size": 8,
        "used": 56,
    } == found
    lines = shell.type("database.pool", "--environment", "production").lines
    assert "size                8" in lines


def test_too_many_replicas_are_refused_before_anything_else(
    shell: Shell, workspace: Workspace
) -> None:
    edit(workspace, "inventory/environments/staging.yml", "backend: 1", "backend: 8")
    refused = shell.type("database.pool")
    assert 2 == refused.status
    assert refused.err.startswith("error[pool-too-small]: 19 processes (8 of backend")
    assert "Set database.instance_size to small, or fewer replicas" in refused.err


def test_a_database_needs_a_sandbox_or_live_platforms(shell: Shell) -> None:
    for command in ("database.advise", "database.prove"):
        refused = shell.type(command)
        assert 8 == refused.status
        assert refused.err.startswith("error[sandbox-not-running]")
