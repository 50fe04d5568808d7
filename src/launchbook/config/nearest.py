"""The name that somebody probably meant."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

LOWEST_LIKENESS: Final = 0.5
MOST_NAMES: Final = 12


def nearest(name: str, valid: Iterable[str]) -> str | None:
    """Return the valid name that is most like ``name``, or None."""
    names = {each.casefold(): each for each in sorted(valid)}
    found = get_close_matches(name.casefold(), list(names), n=1, cutoff=LOWEST_LIKENESS)
    return names[found[0]] if found else None


def suggestion(name: str, valid: Iterable[str], *, what: str) -> str:
    """Return the sentence that says what to write instead of ``name``.

    Args:
        name: What was written.
        valid: What may be written.
        what: What the names are, as ``key`` or ``environment``.
    """
    names = sorted(valid)
    if found := nearest(name, names):
        return f"Write `{found}` instead of `{name}`."
    if not names:
        return f"Remove `{name}`: there is no {what} to name here."
    listed = ", ".join(f"`{each}`" for each in names[:MOST_NAMES])
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return f"Write one of these instead of `{name}`: {listed}{more}."
