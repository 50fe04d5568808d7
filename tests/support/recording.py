"""Clients of a running sandbox whose every exchange is kept for checking."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from launchbook.clock import SystemClock
from launchbook.providers.railway.client import RailwayClient
from launchbook.providers.supabase.client import SupabaseClient
from launchbook.providers.vercel.client import VercelClient
from launchbook.redact import Secret
from launchbook.transport.http import HttpTransport, Origin, bearer, open_session
from launchbook.transport.resolver import ResolvingAdapter
from tests.support.contracts import check_exchange

if TYPE_CHECKING:
    import requests

    from tests.support.sandbox import Endpoints


@dataclass(frozen=True)
class Exchange:
    """One request and its answer, as they went over the wire."""

    vendor: str
    method: str
    path: str
    query: dict[str, str | list[str]]
    body: Any
    status: int
    answer: Any

    def problems(self) -> list[str]:
        """Return how it breaks the vendor's contract."""
        return check_exchange(
            self.vendor,
            self.method,
            self.path,
            self.query,
            self.body,
            self.status,
            self.answer,
        )


class RecordingAdapter(ResolvingAdapter):
    """Connects as the product does, and keeps every exchange."""

    def __init__(self, vendor: str, kept: list[Exchange]) -> None:
        super().__init__()
        self._vendor = vendor
        self._kept = kept

    def send(
        self, request: requests.PreparedRequest, *args: Any, **options: Any
    ) -> requests.Response:
        response = super().send(request, *args, **options)
        parts = urlsplit(request.url or "")
        query: dict[str, str | list[str]] = {}
        for name, value in parse_qsl(parts.query, keep_blank_values=True):
            known = query.get(name)
            query[name] = [known, value] if isinstance(known, str) else value
            if isinstance(known, list):
                query[name] = [*known, value]
        self._kept.append(
            Exchange(
                vendor=self._vendor,
                method=request.method or "",
                path=unquote(parts.path),
                query=query,
                body=_parsed(request.body),
                status=response.status_code,
                answer=_parsed(response.content),
            )
        )
        return response


class RecordedClients:
    """The three clients on one sandbox.

    Attributes:
        exchanges: Everything that went over the wire, in order.
    """

    def __init__(self, sandbox: Endpoints) -> None:
        self.exchanges: list[Exchange] = []
        self._sandbox = sandbox
        self._transports: list[HttpTransport] = []
        clock = SystemClock()
        self.railway = RailwayClient(self._transport("railway"), clock)
        self.vercel = VercelClient(
            self._transport("vercel"), str(sandbox.facts["vercel"]["team"])
        )
        self.supabase = SupabaseClient(self._transport("supabase"))

    @property
    def organization(self) -> str:
        return str(self._sandbox.facts["supabase"]["organization"])

    def close(self) -> None:
        """Close all connections."""
        for transport in self._transports:
            transport.close()

    def problems(self) -> list[str]:
        """Return how the exchanges break the contracts, each way once."""
        found = [problem for each in self.exchanges for problem in each.problems()]
        return list(dict.fromkeys(found))

    def _transport(self, vendor: str) -> HttpTransport:
        facts = self._sandbox.facts[vendor]
        ca_file = Path(self._sandbox.ca_file)
        headers = bearer(Secret(facts["token"]))
        transport = HttpTransport(
            Origin(vendor, facts["api"], headers, ca_file),
            clock=SystemClock(),
            session=open_session(ca_file, RecordingAdapter(vendor, self.exchanges)),
        )
        self._transports.append(transport)
        return transport


def _parsed(content: Any) -> Any:
    if not content:
        return None
    try:
        return json.loads(content)
    except ValueError:
        return content if isinstance(content, bytes) else b""
