"""Signatures that ``ssh-keygen -Y sign`` makes, checked without that program.

The form is OpenSSH's (PROTOCOL.sshsig). Ed25519 keys only: what an approver has is
one line of ``~/.ssh/id_ed25519.pub``.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from launchbook.errors import SignatureInvalid

NAMESPACE: Final = "launchbook-approval"
KEY_TYPE: Final = "ssh-ed25519"
_MAGIC: Final = b"SSHSIG"
_VERSION: Final = 1
_BEGIN: Final = "-----BEGIN SSH SIGNATURE-----"
_END: Final = "-----END SSH SIGNATURE-----"
_HASHES: Final = {b"sha256": hashlib.sha256, b"sha512": hashlib.sha512}


def check_signature(text: bytes, armored: str, key: str) -> None:
    """Check that the holder of a key signed a text as an approval.

    Args:
        text: What was signed.
        armored: The signature, between its two lines of dashes.
        key: The public half, as ``ssh-ed25519 AAAA... comment``.

    Raises:
        SignatureInvalid: Anything about it is wrong.
    """
    try:
        signed, signature, signer = _opened(text, armored)
        if signer != _blob_of(key):
            raise _invalid("another key signed it")
        raw_key, raw = _Reader(signer), _Reader(signature)
        if {raw_key.text(), raw.text()} != {KEY_TYPE.encode()}:
            raise _invalid(f"the key is not of the type {KEY_TYPE}")
        Ed25519PublicKey.from_public_bytes(raw_key.text()).verify(raw.text(), signed)
    except (ValueError, InvalidSignature) as error:
        raise _invalid("the signature does not fit") from error


def is_public_key(key: str) -> bool:
    """Whether a text is the public half of an Ed25519 key."""
    try:
        reader = _Reader(_blob_of(key))
        return reader.text() == KEY_TYPE.encode() and len(reader.text()) == 32
    except ValueError:
        return False


class _Reader:
    """Reads the SSH wire form: numbers of 4 bytes, and texts with their length."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def take(self, count: int) -> bytes:
        """Return that many bytes.

        Raises:
            ValueError: There are fewer.
        """
        if len(self._data) < count:
            msg = "the signature ends too early"
            raise ValueError(msg)
        found, self._data = self._data[:count], self._data[count:]
        return found

    def number(self) -> int:
        """Return the next number."""
        return int.from_bytes(self.take(4))

    def text(self) -> bytes:
        """Return the next text."""
        return self.take(self.number())


def _opened(text: bytes, armored: str) -> tuple[bytes, bytes, bytes]:
    """What was signed in truth, the signature, and the key that it names."""
    body = armored.strip()
    if not (body.startswith(_BEGIN) and body.endswith(_END)):
        raise _invalid("it is not what `ssh-keygen -Y sign` writes")
    inner = "".join(body.removeprefix(_BEGIN).removesuffix(_END).split())
    reader = _Reader(base64.b64decode(inner, validate=True))
    if reader.take(len(_MAGIC)) != _MAGIC or reader.number() != _VERSION:
        raise _invalid("it is of another version")
    signer, namespace, reserved = reader.text(), reader.text(), reader.text()
    algorithm, signature = reader.text(), reader.text()
    if namespace != NAMESPACE.encode():
        raise _invalid("it was made for something else than an approval")
    if algorithm not in _HASHES:
        raise _invalid("its digest is of an unknown kind")
    digest = _HASHES[algorithm](text).digest()
    parts = (namespace, reserved, algorithm, digest)
    return _MAGIC + b"".join(map(_written, parts)), signature, signer


def _written(data: bytes) -> bytes:
    return len(data).to_bytes(4) + data


def _blob_of(key: str) -> bytes:
    """The key itself, out of its line.

    Raises:
        ValueError: The line has another form.
    """
    kind, _, rest = key.strip().partition(" ")
    if kind != KEY_TYPE:
        msg = f"only {KEY_TYPE} keys approve"
        raise ValueError(msg)
    return base64.b64decode(rest.split(" ")[0], validate=True)


def _invalid(why: str) -> SignatureInvalid:
    return SignatureInvalid(
        f"the approval's signature counts for nothing: {why}",
        hint="Approve again: `invoke approve PLAN --as NAME --reason ...`.",
    )
