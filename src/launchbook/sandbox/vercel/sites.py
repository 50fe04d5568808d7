"""A built site: which of its files answers a path, and what its rules say."""

from __future__ import annotations

import mimetypes
import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from launchbook.sandbox.vercel.patterns import fill
from launchbook.sandbox.vercel.siteconfig import Rule, SiteConfig, read_config

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from launchbook.sandbox.vercel.blobs import Folders
    from launchbook.sandbox.vercel.siteconfig import Condition

_TEXT_TYPES: Final = frozenset({"application/javascript", "application/json"})


@dataclass(frozen=True, slots=True)
class Visit:
    """What of a request the rules look at.

    Attributes:
        path: Decoded, with a leading slash.
        headers: By lower-case name.
    """

    host: str
    path: str
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    query: Mapping[str, str]

    def value(self, condition: Condition) -> str | None:
        """Return what a condition is about; None when it is not there."""
        if condition.kind == "host":
            return self.host
        places = {
            "header": self.headers,
            "cookie": self.cookies,
            "query": self.query,
        }
        key = condition.key.lower() if condition.kind == "header" else condition.key
        return places.get(condition.kind, {}).get(key)


class Site:
    """The output of one deployment. It never changes.

    Args:
        folders: Where the deployment's files lie.
    """

    def __init__(self, folders: Folders) -> None:
        self._root = folders.output
        self.config: SiteConfig = read_config(folders.read_config())
        self._names = frozenset(_walk(folders.output))

    def find(self, path: str) -> str | None:
        """Return the name of the file that answers a path, if one does."""
        name = posixpath.normpath(path.lstrip("/")) if path.strip("/") else ""
        candidates = [] if path.endswith("/") else [name]
        if self.config.is_clean and name:
            candidates.append(f"{name}.html")
        candidates.append(f"{name}/index.html" if name else "index.html")
        return next((one for one in candidates if one in self._names), None)

    @property
    def not_found_page(self) -> str | None:
        """The name of the site's own 404 page, if it has one."""
        return "404.html" if "404.html" in self._names else None

    def read(self, name: str) -> bytes:
        """Return a file's content."""
        return (self._root / name).read_bytes()

    def headers(self, visit: Visit) -> dict[str, str]:
        """Return the headers that the rules add; a later rule replaces."""
        found: dict[str, str] = {}
        for rule in self.config.headers:
            parts = matched(rule, visit)
            if parts is not None:
                found.update(
                    (name.lower(), fill(value, parts)) for name, value in rule.headers
                )
        return found

    def moved(self, visit: Visit) -> tuple[str, int] | None:
        """Return where a path has moved to, and with which status."""
        for rule in self.config.redirects:
            parts = matched(rule, visit)
            if parts is not None:
                return fill(rule.destination, parts), rule.status
        tidy = self._tidy(visit.path)
        return (tidy, 308) if tidy != visit.path else None

    def _tidy(self, path: str) -> str:
        """Return a path in the form that ``cleanUrls`` and so on ask for."""
        if self.config.is_clean and path.endswith(".html"):
            path = path.removesuffix(".html")
            path = path.removesuffix("index") if path.endswith("/index") else path
        slash = self.config.trailing_slash
        if self.config.is_clean and slash is None:
            slash = False
        # A path of `//name` would become the address of another host.
        if path == "/" or path.startswith("//") or slash is None:
            return path
        if not slash:
            return path.rstrip("/")
        has_suffix = "." in path.rpartition("/")[2]
        return path if has_suffix or path.endswith("/") else f"{path}/"

    def rewritten(self, visit: Visit) -> str | None:
        """Return the destination of the first rewrite that matches."""
        for rule in self.config.rewrites:
            parts = matched(rule, visit)
            if parts is not None:
                return fill(rule.destination, parts)
        return None


def matched(rule: Rule, visit: Visit) -> dict[str, str] | None:
    """Return the parts of a path that a rule names; None when it does not hold."""
    parts = rule.source.match(visit.path)
    if parts is None:
        return None
    if not all(_holds(condition, visit) for condition in rule.has):
        return None
    if any(_holds(condition, visit) for condition in rule.missing):
        return None
    return parts


def _holds(condition: Condition, visit: Visit) -> bool:
    value = visit.value(condition)
    if value is None:
        return False
    return condition.value is None or condition.value.fullmatch(value) is not None


def decoded(raw_path: str) -> str:
    """Return the path of a request target, without query, decoded."""
    return unquote(raw_path.partition("?")[0]) or "/"


def content_type(name: str) -> str:
    """Return a file's content type, with the charset where it is text."""
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if kind == "text/javascript":
        kind = "application/javascript"
    is_text = kind.startswith("text/") or kind in _TEXT_TYPES
    return f"{kind}; charset=utf-8" if is_text else kind


def _walk(root: Path) -> list[str]:
    return [str(p.relative_to(root)) for p in root.rglob("*") if p.is_file()]
