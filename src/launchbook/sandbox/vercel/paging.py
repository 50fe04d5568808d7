"""Pages of lists: how many, and where the next one begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from launchbook.sandbox.vercel.faults import bad_request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from launchbook.sandbox.vercel.records import Json

DEFAULT_LIMIT: Final = 20
GREATEST_LIMIT: Final = 100

Item = TypeVar("Item")


def read_number(query: Mapping[str, str], name: str, default: int) -> int:
    """Return a whole number of a query.

    Raises:
        ApiError: 400, it is none.
    """
    try:
        return int(query.get(name, default))
    except ValueError as error:
        raise bad_request(f"`{name}` should be number") from error


def read_end(query: Mapping[str, str], name: str = "until") -> float:
    """Return the moment before which things are wanted; infinity when not said."""
    return read_number(query, name, 0) or float("inf")


def cut(
    found: Sequence[Item], query: Mapping[str, str], moment: Callable[[Item], int]
) -> tuple[list[Item], Json]:
    """Return the first page of a list, and its ``pagination``.

    Args:
        found: Everything, newest first; moments are all different.
        query: Says ``limit``.
        moment: Milliseconds since 1970; ``next`` is that of the last one shown.
    """
    limit = min(read_number(query, "limit", DEFAULT_LIMIT), GREATEST_LIMIT)
    shown = list(found[:limit])
    has_more = len(found) > limit > 0
    pagination = {
        "count": len(shown),
        "next": moment(shown[-1]) if has_more else None,
        "prev": moment(shown[0]) if shown else None,
    }
    return shown, pagination


def whole(items: Sequence[object]) -> Json:
    """Return the ``pagination`` of a list that is given in one piece."""
    return {"count": len(items), "next": None, "prev": None}
