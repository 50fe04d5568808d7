"""The product's repository as a rehearsal sees it.

A rehearsal deploys commits. It works on a copy with a local remote, so commits and
pushes are real and the user's own files stay as they are, byte for byte.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

from launchbook.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from launchbook.transport.git import Git

SUBJECT: Final = "Take the product over for a rehearsal"
NOT_COPIED: Final = frozenset(
    {".git", "__pycache__", ".mypy_cache", ".pytest_cache", "dist", "node_modules"}
)


class Rehearsal:
    """Keeps one copy up to date.

    Args:
        source: The user's folder; only read.
        home: Where the copy and its remote live.
        git: Runs git.
    """

    def __init__(self, source: Path, home: Path, git: Git) -> None:
        self._source = source
        self._home = home
        self._git = git

    @property
    def work_tree(self) -> Path:
        """The copy's work tree: what is deployed to the sandbox."""
        return self._home / self._source.name

    def prepare(self) -> bool:
        """Bring the copy up to date and commit what changed.

        Returns:
            Whether there was anything to commit.

        Raises:
            SourceError: The folder is not there, or git failed.
        """
        if not self._source.is_dir():
            raise SourceError(
                f"there is no folder {self._source}",
                hint="Correct `repository` in inventory/product.yml.",
            )
        self.work_tree.mkdir(parents=True, exist_ok=True)
        _empty(self.work_tree, keep={".git"})
        shutil.copytree(
            self._source, self.work_tree, ignore=_ignored, dirs_exist_ok=True
        )
        remote = self._home / f"{self._source.name}.git"
        return self._git.mirror(self.work_tree, remote, SUBJECT)


def _empty(folder: Path, keep: Collection[str]) -> None:
    """Remove what is in a folder of our own, so that deletions are seen too."""
    for entry in folder.iterdir():
        if entry.name in keep:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _ignored(_: str, names: list[str]) -> set[str]:
    """What a build or a tool leaves behind, and files of secrets (``env.pull``)."""
    return {each for each in names if each in NOT_COPIED or each.startswith(".env")}
