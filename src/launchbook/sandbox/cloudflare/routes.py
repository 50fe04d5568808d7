"""The routes that are emulated, and their handlers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aiohttp import web

if TYPE_CHECKING:
    from launchbook.sandbox.cloudflare.handlers import Handlers

BASE: Final = "/client/v4"


def routes(handlers: Handlers) -> list[web.RouteDef]:
    """Return all routes."""
    zones, one = f"{BASE}/zones", f"{BASE}/zones/{{zone}}"
    records, record = f"{one}/dns_records", f"{one}/dns_records/{{record}}"
    return [
        web.get(f"{BASE}/user/tokens/verify", handlers.verify),
        web.get(f"{BASE}/accounts", handlers.accounts),
        web.get(zones, handlers.zones),
        web.post(zones, handlers.create_zone),
        web.get(one, handlers.zone),
        web.delete(one, handlers.delete_zone),
        web.put(f"{one}/activation_check", handlers.check_activation),
        web.get(records, handlers.records),
        web.post(records, handlers.create_record),
        web.get(record, handlers.record),
        web.put(record, handlers.replace_record),
        web.patch(record, handlers.change_record),
        web.delete(record, handlers.delete_record),
    ]
