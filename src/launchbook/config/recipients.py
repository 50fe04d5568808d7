"""Recipients: whose age identities the secrets of an environment are encrypted to.

``recipients.yml`` stands beside the encrypted files: on live platforms in
``inventory/secrets/``, which is committed, on the sandbox in the state folder. It
holds public halves only. Without it the operations identity is the only recipient.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

import yaml

from launchbook.config import safe_file
from launchbook.config.identity import check_recipient
from launchbook.config.schema import load_schema, validate
from launchbook.config.yaml import load
from launchbook.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FILE_NAME: Final = "recipients.yml"
OPERATIONS: Final = "operations"
BREAK_GLASS: Final = "break-glass"
HEADER: Final = """\
# Who can read the secrets in this folder: public halves of age identities.
# `invoke secrets.recipients` changes this file and encrypts the secrets again.
"""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One who can read.

    Attributes:
        name: As ``operations``, ``break-glass``, ``ada``.
        key: The public half, as ``age1...``.
        environments: Those whose secrets it can read; empty for all.
    """

    name: str
    key: str
    environments: tuple[str, ...] = ()

    def can_read(self, environment: str) -> bool:
        """Whether the secrets of an environment are encrypted to it."""
        return not self.environments or environment in self.environments

    def as_json(self) -> dict[str, object]:
        """Return it as one JSON object."""
        return {
            "name": self.name,
            "key": self.key,
            "environments": list(self.environments),
        }


class Recipients:
    """The list beside the encrypted files of a folder.

    Args:
        folder: Where the encrypted files are.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME

    def read(self) -> tuple[Recipient, ...]:
        """Return all, in the order of the file; none where there is no file.

        Raises:
            InventoryError: The file is wrong.
            InputError: A key is none.
        """
        if not self.path.exists():
            return ()
        document = load(self.path)
        validate(document, load_schema("inventory/recipients"))
        entries = cast("dict[str, dict[str, object]]", document.mapping()["recipients"])
        return tuple(
            Recipient(
                name,
                check_recipient(str(entry["key"])),
                tuple(cast("list[str]", entry.get("environments", []))),
            )
            for name, entry in entries.items()
        )

    def keys_for(self, environment: str) -> tuple[str, ...]:
        """Return the public keys that an environment's secrets are encrypted to."""
        return tuple(each.key for each in self.read() if each.can_read(environment))

    def all_keys(self) -> tuple[str, ...]:
        """Return every public key, whatever it may read."""
        return tuple(each.key for each in self.read())

    def add(self, recipient: Recipient) -> None:
        """Add one, or replace the one of that name.

        Raises:
            InputError: Its key is none.
        """
        check_recipient(recipient.key)
        others = {each.name: each for each in self.read()}
        self._write({**others, recipient.name: recipient}.values())

    def remove(self, name: str) -> Recipient:
        """Take one off the list, and return it.

        Raises:
            InputError: There is none of that name, or it is the last one.
        """
        found = {each.name: each for each in self.read()}
        if name not in found:
            raise InputError(
                f"{self.path} names no recipient `{name}`",
                hint="Type `invoke secrets.recipients` to list them.",
            )
        removed = found.pop(name)
        if not found:
            raise InputError(
                f"`{name}` is the last recipient, and nobody could read the secrets",
                hint="Add another one first: `invoke secrets.recipients --add NAME "
                "--key age1...`.",
            )
        self._write(found.values())
        return removed

    def _write(self, recipients: Iterable[Recipient]) -> None:
        entries = {each.name: _entry(each) for each in recipients}
        text = yaml.safe_dump({"recipients": entries}, sort_keys=False)
        safe_file.write(self.path, (HEADER + text).encode())


def _entry(recipient: Recipient) -> dict[str, object]:
    """A recipient as the file has it."""
    if not recipient.environments:
        return {"key": recipient.key}
    return {"key": recipient.key, "environments": list(recipient.environments)}
