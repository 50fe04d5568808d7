"""DNS for emulators that are tested without the sandbox's own DNS server."""

from __future__ import annotations


class PlainNames:
    """Answers from a table; ``*.localhost`` is this machine, as everywhere.

    Args:
        route: What every name leads to that the table says nothing about.
    """

    def __init__(self, route: str = "") -> None:
        self._route = (route,) if route else ()
        self._records: dict[tuple[str, str], tuple[str, ...]] = {}

    async def lookup(self, host: str, kind: str) -> tuple[str, ...]:
        """Return the values of a host's records of one kind."""
        if kind == "A" and host.endswith(".localhost"):
            return ("127.0.0.1",)
        default = self._route if kind == "CNAME" else ()
        return self._records.get((host, kind), default)

    def put(self, host: str, kind: str, *values: str) -> None:
        """Set all values of a host's records of one kind; none removes them."""
        self._records[host, kind] = values
