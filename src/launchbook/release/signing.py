"""Ed25519 signatures of capsules: who has the public half can check one anywhere.

What is signed is the one canonical JSON text of a value, behind a word that says what
it is for, so that a signature of one thing is none of another.
"""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from launchbook.digest import canonical
from launchbook.errors import InputError, SignatureInvalid, SignatureUnverifiable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ALGORITHM: Final = "ed25519"
PURPOSE: Final = b"launchbook capsule 1\0"
ID_DIGITS: Final = 12
PUBLIC_BYTES: Final = 32


class Signer:
    """Signs with the key of this state folder.

    Args:
        seed: The private half, 32 bytes (``KeyRing.signing_seed``).
    """

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    def __repr__(self) -> str:
        return f"Signer({self.key_id})"

    @property
    def public(self) -> str:
        """The public half, as ``ed25519:...``: what the inventory lists."""
        return _text_of(self._key.public_key())

    @property
    def key_id(self) -> str:
        """As ``signing-1f0c9a7b2e44``; follows from the public half."""
        return key_id_of(self.public)

    def sign(self, capsule: Mapping[str, object]) -> dict[str, str]:
        """Return the signature of a capsule: ``key_id`` and ``signature``."""
        signature = self._key.sign(PURPOSE + canonical(capsule))
        return {
            "key_id": self.key_id,
            "signature": base64.b64encode(signature).decode(),
        }


class Verifier:
    """Checks signatures by the public halves that are known.

    Args:
        public: Own, and those that the inventory lists.

    Raises:
        InputError: One is no public half.
    """

    def __init__(self, public: Iterable[str]) -> None:
        self._keys = {key_id_of(each): _key_of(each) for each in public}

    def verify(
        self, capsule: Mapping[str, object], signature: Mapping[str, object]
    ) -> None:
        """Check that a capsule is what was signed.

        Raises:
            SignatureInvalid: It was changed, or another key signed it.
            SignatureUnverifiable: The key is not known here.
        """
        name = str(capsule.get("id", "a capsule"))
        key_id = str(signature.get("key_id", ""))
        key = self._keys.get(key_id)
        if key is None:
            raise SignatureUnverifiable(
                f"{name} was signed with {key_id or 'no key'}, which is not known here",
                hint="Type `invoke release.key` where it was released, and list what "
                "it prints in inventory/product.yml, team.signing_keys.",
                details={"key_id": key_id, "known": sorted(self._keys)},
            )
        try:
            found = base64.b64decode(str(signature.get("signature", "")), validate=True)
            key.verify(found, PURPOSE + canonical(capsule))
        except (ValueError, InvalidSignature) as error:
            raise SignatureInvalid(
                f"{name} is not what was signed with {key_id}",
                hint="Do not use it: type `invoke ledger.verify`, and take the ledger "
                "from its copy.",
                details={"key_id": key_id},
            ) from error


def key_id_of(public: str) -> str:
    """Return the id of a key by its public half."""
    return f"signing-{hashlib.sha256(public.encode()).hexdigest()[:ID_DIGITS]}"


def _text_of(key: Ed25519PublicKey) -> str:
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return f"{ALGORITHM}:{base64.b64encode(raw).decode()}"


def _key_of(public: str) -> Ed25519PublicKey:
    algorithm, _, text = public.partition(":")
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raw = b""
    if algorithm != ALGORITHM or len(raw) != PUBLIC_BYTES:
        raise InputError(
            f"{public!r} is no public half of a signing key",
            hint="List what `invoke release.key` prints: `ed25519:` and 44 characters.",
        )
    return Ed25519PublicKey.from_public_bytes(raw)
