"""The key ring: who may read the secrets, and what the ledger is chained with.

``keys/operations.key`` is an age identity. The ledger's HMAC key and the
fingerprint key are made on the first run and kept beside it, encrypted to it.
Each key has an id, which the records made with it carry.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyrage

from launchbook.config import safe_file
from launchbook.errors import KeyUnusable

if TYPE_CHECKING:
    from pathlib import Path

IDENTITY_FILE: Final = "operations.key"
KEY_BYTES: Final = 32
ID_DIGITS: Final = 12
LEDGER: Final = "ledger"
FINGERPRINT: Final = "fingerprint"
OTHERS: Final = 0o077
"""Rights of group and others."""


@dataclass(frozen=True, slots=True, repr=False)
class _Key:
    """A symmetric key, and the id that is derived from it."""

    purpose: str
    value: bytes

    @property
    def id(self) -> str:
        """Such as ``ledger-1f0c9a7b2e44``; says nothing about the key."""
        seed = b"launchbook key id\0" + self.purpose.encode() + b"\0" + self.value
        return f"{self.purpose}-{hashlib.sha256(seed).hexdigest()[:ID_DIGITS]}"


class KeyRing:
    """The keys of one state folder. Made with ``open``.

    Attributes:
        is_ephemeral: A key was missing on disk and nothing was written: that key
            lives as long as this object, which is right for ``--check`` only.
    """

    def __init__(
        self, identity: pyrage.x25519.Identity, ledger: _Key, fingerprint: _Key
    ) -> None:
        self._identity = identity
        self._ledger = ledger
        self._fingerprint = fingerprint
        self.is_ephemeral = False

    def __repr__(self) -> str:
        return f"KeyRing({self._ledger.id}, {self._fingerprint.id})"

    @classmethod
    def open(cls, home: Path, *, is_read_only: bool = False) -> KeyRing:
        """Read the keys of a state folder, and make them on the first run.

        Args:
            home: The state folder; keys are in its ``keys/``.
            is_read_only: Write nothing; where there are no keys, use ephemeral ones.

        Raises:
            KeyUnusable: A key is lost, damaged, or readable by others.
        """
        folder = home / "keys"
        if is_read_only:
            return _read(folder) if _is_complete(folder) else _ephemeral(folder)
        if not _is_complete(folder):
            with safe_file.locked(folder):
                _make_missing(folder)
        return _read(folder)

    @property
    def ledger_key(self) -> bytes:
        """What the ledger's records are chained with."""
        return self._ledger.value

    @property
    def ledger_key_id(self) -> str:
        """The id of the ledger key, which each record carries."""
        return self._ledger.id

    @property
    def fingerprint_key(self) -> bytes:
        """What secrets are fingerprinted with."""
        return self._fingerprint.value

    @property
    def fingerprint_key_id(self) -> str:
        """The id of the fingerprint key."""
        return self._fingerprint.id

    @property
    def recipient(self) -> str:
        """The public half of the identity, as ``age1...``."""
        return str(self._identity.to_public())

    def encrypt(self, data: bytes) -> bytes:
        """Encrypt to the operations identity, in age's format."""
        sealed: bytes = pyrage.encrypt(data, [self._identity.to_public()])
        return sealed

    def decrypt(self, data: bytes) -> bytes:
        """Decrypt what was encrypted to the operations identity.

        Raises:
            KeyUnusable: It was encrypted to another one, or is damaged.
        """
        return _decrypt(self._identity, data, "this")


def _paths(folder: Path) -> tuple[Path, Path, Path]:
    """Identity, ledger key, fingerprint key."""
    return (
        folder / IDENTITY_FILE,
        folder / f"{LEDGER}.age",
        folder / f"{FINGERPRINT}.age",
    )


def _is_complete(folder: Path) -> bool:
    return all(path.exists() for path in _paths(folder))


def _read(folder: Path) -> KeyRing:
    identity = _read_identity(folder / IDENTITY_FILE)
    return KeyRing(
        identity,
        _read_key(identity, folder, LEDGER),
        _read_key(identity, folder, FINGERPRINT),
    )


def _ephemeral(folder: Path) -> KeyRing:
    """Keys for a run that writes nothing; those that exist are used."""
    path, *key_paths = _paths(folder)
    identity = _read_identity(path) if path.exists() else _new_identity()
    keys = [
        _read_key(identity, folder, purpose) if key_path.exists() else _new_key(purpose)
        for purpose, key_path in zip((LEDGER, FINGERPRINT), key_paths, strict=True)
    ]
    ring = KeyRing(identity, *keys)
    ring.is_ephemeral = True
    return ring


def _make_missing(folder: Path) -> None:
    """Make what is not there yet; somebody else may have been faster."""
    path, *key_paths = _paths(folder)
    if not path.exists():
        if any(each.exists() for each in key_paths):
            raise _lost(path)
        safe_file.write(path, f"{_new_identity()}\n".encode())
    identity = _read_identity(path)
    for purpose, key_path in zip((LEDGER, FINGERPRINT), key_paths, strict=True):
        if not key_path.exists():
            safe_file.write(key_path, _sealed(identity, _new_key(purpose)))


def _new_identity() -> pyrage.x25519.Identity:
    return pyrage.x25519.Identity.generate()


def _new_key(purpose: str) -> _Key:
    return _Key(purpose, secrets.token_bytes(KEY_BYTES))


def _sealed(identity: pyrage.x25519.Identity, key: _Key) -> bytes:
    content = json.dumps({"id": key.id, "key": key.value.hex()}).encode()
    sealed: bytes = pyrage.encrypt(content, [identity.to_public()])
    return sealed


def _read_identity(path: Path) -> pyrage.x25519.Identity:
    if path.stat().st_mode & OTHERS:
        raise KeyUnusable(
            f"{path} may be read by others",
            hint=f"Type `chmod 600 {path}`; if others had access, make new keys.",
        )
    try:
        text = _identity_line(path.read_text(encoding="ascii"))
        return pyrage.x25519.Identity.from_str(text)
    except (ValueError, pyrage.IdentityError) as error:
        raise KeyUnusable(
            f"{path} holds no age identity",
            hint="Put the identity back from its copy; it starts with "
            "`AGE-SECRET-KEY-1`.",
        ) from error


def _identity_line(text: str) -> str:
    """The identity itself; age's own tool writes comments above it."""
    lines = [line.strip() for line in text.splitlines()]
    return next((line for line in lines if line and not line.startswith("#")), "")


def _read_key(identity: pyrage.x25519.Identity, folder: Path, purpose: str) -> _Key:
    path = folder / f"{purpose}.age"
    try:
        content = json.loads(_decrypt(identity, path.read_bytes(), str(path)))
        key = _Key(purpose, bytes.fromhex(content["key"]))
        is_whole = len(key.value) == KEY_BYTES and content["id"] == key.id
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(str(path)) from error
    if not is_whole:
        raise _damaged(str(path))
    return key


def _decrypt(identity: pyrage.x25519.Identity, data: bytes, what: str) -> bytes:
    try:
        plain: bytes = pyrage.decrypt(data, [identity])
    except pyrage.DecryptError as error:
        raise _damaged(what) from error
    return plain


def _damaged(what: str) -> KeyUnusable:
    return KeyUnusable(
        f"{what} cannot be decrypted with keys/{IDENTITY_FILE}",
        hint="Put the file, or the identity that it was encrypted to, back from its "
        "copy.",
    )


def _lost(path: Path) -> KeyUnusable:
    return KeyUnusable(
        f"{path} is gone, and other keys are encrypted to it",
        hint=f"Put it back from its copy, or type `mv {path.parent} "
        f"{path.parent}.old` to start with new keys: the ledger then reads as "
        "unverifiable.",
    )
