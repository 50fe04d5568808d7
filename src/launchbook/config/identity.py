"""age identities and recipients: who can read what is encrypted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, cast

import pyrage

from launchbook.errors import InputError, KeyUnusable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

OTHERS: Final = 0o077
"""Rights of group and others."""
IDENTITY_MARK: Final = "AGE-SECRET-KEY-1"


class Identity(Protocol):
    """An age identity; its text is the private half."""

    def to_public(self) -> object:
        """Return the public half, whose text is ``age1...``."""
        ...


def new_identity() -> Identity:
    """Make up an identity."""
    return cast("Identity", pyrage.x25519.Identity.generate())


def read_identity(path: Path) -> Identity:
    """Read an identity from a file that nobody else may read.

    Raises:
        KeyUnusable: It holds none, or others may read it.
    """
    if path.stat().st_mode & OTHERS:
        raise KeyUnusable(
            f"{path} may be read by others",
            hint=f"Type `chmod 600 {path}`; if others had access, make new keys.",
        )
    try:
        text = path.read_text(encoding="ascii")
    except UnicodeDecodeError:
        text = ""
    return parse_identity(text, str(path))


def parse_identity(text: str, what: str) -> Identity:
    """Return the identity that a text holds; comments above it are passed over.

    Args:
        text: As age's own tool writes it.
        what: Where the text is from, for the error message.

    Raises:
        KeyUnusable: There is none in it.
    """
    lines = [line.strip() for line in text.splitlines()]
    found = [line for line in lines if line and not line.startswith("#")]
    try:
        identity = pyrage.x25519.Identity.from_str(found[0] if found else "")
    except (ValueError, pyrage.IdentityError):
        # Without its cause: it may quote the text.
        raise KeyUnusable(
            f"{what} holds no age identity",
            hint="Put the identity back from its copy; it starts with "
            f"`{IDENTITY_MARK}`.",
        ) from None
    return cast("Identity", identity)


def check_recipient(key: str) -> str:
    """Return the public half of an identity, if it is one.

    Raises:
        InputError: It is not; a private half is not repeated.
    """
    shown = "a private identity" if key.upper().startswith("AGE-SECRET") else repr(key)
    try:
        pyrage.x25519.Recipient.from_str(key)
    except (ValueError, pyrage.RecipientError):
        raise InputError(
            f"{shown} is no public age key",
            hint="Give the public half, which starts with `age1`; its owner sees it "
            "with `invoke secrets.recipients`.",
        ) from None
    return key


def encrypted(data: bytes, recipients: Sequence[str]) -> bytes:
    """Encrypt to public keys, in age's format."""
    keys = [pyrage.x25519.Recipient.from_str(each) for each in recipients]
    sealed: bytes = pyrage.encrypt(data, keys)
    return sealed


def decrypted(identity: Identity, data: bytes, who: str) -> bytes:
    """Decrypt what was encrypted to an identity, among others.

    Args:
        identity: Ours.
        data: In age's format.
        who: What the identity is called, for the error message.

    Raises:
        KeyUnusable: It was encrypted to others only, or is damaged.
    """
    try:
        plain: bytes = pyrage.decrypt(data, [identity])
    except pyrage.DecryptError as error:
        raise KeyUnusable(
            f"this cannot be decrypted with {who}",
            hint="Put the file, or the identity that it was encrypted to, back from "
            "its copy.",
        ) from error
    return plain
