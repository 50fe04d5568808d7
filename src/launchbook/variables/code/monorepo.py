"""The product's repository: which files are whose, and what each app reads."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from launchbook.variables.code.python import read_python
from launchbook.variables.code.reading import Reading, is_name
from launchbook.variables.code.script import PUBLIC, read_script

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SCRIPTS: Final = frozenset(
    {".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".vue", ".svelte"}
)
PYTHON: Final = ".py"
MANIFEST: Final = "package.json"
PASSED_BY: Final = frozenset(
    {"node_modules", "dist", "build", "out", "coverage", "__pycache__", "tests"}
    | {"test", "__tests__", "fixtures", "supabase"}
)
"""Folders without the product's own running code; those that begin with a dot too."""
TEST_FILE: Final = re.compile(r"\.(test|spec|stories|d)\.[a-z]+$|^test_|_test\.py$")
LONGEST_FILE: Final = 1_000_000
"""Characters; longer ones are generated."""


@dataclass(frozen=True, slots=True)
class CodeReadings:
    """What the code reads.

    Attributes:
        by_app: App to what its own files and the packages it uses read.
        shared: What files read that belong to no app, such as build tools.
    """

    by_app: Mapping[str, frozenset[Reading]]
    shared: frozenset[Reading]

    def names_read(self, app: str) -> frozenset[str]:
        """Return the names that an app, or code for all of them, reads."""
        found = self.by_app.get(app, frozenset()) | self.shared
        return frozenset(reading.name for reading in found)

    def places(self, app: str, name: str) -> tuple[Reading, ...]:
        """Return where an app reads a variable, surest first."""
        found = [r for r in self.by_app.get(app, frozenset()) if r.name == name]
        return tuple(sorted(found, key=lambda each: (each.is_listed, each)))


@dataclass(frozen=True, slots=True)
class _Package:
    """A folder with a manifest, and the names of the packages that it uses."""

    name: str
    folder: str
    uses: frozenset[str]


def read_monorepo(root: Path, apps: Mapping[str, str]) -> CodeReadings:
    """Read all code of a repository.

    Args:
        root: The repository.
        apps: App to its folder below the root.
    """
    files = dict(_files(root))
    packages = [_package(p, t) for p, t in files.items() if p.endswith(MANIFEST)]
    owners = {app: _folders(folder, packages) for app, folder in apps.items()}
    taken = {folder for folders in owners.values() for folder in folders}
    return CodeReadings(
        by_app={app: _read(files, folders) for app, folders in owners.items()},
        shared=_read({p: t for p, t in files.items() if not _is_below(p, taken)}, {""}),
    )


def _read(files: Mapping[str, str], folders: set[str]) -> frozenset[Reading]:
    """What the files below folders read."""
    own = {path: text for path, text in files.items() if _is_below(path, folders)}
    found = read_python({p: t for p, t in own.items() if p.endswith(PYTHON)})
    for path, text in own.items():
        if path.endswith(MANIFEST):
            found |= _listed(path, text)
        elif not path.endswith(PYTHON):
            found |= read_script(path, text)
    return found


def _files(root: Path) -> Iterator[tuple[str, str]]:
    """Path and text of every file of code, and of every manifest."""
    waiting = [root]
    while waiting:
        for path in sorted(waiting.pop().iterdir()):
            if path.is_symlink() or path.name.startswith(".") or path.name in PASSED_BY:
                continue
            if path.is_dir():
                waiting.append(path)
            elif (text := _text(path)) is not None:
                yield path.relative_to(root).as_posix(), text


def _text(path: Path) -> str | None:
    """A file's text; None for what is no code."""
    is_code = path.suffix in SCRIPTS or path.suffix == PYTHON
    if not (is_code and not TEST_FILE.search(path.name)) and path.name != MANIFEST:
        return None
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    return text if len(text) <= LONGEST_FILE else None


def _package(path: str, text: str) -> _Package:
    """A manifest; one that is malformed names nothing."""
    content = _json(text)
    uses = {
        name
        for key in ("dependencies", "devDependencies", "peerDependencies")
        for name in _names_in(content.get(key))
    }
    folder = path.removesuffix(MANIFEST).rstrip("/")
    return _Package(str(content.get("name", "")), folder, frozenset(uses))


def _folders(folder: str, packages: list[_Package]) -> set[str]:
    """An app's folder, and those of all packages that it uses, however far."""
    by_name = {package.name: package for package in packages if package.name}
    by_folder = {package.folder: package for package in packages}
    waiting, found = [folder], {folder}
    while waiting:
        package = by_folder.get(waiting.pop())
        for name in package.uses if package else ():
            used = by_name.get(name)
            if used is not None and used.folder not in found:
                found.add(used.folder)
                waiting.append(used.folder)
    return found


def _listed(path: str, text: str) -> frozenset[Reading]:
    """Names of variables that a manifest lists for its build."""
    texts = [each for each in _texts(_json(text)) if each.startswith(PUBLIC)]
    return frozenset(
        Reading(name, path, text[: text.find(f'"{name}"')].count("\n") + 1)
        for name in texts
        if is_name(name)
    )


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for each in value.values() if isinstance(value, dict) else ():
        yield from _texts(each)
    for each in value if isinstance(value, list) else ():
        yield from _texts(each)


def _names_in(section: object) -> list[str]:
    return [str(name) for name in section] if isinstance(section, dict) else []


def _json(text: str) -> dict[str, object]:
    try:
        content = json.loads(text)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _is_below(path: str, folders: set[str]) -> bool:
    return any(not each or path.startswith(f"{each}/") for each in folders)
