"""The GraphQL documents, one file each, read from the package."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from launchbook.transport.graphql import Document


@cache
def document(name: str) -> Document:
    """Return the document in ``queries/<name>.graphql``."""
    path = files("launchbook.providers.railway") / "queries" / f"{name}.graphql"
    return Document.parse(path.read_text(encoding="utf-8"))
