"""The files of ``keys/``: an age identity, and the keys that are encrypted to it."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from launchbook.config import safe_file
from launchbook.config.identity import (
    Identity,
    decrypted,
    encrypted,
    new_identity,
    parse_identity,
    read_identity,
)
from launchbook.errors import KeyUnusable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from launchbook.redact import Secret

IDENTITY_FILE: Final = "operations.key"
BREAK_GLASS_FILE: Final = "break-glass.pub"
"""The public half of the identity that lies sealed on paper."""
KEY_BYTES: Final = 32
ID_DIGITS: Final = 12
LEDGER: Final = "ledger"
FINGERPRINT: Final = "fingerprint"
SIGNING: Final = "signing"
"""Seed of the Ed25519 key that capsules are signed with."""
CHAIN: Final = (LEDGER, FINGERPRINT)
"""Without these nothing that was recorded can be judged."""
PURPOSES: Final = (*CHAIN, SIGNING)
_WHO: Final = f"keys/{IDENTITY_FILE}"


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    """A symmetric key, and the id that is derived from it."""

    purpose: str
    value: bytes

    @property
    def id(self) -> str:
        """Such as ``ledger-1f0c9a7b2e44``; says nothing about the key."""
        seed = b"launchbook key id\0" + self.purpose.encode() + b"\0" + self.value
        return f"{self.purpose}-{hashlib.sha256(seed).hexdigest()[:ID_DIGITS]}"


class KeyFolder:
    """The files of ``keys/``.

    Args:
        path: The folder.
        given: The identity in place of the folder's own.
        readers: Public halves of all who may read the keys, when several share them;
            they then stand in a folder without an identity of its own.
    """

    def __init__(
        self, path: Path, given: Secret | None, readers: Sequence[str] = ()
    ) -> None:
        self.path = path
        self._given = given
        self._readers = readers
        self.identity_path = path / IDENTITY_FILE
        self.break_glass_path = path / BREAK_GLASS_FILE

    def key_path(self, purpose: str) -> Path:
        """Return the file of a key."""
        return self.path / f"{purpose}.age"

    @property
    def has_identity(self) -> bool:
        """Whether there is an identity, given or kept."""
        return self._given is not None or self.identity_path.exists()

    @property
    def is_complete(self) -> bool:
        """Whether nothing has to be made."""
        return self._has(PURPOSES)

    @property
    def is_chained(self) -> bool:
        """Whether the keys of what is recorded are there.

        A folder of an earlier version has no signing key until it is next written.
        """
        return self._has(CHAIN)

    @property
    def break_glass(self) -> str:
        """The public half of the break-glass identity; empty without one."""
        try:
            return self.break_glass_path.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return ""

    def identity(self) -> Identity:
        """Return the identity.

        Raises:
            KeyUnusable: It is none, or others may read it.
        """
        if self._given is not None:
            return parse_identity(self._given.reveal(), "the identity that was given")
        return read_identity(self.identity_path)

    def read_keys(self, identity: Identity) -> list[Key]:
        """Return every key of a folder that is complete."""
        return [self.read_key(identity, each) for each in PURPOSES]

    def read_or_make_up(self) -> tuple[Identity, dict[str, Key]]:
        """Return those that exist, and others that are written nowhere.

        Raises:
            KeyUnusable: The identity is gone, and there are keys encrypted to it.
        """
        has_key = {each: self.key_path(each).exists() for each in PURPOSES}
        if not self.has_identity and any(has_key.values()):
            raise _lost(self.identity_path)
        identity = self.identity() if self.has_identity else new_identity()
        return identity, {
            each: self.read_key(identity, each) if has_key[each] else _new_key(each)
            for each in PURPOSES
        }

    def make_missing(self) -> None:
        """Make what is not there yet; somebody else may have been faster."""
        missing = [
            purpose for purpose in PURPOSES if not self.key_path(purpose).exists()
        ]
        if not self.has_identity:
            if len(missing) < len(PURPOSES):
                raise _lost(self.identity_path)
            safe_file.write(self.identity_path, f"{new_identity()}\n".encode())
        self.write_keys(self.identity(), [_new_key(each) for each in missing])

    def write_keys(self, identity: Identity, keys: Sequence[Key]) -> None:
        """Encrypt keys to the identity, the break-glass one, and all who share them."""
        own = (str(identity.to_public()), self.break_glass)
        public = [*dict.fromkeys(filter(None, (*own, *self._readers)))]
        for key in keys:
            content = json.dumps({"id": key.id, "key": key.value.hex()}).encode()
            safe_file.write(self.key_path(key.purpose), encrypted(content, public))

    def _has(self, purposes: Sequence[str]) -> bool:
        """Whether there is an identity, and a key of each purpose."""
        paths = map(self.key_path, purposes)
        return self.has_identity and all(path.exists() for path in paths)

    def read_key_by_any(self, spare: Identity, purpose: str) -> Key:
        """Read a key with the spare identity, or else with the folder's own.

        A recovery that was cut off has replaced some keys and not the others.
        """
        try:
            return self.read_key(spare, purpose)
        except KeyUnusable:
            if not self.has_identity:
                raise
            return self.read_key(self.identity(), purpose)

    def read_key(self, identity: Identity, purpose: str) -> Key:
        """Return one key.

        Raises:
            KeyUnusable: It is damaged, or was encrypted to others.
        """
        path = self.key_path(purpose)
        try:
            content = json.loads(decrypted(identity, path.read_bytes(), _WHO))
            key = Key(purpose, bytes.fromhex(content["key"]))
            is_whole = len(key.value) == KEY_BYTES and content["id"] == key.id
        except (ValueError, KeyError, TypeError) as error:
            raise _damaged(path) from error
        except KeyUnusable as error:
            raise self._closed(identity, path) from error
        if not is_whole:
            raise _damaged(path)
        return key

    def _closed(self, identity: Identity, path: Path) -> KeyUnusable:
        """What is said of a key that an identity cannot read."""
        if not self._readers:
            return _damaged(path)
        return KeyUnusable(
            f"{path} is shared, and this state folder's identity cannot read it",
            hint="Let a recipient type `invoke secrets.recipients --add NAME --key "
            f"{identity.to_public()}` with the set of platforms, then run the same "
            "command again.",
        )


def _new_key(purpose: str) -> Key:
    return Key(purpose, secrets.token_bytes(KEY_BYTES))


def _damaged(path: Path) -> KeyUnusable:
    return KeyUnusable(
        f"{path} cannot be decrypted with {_WHO}",
        hint="Put the file, or the identity that it was encrypted to, back from its "
        "copy.",
    )


def _lost(path: Path) -> KeyUnusable:
    return KeyUnusable(
        f"{path} is gone, and other keys are encrypted to it",
        hint="Put it back from its copy, or type `invoke secrets.recover` with the "
        f"break-glass identity; without both, type `mv {path.parent} "
        f"{path.parent}.old` to start with new keys: the ledger then reads as "
        "unverifiable.",
    )
