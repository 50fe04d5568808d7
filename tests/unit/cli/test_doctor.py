from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from launchbook.config.workspace import Workspace
    from tests.support.command import Shell


def test_a_sandbox_that_does_not_run_is_what_is_wrong(
    shell: Shell, workspace: Workspace
) -> None:
    typed = shell.type("doctor")
    assert 8 == typed.status
    assert "sandbox: invoke sandbox.up" in typed.out
    assert not workspace.home.exists()


def test_live_platforms_without_tokens_lead_to_connect(shell: Shell) -> None:
    typed = shell.type("doctor", "--platforms", "live")
    assert 2 == typed.status
    assert "tokens: invoke connect --platforms live" in typed.out


def test_an_unknown_fix_is_refused(shell: Shell) -> None:
    typed = shell.type("doctor", "--fix", "git-deplo")
    assert 2 == typed.status
    assert "there is no fix 'git-deplo'" in typed.err
    assert "git-deploy" in typed.err
