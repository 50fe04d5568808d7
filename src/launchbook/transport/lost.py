"""After a write whose answer was lost: look, rather than send it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from launchbook.errors import Conflict, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

Thing = TypeVar("Thing")


def create_or_find(
    create: Callable[[], Thing], find: Callable[[], Thing | None]
) -> Thing:
    """Create; when the answer is lost or says "exists", return what is there.

    No platform takes an idempotency key, so a create is never sent twice.

    Raises:
        Unavailable, Conflict: The create failed and nothing is there.
    """
    try:
        return create()
    except (Unavailable, Conflict):
        found = find()
        if found is None:
            raise
        return found
