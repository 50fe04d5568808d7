"""A plan as lines of text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

SIGNS: Final = {
    "create": "+",
    "update": "~",
    "delete": "-",
    "cannot-know-yet": "?",
    "unknown": "!",
    "no-change": "=",
}
WORDS: Final = {
    "create": "to create",
    "update": "to update",
    "delete": "to delete",
    "cannot-know-yet": "cannot know yet",
    "unknown": "unknown",
    "no-change": "unchanged",
}
LONGEST_VALUE: Final = 60


def plan_lines(
    changes: Iterable[Mapping[str, object]], *, is_verbose: bool
) -> Iterator[str]:
    """Yield one line a change; unchanged resources only when asked for.

    Args:
        changes: As ``PLAN_READY`` carries them: ``step``, ``action``, ``kind``,
            ``name``, ``fields`` and ``reason``.
        is_verbose: Show unchanged resources too.
    """
    listed = list(changes)
    for change in listed:
        action = str(change["action"])
        if action != "no-change" or is_verbose:
            yield from _change_lines(change, action)
    yield count_line(listed)


def count_line(changes: Iterable[Mapping[str, object]]) -> str:
    """Return "plan: 3 to create, 1 to update, 20 unchanged"."""
    counts = dict.fromkeys(WORDS, 0)
    for change in changes:
        counts[str(change["action"])] += 1
    parts = [
        f"{count} {WORDS[action]}"
        for action, count in counts.items()
        if count or action in {"create", "no-change"}
    ]
    return "plan: " + ", ".join(parts)


def _change_lines(change: Mapping[str, object], action: str) -> Iterator[str]:
    """One line for the resource, and one for each attribute that differs."""
    reason = f": {WORDS[action]}, {change['reason']}" if change.get("reason") else ""
    if reason and action not in {"cannot-know-yet", "unknown"}:
        reason = f" ({change['reason']})"
    yield f"  {SIGNS[action]} {change['kind']} {change['name']}{reason}"
    fields = change.get("fields")
    for field in fields if isinstance(fields, list | tuple) else ():
        before, after = _value(field.get("before")), _value(field.get("after"))
        yield f"      {field['name']}: {before} -> {after}"


def _value(value: object) -> str:
    """A value, shortened; absent ones as (none)."""
    if value is None:
        return "(none)"
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"
