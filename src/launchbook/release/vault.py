"""The values of variables that a capsule refers to, encrypted, by fingerprint.

A platform throws old images away after days; a release is then built again, and it
needs the values that it had. They are kept as long as a capsule refers to them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from launchbook.config import safe_file
from launchbook.digest import canonical
from launchbook.errors import ValuesMissing
from launchbook.redact import Secret, reveal

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

SUFFIX: Final = ".age"


class Shared(Protocol):
    """Where the files are kept for other machines too."""

    def keep(self, name: str, content: bytes) -> None:
        """Keep a file, in place of the one of its name."""
        ...

    def read(self, name: str) -> bytes | None:
        """Return a file, or None where there is none."""
        ...

    def names(self) -> tuple[str, ...]:
        """Return the names of all files."""
        ...

    def drop(self, name: str) -> None:
        """Delete a file, if it is there."""
        ...


@dataclass(frozen=True)
class Vault:
    """A folder of encrypted files; one set of values is one file.

    Attributes:
        folder: Made when the first values are kept.
        fingerprint: Keyed, so that a file's name tells nothing of the values.
        encrypt: To everybody who may bring a release back.
        decrypt: With our own identity.
        learn: Makes a secret known to whatever redacts output.
        shared: Has every file too, where several machines share a ledger.
    """

    folder: Path
    fingerprint: Callable[[str], str]
    encrypt: Callable[[bytes], bytes]
    decrypt: Callable[[bytes], bytes]
    learn: Callable[[Secret], Secret]
    shared: Shared | None = None

    def name(self, values: Mapping[str, str | Secret]) -> str:
        """Return the name that these values have, kept or not."""
        return self.fingerprint(_text(values).decode())

    def keep(self, values: Mapping[str, str | Secret]) -> str:
        """Keep values, unless they are; return their name.

        Raises:
            OSError, LedgerUnwritable: They cannot be written.
        """
        name = self.name(values)
        path = self._path(name)
        if not path.exists():
            sealed = self.encrypt(_sealed(values))
            # First where others find it: a machine that dies between the two has
            # lost nothing that somebody needs.
            if self.shared is not None:
                self.shared.keep(name, sealed)
            safe_file.ensure_folder(self.folder)
            safe_file.write(path, sealed)
        return name

    def has(self, name: str) -> bool:
        """Whether values of this name are kept."""
        if self._path(name).is_file():
            return True
        return self.shared is not None and self.shared.read(name) is not None

    def open(self, name: str) -> dict[str, Secret]:
        """Return kept values, all as secrets.

        Only what was one is hidden in output from then on: a value like ``staging``
        would else be blotted out of every release's name.

        Raises:
            ValuesMissing: There are none of this name.
            KeyUnusable: They were encrypted to others only.
        """
        found = json.loads(self.decrypt(self._sealed(name)))
        values = {name: Secret(text) for name, text in found["values"].items()}
        for each in found["secret"]:
            self.learn(values[each])
        return values

    def share(self) -> int:
        """Encrypt all files to those who may read now, there and here; return how many.

        Raises:
            KeyUnusable: One was encrypted to others only.
        """
        here = {path.stem for path in self.folder.glob(f"*{SUFFIX}")}
        names = sorted(here.union(self.shared.names() if self.shared else ()))
        for name in names:
            sealed = self.encrypt(self.decrypt(self._sealed(name)))
            if self.shared is not None:
                self.shared.keep(name, sealed)
            safe_file.ensure_folder(self.folder)
            safe_file.write(self._path(name), sealed)
        return len(names)

    def prune(self, used: Collection[str]) -> tuple[str, ...]:
        """Delete what no capsule refers to any more; return the names."""
        here = {path.stem for path in self.folder.glob(f"*{SUFFIX}")}
        kept = here.union(self.shared.names() if self.shared else ())
        gone = sorted(kept - set(used))
        for name in gone:
            self._path(name).unlink(missing_ok=True)
            if self.shared is not None:
                self.shared.drop(name)
        return tuple(gone)

    def _sealed(self, name: str) -> bytes:
        """A file as it is kept, here or where all find it."""
        path = self._path(name)
        if path.is_file():
            return path.read_bytes()
        found = self.shared.read(name) if self.shared is not None else None
        if found is None:
            raise ValuesMissing(
                f"the values {name[:12]} are not kept here",
                hint="Bring the folder of the ledger back from its copy, or release the "
                "commit again with `invoke release.ENVIRONMENT`.",
            )
        return found

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
