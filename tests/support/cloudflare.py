"""Cloudflare's zones and records in memory, behind the transport's interface."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

from launchbook.errors import NotFound
from launchbook.transport.request import Response

if TYPE_CHECKING:
    from launchbook.errors import ProviderError
    from launchbook.transport.request import Request

ZONE = "vocilia.com"


class FakeCloudflare:
    """Answers what octoDNS asks.

    Args:
        records: As the API has them; ``id`` and ``zone_id`` are given here.
        is_active: Whether the registrar leads here.
        has_zone: Whether there is a zone at all.
    """

    def __init__(
        self, *records: dict[str, Any], is_active: bool = True, has_zone: bool = True
    ) -> None:
        self._ids = itertools.count(1)
        self.records: dict[str, dict[str, Any]] = {}
        self.sent: list[str] = []
        self.refusal: ProviderError | None = None
        self.is_active = is_active
        self.has_zone = has_zone
        for each in records:
            self._keep(each)

    def send(self, request: Request) -> Response:
        self.sent.append(str(request))
        if self.refusal is not None:
            raise self.refusal
        found = self._answer(request)
        count = len(found) if isinstance(found, list) else 1
        body = {
            "success": True,
            "result": found,
            "result_info": {"count": count, "per_page": 1000},
        }
        return Response("cloudflare", 200, {}, json.dumps(body).encode())

    @property
    def written(self) -> list[str]:
        return [each for each in self.sent if not each.startswith("GET ")]

    def at(self, host: str, kind: str) -> list[str]:
        """Return the contents of a host's records of one kind."""
        return sorted(
            each["content"]
            for each in self.records.values()
            if (each["name"], each["type"]) == (host, kind)
        )

    def ttl(self, host: str, kind: str) -> int:
        (found,) = {
            each["ttl"]
            for each in self.records.values()
            if (each["name"], each["type"]) == (host, kind)
        }
        return int(found)

    def _answer(self, request: Request) -> object:
        parts = request.path.strip("/").split("/")
        if parts == ["zones"]:
            self.has_zone = self.has_zone or request.method == "POST"
            zone = self._zone()
            return zone if request.method == "POST" else [zone] * self.has_zone
        body: Any = request.json
        if request.method == "GET":
            return list(self.records.values())
        if request.method == "POST":
            return self._keep(body)
        if parts[3] not in self.records:
            raise NotFound("no such record", hint="Look.")
        if request.method == "DELETE":
            return self.records.pop(parts[3])
        return self._keep(body, parts[3])

    def _keep(self, body: dict[str, Any], record: str = "") -> dict[str, Any]:
        record = record or f"r{next(self._ids)}"
        content = str(body.get("content", "")).rstrip(".")
        if body["type"] == "CAA":
            data = body["data"]
            content = f'{data["flags"]} {data["tag"]} "{data["value"]}"'
        kept = {"ttl": 300, "proxied": False, **body, "content": content}
        self.records[record] = {**kept, "id": record, "zone_id": "z1"}
        return self.records[record]

    def _zone(self) -> dict[str, Any]:
        return {
            "id": "z1",
            "name": ZONE,
            "status": "active" if self.is_active else "pending",
            "name_servers": ["ada.ns.example.org", "bob.ns.example.org"],
        }


def record(
    kind: str, host: str, content: str, ttl: int = 300, **more: Any
) -> dict[str, Any]:
    """Return a record as the API has it."""
    return {"type": kind, "name": host, "content": content, "ttl": ttl, **more}


def caa(value: str, host: str = ZONE) -> dict[str, Any]:
    """Return a CAA record as the API has it."""
    data = {"flags": 0, "tag": "issue", "value": value}
    return {"type": "CAA", "name": host, "data": data, "ttl": 3600}
