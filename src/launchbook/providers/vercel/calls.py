"""What every verb of Vercel is made of: requests that always name the team."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Final

from launchbook.transport.answer import Fields
from launchbook.transport.rate import Rate
from launchbook.transport.request import Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.transport.request import Response, Scalar, Sender

RATES: Final[Mapping[str, Rate]] = {
    "default": Rate(requests=500, within_seconds=60.0),
    "env_write": Rate(requests=120, within_seconds=60.0),
    "env_delete": Rate(requests=60, within_seconds=60.0),
    "domain_write": Rate(requests=100, within_seconds=60.0),
    "certificate_write": Rate(requests=30, within_seconds=3600.0),
    "deployment_list": Rate(requests=1000, within_seconds=60.0),
    "upload": Rate(requests=5000, within_seconds=60.0),
}
"""Published limits a minute (platform docs, limits page, 2026)."""


class VercelCalls:
    """Builds requests and sends them.

    Args:
        sender: The HTTP transport of the platform.
        team: Id of the team; without one a request would silently act on the
            personal scope, so it is in every query.
    """

    def __init__(self, sender: Sender, team: str) -> None:
        self._sender = sender
        self._team = team
        self._locks: dict[str, Lock] = {}
        self._locks_guard = Lock()

    def _send(self, request: Request) -> Response:
        return self._sender.send(request)

    def _fields(self, request: Request, where: str) -> Fields:
        return Fields(self._send(request).json(), f"vercel {where}")

    def _read(
        self,
        path: str,
        query: Mapping[str, Scalar | tuple[str, ...] | None] | None = None,
        *,
        endpoint_class: str = "default",
    ) -> Request:
        return Request(
            method="GET",
            path=path,
            query={"teamId": self._team, **(query or {})},
            endpoint_class=endpoint_class,
        )

    def _write(
        self,
        method: str,
        path: str,
        json: object = None,
        *,
        query: Mapping[str, Scalar | tuple[str, ...] | None] | None = None,
        endpoint_class: str = "default",
    ) -> Request:
        return Request(
            method=method,
            path=path,
            query={"teamId": self._team, **(query or {})},
            json=json,
            endpoint_class=endpoint_class,
        )

    def _lock_of(self, project_id: str) -> Lock:
        """Return the lock of a project's variables."""
        with self._locks_guard:
            return self._locks.setdefault(project_id, Lock())
