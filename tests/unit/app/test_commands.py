from __future__ import annotations

import sys
from typing import Any

import pytest

from launchbook.app.commands import Commands
from launchbook.errors import CommandMissing, CommandRefused, SecretCommandFailed
from launchbook.redact import Secret
from launchbook.transport.process import Processes

SHOWN = "import os, sys; print(sys.argv[1:], sorted(os.environ.items()))"


def program(script: str, *arguments: str, **entry: Any) -> dict[str, Any]:
    return {"argv": [sys.executable, "-c", script, *arguments], **entry}


def commands(**listed: dict[str, Any]) -> Commands:
    environ = {"VAULT_TOKEN": "let me in", "RAILWAY_API_TOKEN": "hunter22"}
    return Commands(listed, Processes(), environ)


def test_what_a_listed_program_puts_out_is_a_secret() -> None:
    vault = program("import sys; print('value of', sys.argv[1])", "op://{subject}")
    assert Secret("value of op://a/b") == commands(vault=vault).run("cmd:vault:a/b")


def test_a_program_that_puts_out_nothing_gives_nothing() -> None:
    assert commands(vault=program("print()")).run("cmd:vault") is None


def test_a_program_sees_the_variables_that_its_entry_names_and_no_shell() -> None:
    vault = program(SHOWN, "$HOME; {subject}", environment=["VAULT_TOKEN", "ABSENT"])
    found = commands(vault=vault).run("cmd:vault:x")
    assert found is not None
    assert "['$HOME; x']" in found.reveal()
    assert "('VAULT_TOKEN', 'let me in')" in found.reveal()
    assert "hunter22" not in found.reveal()


@pytest.mark.parametrize("reference", ["cmd:other", "cmd:other:x"])
def test_a_program_that_is_not_listed_is_not_run(reference: str) -> None:
    with pytest.raises(CommandRefused, match="no command `other` is on the allow-list"):
        commands(vault=program("print(1)")).run(reference)
    with pytest.raises(CommandRefused):
        Commands(None, Processes(), {}).run(reference)


def test_a_subject_is_given_where_it_is_asked_for_and_only_there() -> None:
    with pytest.raises(CommandRefused, match="needs a subject"):
        commands(vault=program("print(1)", "{subject}")).run("cmd:vault")
    with pytest.raises(CommandRefused, match="takes no subject"):
        commands(vault=program("print(1)")).run("cmd:vault:x")


@pytest.mark.parametrize(
    ("script", "how"),
    [
        ("import sys; print('hunter22'); sys.exit('hunter22')", "ended with status 1"),
        ("import time; time.sleep(60)", "was not done in time"),
    ],
)
def test_a_program_that_fails_is_not_quoted(script: str, how: str) -> None:
    vault = program(script, timeout_seconds=1)
    with pytest.raises(SecretCommandFailed, match=how) as caught:
        commands(vault=vault).run("cmd:vault")
    assert "hunter22" not in f"{caught.value}{caught.value.hint}{caught.value.details}"


def test_a_program_that_is_not_installed_is_named() -> None:
    with pytest.raises(CommandMissing, match="cannot start no-such-program"):
        commands(vault={"argv": ["no-such-program"]}).run("cmd:vault")
