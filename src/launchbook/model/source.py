"""The product's source at one commit, and the identity of what is built of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

STAMP_FILE: Final = "launchbook-build.json"
"""The one file that a deployment has beside the commit's own files."""
COMMIT_DIGITS: Final = 12
CONTENT_DIGITS: Final = 12
CONFIGURATION_DIGITS: Final = 8
LABEL: Final = "launchbook "
"""What uploads to Railway are labelled with, before the identity."""


@dataclass(frozen=True, slots=True)
class Commit:
    """The commit that is checked out.

    Attributes:
        sha: 40 hex digits.
        branch: Empty when none is checked out.
        is_clean: Whether the work tree equals the commit.
        remote: URL of ``origin``; empty when there is none.
    """

    sha: str
    branch: str
    subject: str
    author: str
    is_clean: bool
    remote: str = ""


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """One file: path with forward slashes, POSIX mode, content."""

    path: str
    mode: int
    content: bytes = field(repr=False)


def build_identity(content: str, configuration: str) -> str:
    """Return the identity that every surface built of this must show.

    Args:
        content: Digest of what the app is built of.
        configuration: Digest of the variables and settings that it is built or run
            with.
    """
    return f"{content[:CONTENT_DIGITS]}-{configuration[:CONFIGURATION_DIGITS]}"


def upload_label(identity: str) -> str:
    """Return what an upload to Railway is labelled with, and found again by."""
    return LABEL + identity


def stamp(*, identity: str, commit: str, app: str, environment: str) -> SourceEntry:
    """Return the file that tells a build who it is."""
    facts = {
        "identity": identity,
        "commit": commit,
        "app": app,
        "environment": environment,
    }
    return SourceEntry(STAMP_FILE, 0o644, json.dumps(facts, sort_keys=True).encode())


def public_digest(variables: Mapping[str, str]) -> str:
    """Return the SHA-256 of public variables as the web apps compute it.

    Canonical JSON: sorted keys, no spaces, UTF-8.
    """
    text = json.dumps(
        dict(variables), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return hashlib.sha256(text.encode()).hexdigest()
