"""The values of variables that a capsule refers to, encrypted, by fingerprint.

A platform throws old images away after days; a release is then built again, and it
needs the values that it had. They are kept as long as a capsule refers to them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from launchbook.config import safe_file
from launchbook.digest import canonical
from launchbook.errors import ValuesMissing
from launchbook.redact import Secret, reveal

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

SUFFIX: Final = ".age"


@dataclass(frozen=True)
class Vault:
    """A folder of encrypted files; one set of values is one file.

    Attributes:
        folder: Made when the first values are kept.
        fingerprint: Keyed, so that a file's name tells nothing of the values.
        encrypt: To everybody who may bring a release back.
        decrypt: With our own identity.
        learn: Makes a secret known to whatever redacts output.
    """

    folder: Path
    fingerprint: Callable[[str], str]
    encrypt: Callable[[bytes], bytes]
    decrypt: Callable[[bytes], bytes]
    learn: Callable[[Secret], Secret]

    def name(self, values: Mapping[str, str | Secret]) -> str:
        """Return the name that these values have, kept or not."""
        return self.fingerprint(_text(values).decode())

    def keep(self, values: Mapping[str, str | Secret]) -> str:
        """Keep values, unless they are; return their name.

        Raises:
            OSError: They cannot be written.
        """
        name = self.name(values)
        path = self._path(name)
        if not path.exists():
            safe_file.ensure_folder(self.folder)
            safe_file.write(path, self.encrypt(_sealed(values)))
        return name

    def has(self, name: str) -> bool:
        """Whether values of this name are kept."""
        return self._path(name).is_file()

    def open(self, name: str) -> dict[str, Secret]:
        """Return kept values, all as secrets.

        Only what was one is hidden in output from then on: a value like ``staging``
        would else be blotted out of every release's name.

        Raises:
            ValuesMissing: There are none of this name.
            KeyUnusable: They were encrypted to others only.
        """
        try:
            sealed = self._path(name).read_bytes()
        except FileNotFoundError as error:
            raise ValuesMissing(
                f"the values {name[:12]} are not kept here",
                hint="Bring the folder of the ledger back from its copy, or release the "
                "commit again with `invoke release.ENVIRONMENT`.",
            ) from error
        found = json.loads(self.decrypt(sealed))
        values = {name: Secret(text) for name, text in found["values"].items()}
        for each in found["secret"]:
            self.learn(values[each])
        return values

    def prune(self, used: Collection[str]) -> tuple[str, ...]:
        """Delete what no capsule refers to any more; return the names."""
        if not self.folder.is_dir():
            return ()
        gone = [
            path
            for path in sorted(self.folder.glob(f"*{SUFFIX}"))
            if path.stem not in used
        ]
        for path in gone:
            path.unlink(missing_ok=True)
        return tuple(path.stem for path in gone)

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}{SUFFIX}"


def _sealed(values: Mapping[str, str | Secret]) -> bytes:
    """What is encrypted: the values, and which of them are secrets."""
    secret = sorted(name for name, each in values.items() if isinstance(each, Secret))
    plain = {name: str(reveal(value)) for name, value in values.items()}
    return canonical({"values": plain, "secret": secret})


def _text(values: Mapping[str, str | Secret]) -> bytes:
    """The one text of a set of values."""
    return canonical({name: str(reveal(value)) for name, value in values.items()})
