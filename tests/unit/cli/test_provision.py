"""What ``invoke provision.*`` refuses before it asks a platform or writes a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from launchbook.config.workspace import Workspace
    from tests.support.command import Shell

STAGING = "provision.staging"


@pytest.mark.parametrize(
    ("flags", "hint"),
    [
        ("--plan p.json --check", "Leave out --plan or --check."),
        ("--plan p.json --check --out q.json", "Leave out --plan or --check."),
        ("--plan p.json --out q.json", "Leave out --plan or --out."),
        ("--out q.json", "Add --check to save the plan."),
        ("--override large-change", 'Add --reason "..." with the reason.'),
    ],
)
def test_flags_that_contradict_each_other_are_refused(
    shell: Shell, workspace: Workspace, flags: str, hint: str
) -> None:
    typed = shell.type(STAGING, *flags.split())
    assert (2, "") == (typed.status, typed.out)
    assert f"hint: {hint}" == typed.err.splitlines()[-1]
    assert not workspace.home.exists()


@pytest.mark.parametrize("workers", ["0", "65", "many", "-1"])
def test_a_number_of_workers_that_is_none_is_refused(
    shell: Shell, workers: str
) -> None:
    typed = shell.type(STAGING, "--platforms", "live", f"--workers={workers}")
    assert 2 == typed.status
    assert "--workers takes a whole number from 1 to 64" in typed.err


@pytest.mark.parametrize("flags", [(), ("--check",), ("--json",)])
def test_without_a_sandbox_nothing_is_planned_or_written(
    shell: Shell, workspace: Workspace, flags: tuple[str, ...]
) -> None:
    typed = shell.type(STAGING, *flags)
    assert 8 == typed.status
    assert "invoke sandbox.up" in typed.out + typed.err
    assert not workspace.home.exists()


def test_secrets_that_live_platforms_lack_are_listed_all_at_once(
    shell: Shell, workspace: Workspace
) -> None:
    typed = shell.type(STAGING, "--platforms", "live", "--check")
    assert 2 == typed.status
    first, hint = typed.err.splitlines()
    assert first.startswith("error[missing-secret]: ")
    for name in ("env:RAILWAY_API_TOKEN", "env:VERCEL_TOKEN", "secret:JWT_SECRET"):
        assert name in first
    assert "`invoke secrets.set " in hint
    assert not workspace.home.exists()


def test_a_set_of_platforms_that_nobody_described_is_refused(shell: Shell) -> None:
    typed = shell.type(STAGING, "--platforms", "moon")
    assert 2 == typed.status
    assert "moon" in typed.err
