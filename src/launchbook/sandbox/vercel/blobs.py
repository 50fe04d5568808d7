"""Uploaded files by digest, and the trees that deployments are made of."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from launchbook.sandbox.document import write_private

if TYPE_CHECKING:
    from collections.abc import Mapping

_DIGEST: Final = re.compile(r"[0-9a-f]{40}")


class DigestError(ValueError):
    """The content is not what its digest says."""


class PathError(ValueError):
    """A file that would lie outside its tree."""


class Blobs:
    """Contents by SHA-1, as the vendor keys them.

    Args:
        folder: Where they lie, in 256 folders by the first two digits.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest

    def has(self, digest: str) -> bool:
        """Whether the content is here."""
        return bool(_DIGEST.fullmatch(digest)) and self._path(digest).exists()

    def add(self, content: bytes, digest: str | None = None) -> str:
        """Keep a content; return its digest.

        Raises:
            DigestError: ``digest`` is given and not the content's.
        """
        actual = hashlib.sha1(content, usedforsecurity=False).hexdigest()
        if digest is not None and digest != actual:
            raise DigestError(f"the content's digest is {actual}, not {digest}")
        if not self.has(actual):
            write_private(self._path(actual), content)
        return actual

    def write_tree(self, files: Mapping[str, str], folder: Path) -> None:
        """Write a tree of real files.

        Args:
            files: Digest by path within the tree.
            folder: Where; an old tree there is removed first.
        """
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, mode=0o700)
        for name, digest in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self._path(digest), path)
            if _is_script(path):
                path.chmod(0o755)


def _is_script(path: Path) -> bool:
    """Whether a file starts with ``#!``: file modes are not uploaded."""
    with path.open("rb") as file:
        return file.read(2) == b"#!"


def safe_path(name: str) -> str:
    """Return a path within a tree, normalised.

    Raises:
        PathError: It is empty, absolute, or climbs out.
    """
    path = PurePosixPath(name)
    if not path.parts or path.is_absolute() or ".." in path.parts or "\0" in name:
        raise PathError(f"invalid file path {name!r}")
    return str(path)


class Folders:
    """Where one deployment's files lie.

    Args:
        home: ``home/vercel`` of the sandbox.
        deployment_id: Whose.
    """

    def __init__(self, home: Path, deployment_id: str) -> None:
        self.base = home / "deployments" / deployment_id
        self.work = home / "work" / deployment_id
        self.output = self.base / "output"
        self.events = self.base / "events.jsonl"
        self.log = self.base / "build.log"
        self._config = self.base / "vercel.json"
        self._files = self.base / "files.json"

    def save_files(self, files: Mapping[str, str]) -> None:
        """Remember what was sent: digest by path."""
        write_private(self._files, json.dumps(dict(files)).encode())

    def read_files(self) -> dict[str, str]:
        """Return what was sent: digest by path."""
        files: dict[str, str] = json.loads(self._files.read_bytes())
        return files

    def save_config(self, config: Mapping[str, object]) -> None:
        """Keep the ``vercel.json`` that the output is served by."""
        write_private(self._config, json.dumps(dict(config)).encode())

    def read_config(self) -> dict[str, object]:
        """Return the ``vercel.json`` that the output is served by."""
        config: dict[str, object] = json.loads(self._config.read_bytes())
        return config

    def remove(self) -> None:
        """Delete everything of the deployment."""
        shutil.rmtree(self.base, ignore_errors=True)
        shutil.rmtree(self.work, ignore_errors=True)
