"""Somebody with an SSH key, who signs as ``ssh-keygen -Y sign`` does."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

KIND = b"ssh-ed25519"


def text(data: bytes) -> bytes:
    return len(data).to_bytes(4) + data


@dataclass(frozen=True)
class Signatory:
    """A person; each number is another one."""

    number: int

    @property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(bytes([self.number]) * 32)

    @property
    def _blob(self) -> bytes:
        raw = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return text(KIND) + text(raw)

    @property
    def key(self) -> str:
        return f"ssh-ed25519 {base64.b64encode(self._blob).decode()} somebody"

    def sign(self, message: bytes, namespace: bytes = b"launchbook-approval") -> str:
        parts = (namespace, b"", b"sha512")
        hashed = hashlib.sha512(message).digest()
        signed = b"SSHSIG" + b"".join(map(text, (*parts, hashed)))
        signature = text(KIND) + text(self._key.sign(signed))
        whole = b"".join(map(text, (self._blob, *parts, signature)))
        body = base64.b64encode(b"SSHSIG" + (1).to_bytes(4) + whole).decode()
        return f"-----BEGIN SSH SIGNATURE-----\n{body}\n-----END SSH SIGNATURE-----\n"
