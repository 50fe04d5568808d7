"""Checks requests and answers against the vendors' own contract files.

The files are not part of the project: the folder is named by the environment
variable LAUNCHBOOK_CONTRACTS. What they do not have stands, with its source and
its reason, in ``tests/conformance/undocumented.yml``.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.support.graphql_contract import GraphqlContract
from tests.support.openapi_contract import OpenapiContract

if TYPE_CHECKING:
    from collections.abc import Mapping

UNDOCUMENTED_FILE = Path(__file__).parents[1] / "conformance" / "undocumented.yml"
SOURCES = {
    "vercel": ("vercel.current.openapi.json", "vercel.openapi.json"),
    "supabase": ("supabase.openapi.json",),
}


@dataclass(frozen=True)
class Undocumented:
    """One thing that a contract file does not have.

    Attributes:
        route: ``METHOD /path/{parameter}`` as the contract would spell it.
        status: None: the whole route is absent.
    """

    vendor: str
    route: str
    status: int | None
    query: tuple[str, ...]
    source: str
    reason: str


def contracts_folder() -> Path:
    """Return the folder of the contract files, or skip the test."""
    named = os.environ.get("LAUNCHBOOK_CONTRACTS", "")
    if not named or not Path(named).is_dir():
        pytest.skip("LAUNCHBOOK_CONTRACTS names no folder of vendor contracts")
    return Path(named)


@cache
def graphql_contract(folder: Path) -> GraphqlContract:
    return GraphqlContract((folder / "railway.schema.graphql").read_text())


@cache
def openapi_contract(folder: Path, vendor: str) -> OpenapiContract:
    return OpenapiContract([folder / name for name in SOURCES[vendor]])


@cache
def undocumented() -> tuple[Undocumented, ...]:
    entries = yaml.safe_load(UNDOCUMENTED_FILE.read_text())
    return tuple(
        Undocumented(
            vendor=entry["vendor"],
            route=entry["route"],
            status=entry.get("status"),
            query=tuple(entry.get("query", ())),
            source=entry["source"],
            reason=entry["reason"],
        )
        for entry in entries
    )


def check_exchange(  # noqa: PLR0917 - the parts of one exchange, in their order
    vendor: str,
    method: str,
    path: str,
    query: Mapping[str, str | tuple[str, ...] | list[str]],
    body: Any,
    status: int | None = None,
    answer: Any = None,
) -> list[str]:
    """Return what is wrong with a request and, when given, its answer.

    Args:
        vendor: railway, vercel or supabase.
        method: Upper case.
        path: The actual path below the vendor's base URL.
        query: The actual parameters.
        body: The parsed JSON, bytes for another body, or None.
        status: Of the answer; None checks the request alone.
        answer: The parsed JSON of the answer, or None for an empty one.

    Returns:
        One sentence a problem; none means that the exchange fits.
    """
    folder = contracts_folder()
    if vendor == "railway" and path.startswith("/graphql/"):
        return graphql_contract(folder).problems(body, status, answer)
    known = [entry for entry in undocumented() if entry.vendor == vendor]
    if vendor == "railway":
        return _check_beside_graphql(method, path, known)
    contract = openapi_contract(folder, vendor)
    route = contract.route(method, path)
    if route is None:
        listed = any(_matches(entry.route, method, path) for entry in known)
        return [] if listed else [f"{method} {path} is in no contract file"]
    exceptions = [entry for entry in known if entry.route == route]
    extra = {name for entry in exceptions for name in entry.query}
    problems = contract.request_problems(route, path, query, body, extra)
    if status is None or any(entry.status == status for entry in exceptions):
        return problems
    return problems + contract.answer_problems(route, status, answer)


def _check_beside_graphql(
    method: str, path: str, known: list[Undocumented]
) -> list[str]:
    """Railway's one route that is not GraphQL must be on the list."""
    listed = any(_matches(entry.route, method, path) for entry in known)
    return [] if listed else [f"railway: {method} {path} is not on the list"]


def _matches(route: str, method: str, path: str) -> bool:
    verb, _, template = route.partition(" ")
    wanted, actual = template.split("/"), path.split("/")
    return (
        verb == method
        and len(wanted) == len(actual)
        and all(
            w.startswith("{") or w == a for w, a in zip(wanted, actual, strict=True)
        )
    )
