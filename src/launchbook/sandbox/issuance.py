"""What certificate authorities ask of a host name, whoever orders for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

AUTHORITY: Final = "letsencrypt.org"
"""The authority that both hosting vendors use, as CAA records name it."""
LIFETIME_SECONDS: Final = 90 * 86_400
"""A certificate of that authority is good for 90 days."""
RENEWAL_SECONDS: Final = 30 * 86_400
"""Both vendors renew when this is left."""
_ISSUE: Final = re.compile(r'\d+\s+issue\s+"?\s*([^";\s]*)', re.IGNORECASE)


class NameLookup(Protocol):
    """Answers questions about DNS as the outside world sees it."""

    async def lookup(self, host: str, kind: str) -> tuple[str, ...]:
        """Return the values of a host's records of one kind; none is empty."""
        ...


async def find_conflict(names: NameLookup, host: str) -> str | None:
    """Return the name whose CAA records forbid the authority; None if none does.

    The records nearest to the host count, and only those that say ``issue``
    (RFC 8659, section 3 and 4.2).
    """
    for name in _ancestry(host):
        records = await names.lookup(name, "CAA")
        if not records:
            continue
        issuers = [match[1].lower() for match in map(_ISSUE.match, records) if match]
        return name if issuers and AUTHORITY not in issuers else None
    return None


def apex_of(host: str) -> str:
    """Return the registered part of a name: its last two labels."""
    return ".".join(host.split(".")[-2:])


def _ancestry(host: str) -> Iterator[str]:
    """Yield a name and those above it, without the top-level domain."""
    labels = host.split(".")
    for start in range(len(labels) - 1):
        yield ".".join(labels[start:])
