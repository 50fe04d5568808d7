"""Reading a git work tree: its commit, and the commit's files."""

from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING, Final

from launchbook.errors import SourceError
from launchbook.model.source import Commit, SourceEntry
from launchbook.transport.process import Command, Finished, Processes

if TYPE_CHECKING:
    from pathlib import Path

LARGEST_ARCHIVE_BYTES: Final = 512 * 1024 * 1024
QUIET: Final = {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
"""Reading takes no lock and never asks for a password."""
WHO: Final = ("-c", "user.name=Launchbook", "-c", "user.email=launchbook@localhost")


class Git:
    """Runs git. Nothing here changes a tree that it did not make itself."""

    def __init__(self, processes: Processes) -> None:
        self._processes = processes

    def read_commit(self, path: Path) -> Commit:
        """Return the commit that is checked out.

        Raises:
            SourceError: Not a git work tree, or one without a commit.
        """
        fields = self._text(path, "log", "-1", "--format=%H%x00%s%x00%an").split("\0")
        return Commit(
            sha=fields[0],
            subject=fields[1],
            author=fields[2].strip(),
            branch=self._text(path, "branch", "--show-current").strip(),
            is_clean=not self._text(path, "status", "--porcelain").strip(),
            remote=self._lenient(path, "remote", "get-url", "origin"),
        )

    def read_files(self, path: Path, commit: str) -> tuple[SourceEntry, ...]:
        """Return the regular files of a commit, sorted by path.

        What ``.gitattributes`` marks ``export-ignore`` is left out.

        Raises:
            SourceError: The commit is not there.
        """
        archive = self._run(path, "archive", "--format=tar", commit)
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tar:
            found = [
                SourceEntry(member.name, member.mode, _content(tar, member))
                for member in tar.getmembers()
                if member.isfile()
            ]
        return tuple(sorted(found, key=lambda each: each.path))

    def has_commit(self, path: Path, commit: str) -> bool:
        """Return whether the work tree's repository has a commit."""
        return self._run_leniently(path, "cat-file", "-e", f"{commit}^{{commit}}")

    def is_pushed(self, path: Path, commit: str, branch: str) -> bool:
        """Return whether the remote ``origin`` has a commit on a branch, as it is now.

        What the remote has and we lack is fetched into the store of objects; no
        branch, no tag and no file changes.

        Raises:
            SourceError: There is no such remote, or it does not answer.
        """
        name = f"refs/heads/{branch}"
        head = self._text(path, "ls-remote", "origin", name).partition("\t")[0].strip()
        if head in {"", commit}:
            return head == commit
        if not self.has_commit(path, head):
            quiet = ("--quiet", "--no-tags", "--no-write-fetch-head", "--refmap=")
            self._run(path, "fetch", *quiet, "origin", name)
        return self._run_leniently(path, "merge-base", "--is-ancestor", commit, head)

    def is_ignored(self, path: Path) -> bool:
        """Return whether git passes a file by; outside of a repository it does not."""
        finished = self._processes.run(
            _command(path.parent, ("check-ignore", "--quiet", "--no-index", path.name))
        )
        return finished.is_success

    def mirror(self, path: Path, remote: Path, subject: str) -> bool:
        """Commit a folder's content to a repository with a local remote.

        Returns:
            Whether there was anything to commit.
        """
        if not (path / ".git").is_dir():
            self._run(path, "init", "--quiet", "--initial-branch=main")
        if not remote.is_dir():
            self._run(
                path, "init", "--quiet", "--bare", "--initial-branch=main", str(remote)
            )
            self._run(path, "remote", "add", "origin", str(remote))
        self._run(path, "add", "--all", "--force", ".")
        if not self._text(path, "status", "--porcelain").strip():
            return False
        self._run(path, *WHO, "commit", "--quiet", "--no-verify", "-m", subject)
        self._run(path, "push", "--quiet", "origin", "main")
        return True

    def _text(self, path: Path, *arguments: str) -> str:
        """The output of a command that must succeed."""
        return self._run(path, *arguments).text

    def _run_leniently(self, path: Path, *arguments: str) -> bool:
        """Whether a command succeeds."""
        return self._processes.run(_command(path, arguments)).is_success

    def _lenient(self, path: Path, *arguments: str) -> str:
        """The output of a command that may fail; empty then."""
        finished = self._processes.run(_command(path, arguments))
        return finished.text.strip() if finished.is_success else ""

    def _run(self, path: Path, *arguments: str) -> Finished:
        """Run git; a failure becomes one clear error."""
        finished = self._processes.run(_command(path, arguments))
        if finished.is_success:
            return finished
        reason = finished.complaint.strip().splitlines() or ["no reason given"]
        raise SourceError(
            f"git {arguments[0]} failed in {path}: {reason[-1]}",
            hint="Check `repository` in inventory/product.yml; "
            "it must be a git work tree with a commit.",
        )


def _command(path: Path, arguments: tuple[str, ...]) -> Command:
    """The command line."""
    return Command(
        ("git", *arguments),
        cwd=path,
        environment=QUIET,
        largest_output_bytes=LARGEST_ARCHIVE_BYTES,
    )


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    """The bytes of a regular file in an archive."""
    stream = tar.extractfile(member)
    return stream.read() if stream else b""
