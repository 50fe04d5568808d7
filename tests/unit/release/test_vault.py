from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from launchbook.errors import ValuesMissing
from launchbook.redact import Secret
from launchbook.release.vault import Vault

if TYPE_CHECKING:
    from pathlib import Path

VALUES: dict[str, str | Secret] = {"PORT": "3000", "JWT_SECRET": Secret("s3cr3t")}


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """A vault whose cipher turns bytes around, so that tests can see through it."""
    return Vault(
        folder=tmp_path / "values",
        fingerprint=lambda text: hashlib.sha256(text.encode()).hexdigest()[:32],
        encrypt=lambda data: data[::-1],
        decrypt=lambda data: data[::-1],
        learn=lambda secret: secret,
    )


def test_values_come_back_as_secrets(vault: Vault) -> None:
    opened = vault.open(vault.keep(VALUES))
    assert {"PORT": Secret("3000"), "JWT_SECRET": Secret("s3cr3t")} == opened


def test_only_what_was_a_secret_is_hidden_in_output(vault: Vault) -> None:
    hidden: list[Secret] = []

    def learn(secret: Secret) -> Secret:
        hidden.append(secret)
        return secret

    replace(vault, learn=learn).open(vault.keep(VALUES))
    assert [Secret("s3cr3t")] == hidden


def test_what_lies_on_disk_is_encrypted_and_the_owners_alone(vault: Vault) -> None:
    name = vault.keep(VALUES)
    path = vault.folder / f"{name}.age"
    assert b"s3cr3t" not in path.read_bytes()
    assert 0o600 == path.stat().st_mode & 0o777


def test_the_same_values_are_kept_once(vault: Vault) -> None:
    assert vault.keep(VALUES) == vault.keep(dict(reversed(list(VALUES.items()))))
    assert 1 == len(list(vault.folder.iterdir()))


def test_values_that_are_gone_are_told(vault: Vault) -> None:
    with pytest.raises(ValuesMissing):
        vault.open("0" * 32)


def test_what_no_capsule_refers_to_is_deleted(vault: Vault) -> None:
    kept, gone = vault.keep(VALUES), vault.keep({"PORT": "4000"})
    assert (gone,) == vault.prune({kept})
    assert vault.has(kept)


def test_an_absent_folder_has_nothing_to_delete(vault: Vault) -> None:
    assert () == vault.prune(set())
