"""Which authorities may issue, by CAA records (RFC 8659)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_RECORD: Final = re.compile(r'\d+\s+(\w+)\s+"?\s*([^";\s]*)', re.IGNORECASE)


def issuers(records: Iterable[str]) -> frozenset[str] | None:
    """Return who may issue, or None when the records leave that open.

    Only ``issue`` restricts a name that is no wildcard (RFC 8659, section 4.2); an
    empty value allows nobody.
    """
    found = [match for match in map(_RECORD.match, records) if match]
    named = [match[2].lower() for match in found if match[1].lower() == "issue"]
    return frozenset(filter(None, named)) if named else None


def is_allowed(authority: str, records: Iterable[str]) -> bool:
    """Whether an authority may issue."""
    allowed = issuers(records)
    return allowed is None or authority in allowed
