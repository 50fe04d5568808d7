"""Which files an app is built of, and the digest of them.

An app of a workspace is built of its own folder, of the packages of the workspace that
it depends on, and of every file that belongs to no member of the workspace: the lock
file, root settings, tools. What changes none of these changes nothing of the app. In
doubt a file belongs to everybody: building once too often is no fault.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

import yaml

from launchbook.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from launchbook.model.source import SourceEntry

MANIFEST: Final = "package.json"
PNPM: Final = "pnpm-workspace.yaml"
DEPENDENCIES: Final = (
    "dependencies",
    "devDependencies",
    "optionalDependencies",
    "peerDependencies",
)
WORKSPACE: Final = "workspace:"
PATHS: Final = ("file:", "link:")
PROSE: Final = frozenset({".md", ".rst"})
"""Endings of root files that no build reads."""


@dataclass(frozen=True, slots=True)
class Member:
    """A package of the workspace.

    Attributes:
        root: Its folder, as ``packages/ui``.
        needs: Dependency to the version that is asked for; npm and yarn name members
            by any version, pnpm by ``workspace:``, and all of them by a path.
    """

    name: str
    root: str
    needs: Mapping[str, str]


def content_digests(
    files: Sequence[SourceEntry],
    roots: Mapping[str, str],
    apart: Iterable[str] = (),
) -> dict[str, str]:
    """Return app to the SHA-256 of everything that it is built of.

    Args:
        files: Of the commit.
        roots: App to its folder.
        apart: Folders that no build reads, as that of the migrations.

    Raises:
        SourceError: A manifest is no JSON, or depends on a package that the workspace
            does not have.
    """
    members = read_members(files)
    kept = [each for each in files if not _is_below_any(each.path, tuple(apart))]
    shared = _shared(kept, [*(m.root for m in members.values()), *roots.values()])
    digests = {}
    for app, root in roots.items():
        folders = _folders(root, members)
        own = [each for each in kept if _is_below_any(each.path, folders)]
        digests[app] = _digest([*shared, *own])
    return digests


def read_members(files: Sequence[SourceEntry]) -> dict[str, Member]:
    """Return the packages of a workspace by name; none where there is no workspace.

    Raises:
        SourceError: A manifest cannot be read.
    """
    by_path = {each.path: each for each in files}
    patterns = _patterns(by_path)
    wanted = [each for each in patterns if not each.startswith("!")]
    excluded = [each.removeprefix("!") for each in patterns if each.startswith("!")]
    found = {}
    for path, entry in by_path.items():
        folder, _, name = path.rpartition("/")
        if name != MANIFEST or any(_matches(folder, each) for each in excluded):
            continue
        if any(_matches(folder, each) for each in wanted):
            member = _member(entry, folder)
            found[member.name] = member
    return found


def _patterns(by_path: Mapping[str, SourceEntry]) -> list[str]:
    """Where a workspace says that its packages are."""
    if PNPM in by_path:
        return _texts(_pnpm(by_path[PNPM]).get("packages"))
    if MANIFEST not in by_path:
        return []
    told = _manifest(by_path[MANIFEST]).get("workspaces")
    return _texts(told.get("packages") if isinstance(told, dict) else told)


def _pnpm(entry: SourceEntry) -> dict[str, object]:
    try:
        told = yaml.safe_load(entry.content)
    except yaml.YAMLError as error:
        raise _unreadable(entry, "YAML", error) from error
    return told if isinstance(told, dict) else {}


def _texts(told: object) -> list[str]:
    return [str(each) for each in told] if isinstance(told, list) else []


def _matches(folder: str, pattern: str) -> bool:
    """Whether a folder is one of those that a pattern names."""
    pattern = pattern.rstrip("/").removeprefix("./")
    if pattern.endswith("/**"):
        return folder.startswith(pattern[:-2])
    is_as_deep = folder.count("/") == pattern.count("/")
    return is_as_deep and fnmatchcase(folder, pattern)


def _member(entry: SourceEntry, folder: str) -> Member:
    told = _manifest(entry)
    needs: dict[str, str] = {}
    for kind in DEPENDENCIES:
        listed = told.get(kind)
        if isinstance(listed, dict):
            needs |= {str(name): str(version) for name, version in listed.items()}
    return Member(str(told.get("name", folder)), folder, needs)


def _manifest(entry: SourceEntry) -> dict[str, object]:
    try:
        told = json.loads(entry.content)
    except ValueError as error:
        raise _unreadable(entry, "JSON", error) from error
    return told if isinstance(told, dict) else {}


def _unreadable(entry: SourceEntry, form: str, error: Exception) -> SourceError:
    reason = str(error).splitlines()[0]
    return SourceError(
        f"{entry.path} is no {form}: {reason}",
        hint=f"Mend {entry.path}, commit it, and run the same command again.",
    )


def _needed(member: Member, members: Mapping[str, Member]) -> Iterator[Member]:
    """The members that one depends on.

    Raises:
        SourceError: It asks the workspace for a package that is not there.
    """
    by_root = {each.root: each for each in members.values()}
    for name, version in member.needs.items():
        path = next(
            (version.removeprefix(p) for p in PATHS if version.startswith(p)), ""
        )
        root = posixpath.normpath(posixpath.join(member.root, path)) if path else ""
        found = by_root.get(root) or members.get(name)
        if found is not None:
            yield found
        elif version.startswith(WORKSPACE):
            raise SourceError(
                f"{member.root}/{MANIFEST} depends on {name}, which the workspace "
                "does not have",
                hint=f"Add the package, or take it out of {member.root}/{MANIFEST}.",
            )


def _folders(root: str, members: Mapping[str, Member]) -> tuple[str, ...]:
    """An app's folder, and those of all packages that it depends on."""
    found: dict[str, None] = {root: None}
    waiting = [each for each in members.values() if each.root == root]
    while waiting:
        for needed in _needed(waiting.pop(), members):
            if needed.root not in found:
                found[needed.root] = None
                waiting.append(needed)
    return tuple(found)


def _shared(files: Sequence[SourceEntry], folders: Sequence[str]) -> list[SourceEntry]:
    """What belongs to nobody alone: it may be read by every build."""
    return [
        each
        for each in files
        if not _is_below_any(each.path, folders) and not _is_prose(each.path)
    ]


def _is_prose(path: str) -> bool:
    return "/" not in path and any(path.lower().endswith(each) for each in PROSE)


def _is_below_any(path: str, folders: Sequence[str]) -> bool:
    return any(
        folder in {"", "."} or path.startswith(f"{folder.rstrip('/')}/")
        for folder in folders
    )


def _digest(files: Iterable[SourceEntry]) -> str:
    """One digest of paths, modes and contents."""
    found = hashlib.sha256()
    for each in sorted(files, key=lambda entry: entry.path):
        is_program = each.mode & 0o111 != 0
        content = hashlib.sha256(each.content).hexdigest()
        found.update(f"{each.path}\0{is_program}\0{content}\n".encode())
    return found.hexdigest()
