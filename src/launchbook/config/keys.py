"""The key ring: who may read the secrets, and what the ledger is chained with.

``keys/operations.key`` is an age identity. The ledger's HMAC key, the fingerprint
key and the seed of the signing key are made on the first run and kept beside it,
encrypted to it, and to the break-glass identity once there is one. Each key has an
id, which the records made with it carry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from launchbook.config import safe_file
from launchbook.config.identity import (
    Identity,
    decrypted,
    encrypted,
    new_identity,
    parse_identity,
)
from launchbook.config.key_folder import (
    FINGERPRINT,
    IDENTITY_FILE,
    LEDGER,
    PURPOSES,
    SIGNING,
    Key,
    KeyFolder,
)
from launchbook.redact import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class SharedKeys:
    """Keys that stand beside the encrypted secrets, for all who share a ledger.

    Attributes:
        readers: Public halves of all who may read them.
    """

    folder: Path
    readers: tuple[str, ...]

    @property
    def is_made(self) -> bool:
        """Whether they are there."""
        return KeyFolder(self.folder, None).key_path(LEDGER).is_file()

    def take_over(self, home: Path, identity: Secret | None) -> None:
        """Give the keys of a state folder to all who share; or encrypt them again.

        Raises:
            KeyUnusable: They cannot be read.
        """
        folder = KeyFolder(home / "keys", identity)
        with safe_file.locked(folder.path):
            folder.make_missing()
        own = folder.identity()
        shared = KeyFolder(self.folder, Secret(str(own)), self.readers)
        keys = (shared if self.is_made else folder).read_keys(own)
        shared.write_keys(own, keys)


class KeyRing:
    """The keys of one state folder. Made with ``open``.

    Attributes:
        is_ephemeral: A key of what is recorded was missing on disk and nothing was
            written: that key lives as long as this object, which is right for
            ``--check`` only.
        can_sign: Whether the signing key is one that is kept.
        break_glass: Public half of the break-glass identity; empty without one.
    """

    def __init__(self, identity: Identity, keys: Mapping[str, Key]) -> None:
        self._identity = identity
        self._ledger = keys[LEDGER]
        self._fingerprint = keys[FINGERPRINT]
        self._signing = keys[SIGNING]
        self.is_ephemeral = False
        self.can_sign = True
        self.break_glass = ""

    def __repr__(self) -> str:
        return f"KeyRing({self._ledger.id}, {self._fingerprint.id})"

    @classmethod
    def open(
        cls,
        home: Path,
        *,
        is_read_only: bool = False,
        identity: Secret | None = None,
        shared: SharedKeys | None = None,
    ) -> KeyRing:
        """Read the keys of a state folder, and make them on the first run.

        Args:
            home: The state folder; keys are in its ``keys/``.
            is_read_only: Write nothing; where there are no keys, use ephemeral ones.
            identity: An age identity that is used in place of
                ``keys/operations.key``, as a machine without a disk has one.
            shared: Keys that several machines share, in place of the folder's own;
                the identity stays.

        Raises:
            KeyUnusable: A key is lost, damaged, or readable by others.
        """
        folder = KeyFolder(home / "keys", identity)
        if shared is not None:
            if not folder.has_identity and not is_read_only:
                with safe_file.locked(folder.path):
                    folder.make_missing()
            if folder.has_identity:
                own = Secret(str(folder.identity()))
                folder = KeyFolder(shared.folder, own, shared.readers)
        if not folder.is_complete and not is_read_only:
            with safe_file.locked(folder.path):
                folder.make_missing()
        is_chained, is_complete = folder.is_chained, folder.is_complete
        ring = cls(*folder.read_or_make_up())
        ring.is_ephemeral = not is_chained
        ring.can_sign = is_complete
        ring.break_glass = folder.break_glass
        return ring

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
    def signing_seed(self) -> bytes:
        """The private half of the signing key; see ``release.signing``."""
        return self._signing.value

    @property
    def recipient(self) -> str:
        """The public half of the identity, as ``age1...``."""
        return str(self._identity.to_public())

    def encrypt(self, data: bytes, recipients: Sequence[str] = ()) -> bytes:
        """Encrypt in age's format.

        Args:
            data: What to encrypt.
            recipients: Who may read it, as ``age1...``; the operations identity
                alone when there are none.
        """
        return encrypted(data, recipients or [self.recipient])

    def decrypt(self, data: bytes) -> bytes:
        """Decrypt what was encrypted to the operations identity, among others.

        Raises:
            KeyUnusable: It was encrypted to others only, or is damaged.
        """
        return decrypted(self._identity, data, f"keys/{IDENTITY_FILE}")


def seal_to_break_glass(home: Path, break_glass: str) -> None:
    """Let the break-glass identity read the keys of a state folder too.

    Args:
        home: The state folder.
        break_glass: The public half, as ``age1...``.

    Raises:
        KeyUnusable: The keys cannot be read.
    """
    folder = KeyFolder(home / "keys", None)
    with safe_file.locked(folder.path):
        folder.make_missing()
        keys = folder.read_keys(folder.identity())
        safe_file.write(folder.break_glass_path, f"{break_glass}\n".encode())
        folder.write_keys(folder.identity(), keys)


def recover_keys(home: Path, break_glass: Secret) -> bool:
    """Make the keys of a state folder usable again, by the break-glass identity.

    A lost operations identity is replaced by a new one; the other keys are read with
    the break-glass identity where they were left.

    Returns:
        Whether a new operations identity was made.

    Raises:
        KeyUnusable: It is no identity, or the keys that are there were never
            encrypted to it.
    """
    spare = parse_identity(break_glass.reveal(), "what was typed")
    folder = KeyFolder(home / "keys", None)
    with safe_file.locked(folder.path):
        is_lost = not folder.identity_path.exists()
        keys = [
            folder.read_key_by_any(spare, purpose)
            for purpose in PURPOSES
            if folder.key_path(purpose).exists()
        ]
        if is_lost:
            safe_file.write(folder.identity_path, f"{new_identity()}\n".encode())
        public = str(spare.to_public())
        safe_file.write(folder.break_glass_path, f"{public}\n".encode())
        folder.write_keys(folder.identity(), keys)
        folder.make_missing()
    return is_lost
