"""The age-encrypted file of an environment: what ``secret:NAME`` names.

Read and written as a whole, under a lock, and never half: values, and the rotations
that are under way. It is encrypted to the recipients of its folder.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from launchbook.config import safe_file
from launchbook.config.recipients import Recipients
from launchbook.config.rotation import rotation_of
from launchbook.errors import InputError, KeyUnusable
from launchbook.redact import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from launchbook.config.keys import KeyRing
    from launchbook.config.rotation import Rotation

SUFFIX: Final = ".age"
FORMAT_VERSION: Final = 2
READABLE_VERSIONS: Final = frozenset({1, FORMAT_VERSION})
"""Version 1 had no rotations."""


@dataclass(frozen=True, slots=True)
class Content:
    """What the file holds."""

    values: Mapping[str, Secret] = field(default_factory=dict)
    rotations: Mapping[str, Rotation] = field(default_factory=dict)

    def with_values(self, values: Mapping[str, Secret]) -> Content:
        """Return it with values set; others stay as they are."""
        return replace(self, values={**self.values, **values})

    def with_rotation(self, rotation: Rotation) -> Content:
        """Return it with a rotation as it stands now."""
        return replace(self, rotations={**self.rotations, rotation.name: rotation})

    def without_rotation(self, name: str) -> Content:
        """Return it without a rotation, which is over."""
        kept = {each: found for each, found in self.rotations.items() if each != name}
        return replace(self, rotations=kept)


class SecretStore:
    """One age-encrypted file: a mapping of names to values.

    Args:
        path: The file; it is made with the first value.
        keys: Whose identity reads it; it is encrypted to the recipients that its
            folder names, and to that identity alone where it names none.
    """

    def __init__(self, path: Path, keys: KeyRing) -> None:
        self.path = path
        self._keys = keys
        self._recipients = Recipients(path.parent)
        self._content: Content | None = None

    @property
    def environment(self) -> str:
        """The environment that the file belongs to."""
        return self.path.stem

    def names(self) -> frozenset[str]:
        """Return the names that have a value."""
        return frozenset(self.read().values)

    def get(self, name: str) -> Secret | None:
        """Return a value, or None.

        Raises:
            KeyUnusable: The file cannot be decrypted, or is damaged.
        """
        return self.read().values.get(name)

    def rotation(self, name: str) -> Rotation | None:
        """Return the rotation of a secret that is under way, or None."""
        return self.read().rotations.get(name)

    def read(self) -> Content:
        """Return all that the file holds; nothing where it is absent.

        Raises:
            KeyUnusable: The file cannot be decrypted, or is damaged.
        """
        if self._content is None:
            self._content = self._load() if self.path.exists() else Content()
        return self._content

    def add(self, values: Mapping[str, Secret]) -> None:
        """Set values; others stay as they are. Safe beside another process."""
        self.change(lambda content: content.with_values(values))

    def add_missing(self, values: Mapping[str, Secret]) -> None:
        """Set those values that have none yet; what is there wins."""
        self.change(
            lambda content: replace(content, values={**values, **content.values})
        )

    def replace(
        self, before: Mapping[str, Secret], after: Mapping[str, Secret]
    ) -> None:
        """Set all values at once, if they are still what they were.

        Raises:
            InputError: Somebody else changed them meanwhile; nothing is written.
        """

        def changed(content: Content) -> Content:
            if dict(content.values) != dict(before):
                raise InputError(
                    f"{self.path} was changed by somebody else meanwhile",
                    hint="Type the same command again.",
                )
            return replace(content, values=after)

        self.change(changed)

    def change(self, changed: Callable[[Content], Content]) -> None:
        """Replace the content by what is made of it, at once; nobody comes between.

        Raises:
            KeyUnusable: We cannot read the file, or are no recipient of it.
        """
        with safe_file.locked(self.path.parent):
            self._content = None
            self._write(changed(self.read()))

    def encrypt_again(self) -> None:
        """Encrypt the same content to the recipients as they are now."""
        self.change(lambda content: content)

    def _load(self) -> Content:
        try:
            content = json.loads(self._keys.decrypt(self.path.read_bytes()))
            return _content_of(content)
        except KeyUnusable as error:
            raise self._damaged() from error
        except (ValueError, KeyError, TypeError, AttributeError):
            # Without its cause: the text of a parser's error may hold a secret.
            raise self._damaged() from None

    def _damaged(self) -> KeyUnusable:
        return KeyUnusable(
            f"{self.path} cannot be read with this state folder's identity",
            hint="Let somebody who can read it type `invoke secrets.recipients --add "
            f"NAME --key {self._keys.recipient}`, or put keys/operations.key, or the "
            "file itself, back from its copy.",
        )

    def _write(self, content: Content) -> None:
        listed = self._recipients.keys_for(self.environment)
        if listed and self._keys.recipient not in listed:
            raise KeyUnusable(
                f"this state folder's identity is no recipient of {self.path}",
                hint="Let a recipient type `invoke secrets.recipients --add NAME "
                f"--key {self._keys.recipient}`, then run the same command again.",
            )
        plain = {
            "version": FORMAT_VERSION,
            "secrets": {
                name: content.values[name].reveal() for name in sorted(content.values)
            },
            "rotations": {
                name: each.as_content() for name, each in content.rotations.items()
            },
        }
        data = json.dumps(plain).encode()
        safe_file.write(self.path, self._keys.encrypt(data, listed))
        self._content = content


def stores_of(folder: Path, keys: KeyRing) -> tuple[SecretStore, ...]:
    """Return the encrypted files of a folder, by environment."""
    paths = sorted(folder.glob(f"*{SUFFIX}"))
    return tuple(SecretStore(path, keys) for path in paths)


def _content_of(content: Mapping[str, Any]) -> Content:
    """Read the decrypted JSON.

    Raises:
        ValueError, KeyError, TypeError, AttributeError: It is not ours.
    """
    if content["version"] not in READABLE_VERSIONS:
        msg = "another version"
        raise ValueError(msg)
    values = {name: Secret(str(text)) for name, text in content["secrets"].items()}
    rotations = {
        name: rotation_of(name, each)
        for name, each in content.get("rotations", {}).items()
    }
    return Content(values, rotations)
