"""Letting one named guard pass, for one run, with a reason that is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from launchbook.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

LARGE_CHANGE: Final = "large-change"
KNOWN: Final = (LARGE_CHANGE,)
"""Everything that can be overridden; there is no override of all."""


@dataclass(frozen=True, slots=True)
class Override:
    """One guard that this run may pass, and why."""

    name: str
    reason: str


def require_known(overrides: Iterable[Override]) -> None:
    """Refuse an override that names nothing, or gives no reason.

    Raises:
        InputError: One of the two.
    """
    for override in overrides:
        if override.name not in KNOWN:
            near = get_close_matches(override.name, KNOWN, n=1, cutoff=0.0)
            raise InputError(
                f"nothing is called {override.name!r} that could be overridden",
                hint=f"Type --override {(near or KNOWN)[0]} instead.",
            )
        if not override.reason.strip():
            raise InputError(
                f"the override {override.name} has no reason",
                hint=f'Type --override {override.name} --reason "..." with a reason '
                "that the ledger can keep.",
            )
