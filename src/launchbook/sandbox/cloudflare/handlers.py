"""The routes about the token, zones and their records."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from launchbook.sandbox.cloudflare.faults import (
    ApiError,
    invalid,
    no_record,
    no_zone,
)
from launchbook.sandbox.cloudflare.records import PROXIABLE, read_record
from launchbook.sandbox.cloudflare.state import Zone, new_id
from launchbook.sandbox.delays import delay_seconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from launchbook.sandbox.cloudflare.publication import Publication
    from launchbook.sandbox.cloudflare.state import Record, State
    from launchbook.sandbox.world import World

ACCOUNT_ID: Final = "a" * 32
ACCOUNT_NAME: Final = "rehearsal"
NAME_SERVERS: Final = ("ada.ns.cloudflare.localhost", "bob.ns.cloudflare.localhost")
LARGEST_PAGE: Final = 5000


class Handlers:
    """All handlers.

    Args:
        world: Its clock and settings.
        state: The zones.
        publication: Lets changes be served.
    """

    def __init__(self, world: World, state: State, publication: Publication) -> None:
        self._world = world
        self._state = state
        self._publication = publication

    # --- who asks ------------------------------------------------------------

    async def verify(self, request: web.Request) -> web.Response:
        """GET /user/tokens/verify."""
        del request
        return _one({"id": "f" * 32, "status": "active"})

    async def accounts(self, request: web.Request) -> web.Response:
        """GET /accounts."""
        return _page(request, [{"id": ACCOUNT_ID, "name": ACCOUNT_NAME}])

    # --- zones ---------------------------------------------------------------

    async def zones(self, request: web.Request) -> web.Response:
        """GET /zones, by name, status and account."""
        query = request.query
        zones = sorted(self._state.zones.values(), key=lambda zone: zone.name)
        wanted = [
            zone
            for zone in map(self._zone_answer, zones)
            if query.get("name", zone["name"]) == zone["name"]
            and query.get("status", zone["status"]) == zone["status"]
            and query.get("account.id", ACCOUNT_ID) == ACCOUNT_ID
        ]
        return _page(request, wanted)

    async def create_zone(self, request: web.Request) -> web.Response:
        """POST /zones: pending until the registry leads here."""
        body = await _body(request)
        name = str(body.get("name", "")).lower().rstrip(".")
        if "." not in name:
            raise ApiError(400, 1099, "The zone name provided is not valid.")
        if self._state.by_name(name):
            raise ApiError(400, 1061, f"{name} already exists")
        wait = delay_seconds(
            "cloudflare.activate", is_realistic=self._world.settings.is_realistic
        )
        zone = Zone(
            id=new_id(),
            name=name,
            name_servers=list(NAME_SERVERS),
            created_at=self._world.clock.iso(),
            active_at=self._world.clock.timestamp() + wait,
        )
        self._state.zones[zone.id] = zone
        self._publication.publish(zone)
        self._state.save()
        return _one(self._zone_answer(zone))

    async def zone(self, request: web.Request) -> web.Response:
        """GET /zones/{zone}."""
        return _one(self._zone_answer(self._zone(request)))

    async def delete_zone(self, request: web.Request) -> web.Response:
        """DELETE /zones/{zone}."""
        zone = self._zone(request)
        del self._state.zones[zone.id]
        self._state.save()
        return _one({"id": zone.id})

    async def check_activation(self, request: web.Request) -> web.Response:
        """PUT /zones/{zone}/activation_check."""
        return _one({"id": self._zone(request).id})

    # --- records -------------------------------------------------------------

    async def records(self, request: web.Request) -> web.Response:
        """GET /zones/{zone}/dns_records, by name, type and content."""
        zone, query = self._zone(request), request.query
        found = [
            _record_answer(zone, record)
            for record in zone.records.values()
            if query.get("name", record.name).lower() == record.name
            and query.get("type", record.kind) == record.kind
            and query.get("content", record.content) == record.content
        ]
        return _page(request, found)

    async def create_record(self, request: web.Request) -> web.Response:
        """POST /zones/{zone}/dns_records."""
        zone = self._zone(request)
        now = self._world.clock.iso()
        record = read_record(zone, await _body(request), now)
        return self._keep(zone, record)

    async def record(self, request: web.Request) -> web.Response:
        """GET /zones/{zone}/dns_records/{record}."""
        zone = self._zone(request)
        return _one(_record_answer(zone, self._record(zone, request)))

    async def replace_record(self, request: web.Request) -> web.Response:
        """PUT /zones/{zone}/dns_records/{record}: what is not said is default."""
        zone = self._zone(request)
        before = self._record(zone, request)
        now = self._world.clock.iso()
        record = read_record(zone, await _body(request), now, replaced=before)
        return self._keep(zone, record)

    async def change_record(self, request: web.Request) -> web.Response:
        """PATCH /zones/{zone}/dns_records/{record}: what is not said stays."""
        zone = self._zone(request)
        before = self._record(zone, request)
        now = self._world.clock.iso()
        return self._keep(zone, read_record(zone, await _body(request), now, before))

    async def delete_record(self, request: web.Request) -> web.Response:
        """DELETE /zones/{zone}/dns_records/{record}."""
        zone = self._zone(request)
        record = self._record(zone, request)
        del zone.records[record.id]
        self._publication.publish(zone)
        self._state.save()
        return _one({"id": record.id})

    # --- below ---------------------------------------------------------------

    def _keep(self, zone: Zone, record: Record) -> web.Response:
        zone.records[record.id] = record
        self._publication.publish(zone)
        self._state.save()
        return _one(_record_answer(zone, record))

    def _zone(self, request: web.Request) -> Zone:
        zone = self._state.zones.get(request.match_info["zone"])
        if zone is None:
            raise no_zone()
        return zone

    def _record(self, zone: Zone, request: web.Request) -> Record:
        record = zone.records.get(request.match_info["record"])
        if record is None:
            raise no_record()
        return record

    def _zone_answer(self, zone: Zone) -> dict[str, Any]:
        is_due = self._world.clock.timestamp() >= zone.active_at
        is_active = is_due and self._publication.is_delegated(zone)
        return {
            "id": zone.id,
            "name": zone.name,
            "status": "active" if is_active else "pending",
            "paused": False,
            "type": "full",
            "name_servers": zone.name_servers,
            "original_name_servers": None,
            "created_on": zone.created_at,
            "modified_on": zone.created_at,
            "activated_on": zone.created_at if is_active else None,
            "account": {"id": ACCOUNT_ID, "name": ACCOUNT_NAME},
            "plan": {"id": "0" * 32, "name": "Free Website", "legacy_id": "free"},
            "permissions": ["#dns_records:edit", "#dns_records:read", "#zone:read"],
        }


def _record_answer(zone: Zone, record: Record) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "id": record.id,
        "zone_id": zone.id,
        "zone_name": zone.name,
        "name": record.name,
        "type": record.kind,
        "content": record.content,
        "proxiable": record.kind in PROXIABLE,
        "proxied": record.is_proxied,
        "ttl": record.ttl,
        "settings": {},
        "meta": {},
        "comment": record.comment,
        "tags": record.tags,
        "created_on": record.created_at,
        "modified_on": record.modified_at,
    }
    if record.priority is not None:
        answer["priority"] = record.priority
    if record.data is not None:
        answer["data"] = record.data
    return answer


def _one(result: object) -> web.Response:
    """One result in the vendor's envelope."""
    body = {"success": True, "errors": [], "messages": [], "result": result}
    return web.json_response(body)


def _page(request: web.Request, results: Sequence[object]) -> web.Response:
    """A page of results, with what is known of all pages."""
    page = _whole(request, "page", 1)
    size = min(_whole(request, "per_page", 20), LARGEST_PAGE)
    shown = results[(page - 1) * size : page * size]
    info = {
        "page": page,
        "per_page": size,
        "count": len(shown),
        "total_count": len(results),
        "total_pages": -(-len(results) // size),
    }
    body = {"success": True, "errors": [], "messages": [], "result": shown}
    return web.json_response({**body, "result_info": info})


def _whole(request: web.Request, name: str, default: int) -> int:
    text = request.query.get(name, str(default))
    if not text.isdigit() or int(text) < 1:
        raise invalid(f"{name} must be a whole number from 1")
    return int(text)


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.text() or "{}")
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise ApiError(400, 9207, "Request body is invalid.")
    return body
