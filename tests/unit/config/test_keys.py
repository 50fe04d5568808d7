from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pyrage
import pytest

from launchbook.config.identity import new_identity
from launchbook.config.keys import KeyRing, recover_keys, seal_to_break_glass
from launchbook.errors import KeyUnusable
from launchbook.redact import Secret

if TYPE_CHECKING:
    from pathlib import Path


def test_the_first_run_makes_keys_that_later_runs_read(tmp_path: Path) -> None:
    made = KeyRing.open(tmp_path / "home")
    read = KeyRing.open(tmp_path / "home")
    assert made.ledger_key == read.ledger_key
    assert made.fingerprint_key == read.fingerprint_key
    assert made.ledger_key != made.fingerprint_key
    assert (made.ledger_key_id, made.fingerprint_key_id) == (
        read.ledger_key_id,
        read.fingerprint_key_id,
    )
    assert not read.is_ephemeral


def test_keys_and_folders_are_the_owners_alone(tmp_path: Path) -> None:
    KeyRing.open(tmp_path / "deep" / "home")
    keys = tmp_path / "deep" / "home" / "keys"
    assert {0o700} == {
        folder.stat().st_mode & 0o777 for folder in (keys, keys.parent, keys.parents[1])
    }
    assert {0o600} == {file.stat().st_mode & 0o777 for file in keys.iterdir()}


def test_symmetric_keys_are_stored_encrypted_only(tmp_path: Path) -> None:
    ring = KeyRing.open(tmp_path)
    for file in (tmp_path / "keys").iterdir():
        content = file.read_bytes()
        for key in (ring.ledger_key, ring.fingerprint_key):
            assert key not in content
            assert key.hex().encode() not in content
    stored = (tmp_path / "keys" / "ledger.age").read_bytes()
    assert stored.startswith(b"age-encryption.org/v1")


def test_reading_only_writes_nothing_anywhere(tmp_path: Path) -> None:
    ring = KeyRing.open(tmp_path / "home", is_read_only=True)
    assert ring.is_ephemeral
    assert b"x" == ring.decrypt(ring.encrypt(b"x"))
    assert [] == list(tmp_path.iterdir())


def test_reading_only_uses_the_keys_that_exist(tmp_path: Path) -> None:
    made = KeyRing.open(tmp_path)
    (tmp_path / "keys" / "fingerprint.age").unlink()
    ring = KeyRing.open(tmp_path, is_read_only=True)
    assert made.ledger_key == ring.ledger_key
    assert made.fingerprint_key != ring.fingerprint_key
    assert ring.is_ephemeral


def test_a_ring_encrypts_to_itself_in_ages_format(tmp_path: Path) -> None:
    ring = KeyRing.open(tmp_path)
    sealed = ring.encrypt(b"text")
    line = (tmp_path / "keys" / "operations.key").read_text().strip()
    identity = pyrage.x25519.Identity.from_str(line)
    assert b"text" == pyrage.decrypt(sealed, [identity]) == ring.decrypt(sealed)
    assert str(identity.to_public()) == ring.recipient


def test_an_identity_with_the_comments_of_ages_own_tool_is_read(tmp_path: Path) -> None:
    KeyRing.open(tmp_path)
    path = tmp_path / "keys" / "operations.key"
    path.write_text(f"# created: today\n# public key: age1x\n{path.read_text()}")
    assert b"x" == KeyRing.open(tmp_path).decrypt(KeyRing.open(tmp_path).encrypt(b"x"))


def test_an_identity_that_others_may_read_is_refused(tmp_path: Path) -> None:
    KeyRing.open(tmp_path)
    path = tmp_path / "keys" / "operations.key"
    path.chmod(0o640)
    with pytest.raises(KeyUnusable, match="may be read by others") as caught:
        KeyRing.open(tmp_path)
    assert f"chmod 600 {path}" in caught.value.hint


def test_a_lost_identity_is_never_replaced_silently(tmp_path: Path) -> None:
    KeyRing.open(tmp_path)
    (tmp_path / "keys" / "operations.key").unlink()
    with pytest.raises(KeyUnusable, match="is gone"):
        KeyRing.open(tmp_path)


@pytest.mark.parametrize("text", ["", "nonsense", "AGE-SECRET-KEY-1XYZ"])
def test_a_damaged_identity_is_refused_without_showing_it(
    tmp_path: Path, text: str
) -> None:
    KeyRing.open(tmp_path)
    (tmp_path / "keys" / "operations.key").write_text(text)
    with pytest.raises(KeyUnusable, match="holds no age identity") as caught:
        KeyRing.open(tmp_path)
    assert not text or text not in caught.value.message


def test_a_key_of_another_identity_is_refused(tmp_path: Path) -> None:
    KeyRing.open(tmp_path / "a")
    other = KeyRing.open(tmp_path / "b")
    path = tmp_path / "a" / "keys" / "ledger.age"
    path.write_bytes(other.encrypt(b"{}"))
    with pytest.raises(KeyUnusable, match=r"ledger\.age cannot be decrypted"):
        KeyRing.open(tmp_path / "a")


@pytest.mark.parametrize(
    "content", [b"{}", b"nonsense", b'{"key": "00", "id": "x"}', b"[]"]
)
def test_a_key_file_with_other_content_is_refused(
    tmp_path: Path, content: bytes
) -> None:
    ring = KeyRing.open(tmp_path)
    (tmp_path / "keys" / "ledger.age").write_bytes(ring.encrypt(content))
    with pytest.raises(KeyUnusable, match=r"ledger\.age"):
        KeyRing.open(tmp_path)


def test_two_first_runs_at_once_end_with_the_same_keys(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        rings = list(pool.map(lambda _: KeyRing.open(tmp_path), range(16)))
    assert 1 == len({ring.ledger_key for ring in rings})
    assert 1 == len({ring.recipient for ring in rings})


def test_a_ring_prints_ids_and_no_keys(tmp_path: Path) -> None:
    ring = KeyRing.open(tmp_path)
    assert f"KeyRing({ring.ledger_key_id}, {ring.fingerprint_key_id})" == repr(ring)
    assert ring.ledger_key.hex()[:12] not in repr(ring)


def test_a_given_identity_stands_for_the_file(tmp_path: Path) -> None:
    private = Secret(str(new_identity()))
    ring = KeyRing.open(tmp_path, identity=private)
    assert not (tmp_path / "keys" / "operations.key").exists()
    again = KeyRing.open(tmp_path, identity=private, is_read_only=True)
    assert (ring.ledger_key, ring.recipient) == (again.ledger_key, again.recipient)
    with pytest.raises(KeyUnusable, match="cannot be decrypted"):
        KeyRing.open(tmp_path, identity=Secret(str(new_identity())))


def test_a_lost_identity_is_said_by_those_who_only_read_too(tmp_path: Path) -> None:
    KeyRing.open(tmp_path)
    (tmp_path / "keys" / "operations.key").unlink()
    with pytest.raises(KeyUnusable, match=r"operations\.key is gone") as caught:
        KeyRing.open(tmp_path, is_read_only=True)
    assert "invoke secrets.recover" in caught.value.hint


def test_the_break_glass_identity_brings_the_keys_back(tmp_path: Path) -> None:
    ring, private = KeyRing.open(tmp_path), new_identity()
    seal_to_break_glass(tmp_path, str(private.to_public()))
    assert str(private.to_public()) == KeyRing.open(tmp_path).break_glass
    (tmp_path / "keys" / "operations.key").unlink()
    assert recover_keys(tmp_path, Secret(str(private)))
    again = KeyRing.open(tmp_path)
    assert (ring.ledger_key, ring.fingerprint_key) == (
        again.ledger_key,
        again.fingerprint_key,
    )
    assert ring.recipient != again.recipient
    assert not recover_keys(tmp_path, Secret(str(private)))
    assert again.recipient == KeyRing.open(tmp_path).recipient


def test_a_recovery_that_was_cut_off_goes_on(tmp_path: Path) -> None:
    ring, private = KeyRing.open(tmp_path), new_identity()
    seal_to_break_glass(tmp_path, str(private.to_public()))
    folder = tmp_path / "keys"
    old = (folder / "fingerprint.age").read_bytes()
    (folder / "operations.key").unlink()
    recover_keys(tmp_path, Secret(str(private)))
    (folder / "fingerprint.age").write_bytes(old)
    recover_keys(tmp_path, Secret(str(private)))
    assert ring.fingerprint_key == KeyRing.open(tmp_path).fingerprint_key


def test_another_identity_recovers_nothing_and_changes_nothing(tmp_path: Path) -> None:
    KeyRing.open(tmp_path)
    folder = tmp_path / "keys"
    (folder / "operations.key").unlink()
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(KeyUnusable):
        recover_keys(tmp_path, Secret(str(new_identity())))
    assert before == {path.name: path.read_bytes() for path in folder.iterdir()}


def test_an_older_key_folder_gets_a_signing_key_when_it_is_next_written(
    tmp_path: Path,
) -> None:
    made = KeyRing.open(tmp_path)
    (tmp_path / "keys" / "signing.age").unlink()
    looked = KeyRing.open(tmp_path, is_read_only=True)
    assert (False, False) == (looked.is_ephemeral, looked.can_sign)
    assert made.ledger_key == looked.ledger_key
    assert not (tmp_path / "keys" / "signing.age").exists()
    written = KeyRing.open(tmp_path)
    assert written.can_sign
    assert made.ledger_key == written.ledger_key
    assert made.signing_seed != written.signing_seed


def test_a_lost_identity_and_one_missing_key_are_not_replaced(tmp_path: Path) -> None:
    KeyRing.open(tmp_path)
    (tmp_path / "keys" / "operations.key").unlink()
    (tmp_path / "keys" / "signing.age").unlink()
    with pytest.raises(KeyUnusable, match="is gone"):
        KeyRing.open(tmp_path)


def test_the_break_glass_identity_brings_the_signing_key_back(tmp_path: Path) -> None:
    spare = new_identity()
    made = KeyRing.open(tmp_path)
    seal_to_break_glass(tmp_path, str(spare.to_public()))
    (tmp_path / "keys" / "operations.key").unlink()
    assert recover_keys(tmp_path, Secret(str(spare)))
    assert made.signing_seed == KeyRing.open(tmp_path).signing_seed
