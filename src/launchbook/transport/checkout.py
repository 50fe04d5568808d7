"""A clean copy of a commit, for as long as something looks at it."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from launchbook.transport.git import Git

MANIFEST: Final = "package.json"
INSTALLED: Final = "node_modules"


@contextmanager
def checked_out(git: Git, path: Path, commit: str) -> Iterator[Path]:
    """Give a folder with the files of a commit; it is removed afterwards.

    Packages that are installed in the work tree (``node_modules`` beside a
    ``package.json``) are linked, not installed again.

    Raises:
        SourceError: The commit is not there.
    """
    with TemporaryDirectory(prefix="launchbook-") as name:
        folder = Path(name).resolve()
        for each in git.read_files(path, commit):
            target = folder / each.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(each.content)
            target.chmod(each.mode)
        for manifest in sorted(folder.rglob(MANIFEST)):
            beside = manifest.parent.relative_to(folder) / INSTALLED
            if (path / beside).is_dir() and not (folder / beside).exists():
                (folder / beside).symlink_to((path / beside).resolve())
        yield folder
