"""The working folder and the state folder: where each file is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

SANDBOX: Final = "sandbox"
"""The set of platforms whose whole state, secrets too, lives in the state folder."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """Two folders.

    Attributes:
        root: The working folder, which is in git: inventory and playbooks.
        home: The state folder, which is not: keys, ledgers, the sandbox.
    """

    root: Path
    home: Path

    @property
    def inventory(self) -> Path:
        """Folder of the inventory."""
        return self.root / "inventory"

    @property
    def playbooks(self) -> Path:
        """Folder of the playbooks."""
        return self.root / "playbooks"

    def secrets_file(self, environment: str, platforms: str) -> Path:
        """Return the encrypted file of an environment's secrets."""
        folder = (
            self.home / SANDBOX / "secrets"
            if platforms == SANDBOX
            else self.inventory / "secrets"
        )
        return folder / f"{environment}.age"

    def keys_folder(self, platforms: str) -> Path:
        """Return where the keys are that all share who share a ledger."""
        return self.secrets_file("", platforms).parent / "keys"

    def shown(self, path: Path) -> str:
        """Return a path as people are shown it: from the working folder on."""
        return str(
            path.relative_to(self.root) if path.is_relative_to(self.root) else path
        )
