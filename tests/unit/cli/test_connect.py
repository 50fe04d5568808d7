from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.command import Shell


def test_what_is_needed_is_told_without_asking_for_it(shell: Shell) -> None:
    typed = shell.type("connect", "--show")
    assert 0 == typed.status
    names = ("RAILWAY_API_TOKEN", "VERCEL_TOKEN", "SUPABASE_ACCESS_TOKEN")
    assert all(name in typed.out for name in names)
    assert "https://railway.com/account/tokens" in typed.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--platforms", "sandbox"), "the sandbox has tokens of its own"),
        (("--only", "netlify"), "there is no platform 'netlify'"),
        (("--environment", "stagging"), "stagging"),
        (("--platforms", "lives"), "lives"),
    ],
)
def test_a_wrong_word_is_refused_before_anything_is_asked(
    shell: Shell, words: tuple[str, ...], message: str
) -> None:
    typed = shell.type("connect", *words)
    assert 2 == typed.status
    assert message in typed.err


def test_without_a_terminal_and_a_variable_the_next_command_is_told(
    shell: Shell,
) -> None:
    typed = shell.type("connect", "--only", "vercel")
    assert 2 == typed.status
    assert "export VERCEL_TOKEN=..." in typed.err
    assert "invoke connect --only vercel" in typed.err
