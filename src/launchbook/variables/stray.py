"""Variables that are on a platform and that the inventory does not set."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from launchbook.model.change import Action, Change

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Policy(StrEnum):
    """What is done about a key that somebody added by hand."""

    ADOPT = "adopt"
    """It belongs to the product; its value is kept where it is."""
    IGNORE = "ignore"
    """It is none of our business."""
    REMOVE = "remove"
    """The next write of variables deletes it."""


PLATFORM_PREFIXES: Final = ("RAILWAY_", "VERCEL_")
"""What the platforms themselves set (their pages on system variables)."""
STRAY: Final = "stray: the inventory does not set it"


def stray_changes(
    label: str, kind: str, names: Iterable[str], policies: Mapping[str, str]
) -> list[Change]:
    """Return one line for each key that the inventory does not set.

    Args:
        label: Whose they are, as ``backend``.
        kind: The kind of resource, as ``railway.variable``.
        names: Keys on the platform, without those that we set.
        policies: Key to policy; a key without one is left alone and shown.
    """
    return [
        _change(f"{label} {name}", kind, policies.get(name, ""))
        for name in sorted(names)
        if not name.startswith(PLATFORM_PREFIXES)
    ]


def removed(names: Iterable[str], policies: Mapping[str, str]) -> list[str]:
    """Return the keys that are to be deleted, sorted."""
    return sorted(name for name in names if policies.get(name) == Policy.REMOVE)


def _change(name: str, kind: str, policy: str) -> Change:
    if policy == Policy.REMOVE:
        return Change(Action.DELETE, kind, name, reason=f"{STRAY}, policy remove")
    reason = f"{STRAY}, policy {policy}" if policy else STRAY
    return Change(Action.NO_CHANGE, kind, name, reason=reason)
