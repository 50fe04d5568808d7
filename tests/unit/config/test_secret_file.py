from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from launchbook.config.identity import new_identity
from launchbook.config.keys import KeyRing
from launchbook.config.recipients import Recipient, Recipients
from launchbook.config.rotation import Rotation, RotationPhase
from launchbook.config.secret_file import SecretStore, stores_of
from launchbook.errors import InputError, KeyUnusable
from launchbook.redact import Secret

if TYPE_CHECKING:
    from pathlib import Path

STARTED = datetime(2026, 1, 1, tzinfo=UTC)
ROTATION = Rotation("A", RotationPhase.SPREADING, STARTED, 3600, Secret("former"))


def test_a_store_keeps_values_encrypted_and_for_the_owner_alone(tmp_path: Path) -> None:
    keys = KeyRing.open(tmp_path / "home")
    path = tmp_path / "secrets" / "staging.age"
    SecretStore(path, keys).add({"A": Secret("hunter22")})
    SecretStore(path, keys).add({"B": Secret("other")})
    again = SecretStore(path, keys)
    assert {"A", "B"} == again.names()
    assert Secret("hunter22") == again.get("A")
    assert again.get("C") is None
    assert b"hunter22" not in path.read_bytes()
    assert 0o600 == path.stat().st_mode & 0o777


def test_adding_what_is_missing_leaves_what_is_there(tmp_path: Path) -> None:
    store = SecretStore(tmp_path / "s.age", KeyRing.open(tmp_path))
    store.add({"A": Secret("first")})
    store.add_missing({"A": Secret("second"), "B": Secret("b")})
    assert (Secret("first"), Secret("b")) == (store.get("A"), store.get("B"))


@pytest.mark.parametrize(
    "content",
    [b"not json hunter22", b"[]", b'{"version": 3, "secrets": {}}', b'{"version": 1}'],
)
def test_a_damaged_store_is_refused_without_showing_it(
    tmp_path: Path, content: bytes
) -> None:
    keys = KeyRing.open(tmp_path)
    path = tmp_path / "s.age"
    path.write_bytes(keys.encrypt(content))
    with pytest.raises(KeyUnusable, match=r"s\.age cannot be read") as caught:
        SecretStore(path, keys).names()
    assert caught.value.__cause__ is None
    assert "hunter22" not in str(caught.value)


def test_a_store_of_another_identity_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s.age"
    SecretStore(path, KeyRing.open(tmp_path / "a")).add({"A": Secret("x")})
    with pytest.raises(KeyUnusable, match=r"s\.age cannot be read"):
        SecretStore(path, KeyRing.open(tmp_path / "b")).get("A")


def test_a_file_of_the_first_version_is_read(tmp_path: Path) -> None:
    keys = KeyRing.open(tmp_path)
    path = tmp_path / "s.age"
    path.write_bytes(keys.encrypt(b'{"version": 1, "secrets": {"A": "hunter22"}}'))
    assert Secret("hunter22") == SecretStore(path, keys).get("A")
    assert {} == SecretStore(path, keys).read().rotations


def test_a_rotation_is_kept_with_the_values_and_its_time(tmp_path: Path) -> None:
    keys = KeyRing.open(tmp_path)
    store = SecretStore(tmp_path / "s.age", keys)
    store.add({"A": Secret("new")})
    overlapping = ROTATION.proven_used(STARTED)
    store.change(lambda content: content.with_rotation(overlapping))
    again = SecretStore(tmp_path / "s.age", keys)
    assert overlapping == again.rotation("A")
    assert STARTED + timedelta(hours=1) == overlapping.overlap_until
    assert not overlapping.is_overlap_over(STARTED + timedelta(minutes=59))
    assert overlapping.is_overlap_over(STARTED + timedelta(minutes=60))
    again.change(lambda content: content.without_rotation("A"))
    assert SecretStore(tmp_path / "s.age", keys).rotation("A") is None
    assert Secret("new") == again.get("A")


def test_values_that_changed_meanwhile_are_not_replaced(tmp_path: Path) -> None:
    keys = KeyRing.open(tmp_path)
    store = SecretStore(tmp_path / "s.age", keys)
    store.add({"A": Secret("first")})
    before = dict(store.read().values)
    SecretStore(tmp_path / "s.age", keys).add({"A": Secret("second")})
    with pytest.raises(InputError, match="changed by somebody else"):
        store.replace(before, {})
    store.replace({"A": Secret("second")}, {"B": Secret("b")})
    assert {"B"} == SecretStore(tmp_path / "s.age", keys).names()


def test_every_recipient_reads_what_one_of_them_writes(tmp_path: Path) -> None:
    ada, ben = KeyRing.open(tmp_path / "ada"), KeyRing.open(tmp_path / "ben")
    recipients = Recipients(tmp_path / "secrets")
    recipients.add(Recipient("ada", ada.recipient))
    recipients.add(Recipient("ben", ben.recipient, ("staging",)))
    for environment in ("staging", "production"):
        path = tmp_path / "secrets" / f"{environment}.age"
        SecretStore(path, ada).add({"A": Secret("hunter22")})
    staging, production = reversed(stores_of(tmp_path / "secrets", ben))
    assert Secret("hunter22") == staging.get("A")
    with pytest.raises(KeyUnusable, match="cannot be read") as caught:
        production.get("A")
    assert f"--key {ben.recipient}" in caught.value.hint


def test_who_is_no_recipient_writes_nothing(tmp_path: Path) -> None:
    recipients = Recipients(tmp_path / "secrets")
    recipients.add(Recipient("ada", str(new_identity().to_public())))
    store = SecretStore(tmp_path / "secrets" / "s.age", KeyRing.open(tmp_path / "ben"))
    with pytest.raises(KeyUnusable, match="no recipient"):
        store.add({"A": Secret("hunter22")})
    assert not store.path.exists()


def test_who_was_removed_reads_no_more(tmp_path: Path) -> None:
    ada, ben = KeyRing.open(tmp_path / "ada"), KeyRing.open(tmp_path / "ben")
    recipients = Recipients(tmp_path / "secrets")
    recipients.add(Recipient("ada", ada.recipient))
    recipients.add(Recipient("ben", ben.recipient))
    store = SecretStore(tmp_path / "secrets" / "s.age", ada)
    store.add({"A": Secret("hunter22")})
    recipients.remove("ben")
    store.encrypt_again()
    with pytest.raises(KeyUnusable):
        SecretStore(store.path, ben).names()
    assert json.loads(ada.decrypt(store.path.read_bytes()))["secrets"]
