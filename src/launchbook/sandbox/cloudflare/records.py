"""The rules for records: what a body must say, and what goes together."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Any, Final

from launchbook.sandbox.cloudflare.faults import ApiError, invalid
from launchbook.sandbox.cloudflare.state import Record, Zone, new_id

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS: Final = ("A", "AAAA", "CAA", "CNAME", "MX", "NS", "TXT")
PROXIABLE: Final = frozenset({"A", "AAAA", "CNAME"})
AUTOMATIC_TTL: Final = 1
LEAST_TTL: Final = 60
LARGEST_TTL: Final = 86_400
_HOST: Final = re.compile(
    r"(\*\.)?([a-z0-9_]([a-z0-9_-]*[a-z0-9_])?\.)+[a-z0-9-]{2,63}"
)
_TARGET: Final = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9])?\.?")


def read_record(
    zone: Zone,
    body: Mapping[str, Any],
    now: str,
    before: Record | None = None,
    replaced: Record | None = None,
) -> Record:
    """Return the record that a body asks for, as new or in place of another one.

    Args:
        zone: Where it shall stand.
        body: What is asked for.
        now: The time.
        before: Says what the body does not say.
        replaced: Whose place it takes without anything of it.

    Raises:
        ApiError: The body breaks a rule.
    """
    kind = str(body.get("type", before.kind if before else ""))
    if kind not in KINDS:
        raise invalid(f"type must be one of {', '.join(KINDS)}")
    old = before or replaced
    record = Record(
        id=old.id if old else new_id(),
        name=_name(zone, body, before),
        kind=kind,
        content="",
        ttl=_ttl(body, before),
        created_at=old.created_at if old else now,
        modified_at=now,
        is_proxied=_is_proxied(kind, body, before),
        comment=body.get("comment", before.comment if before else None),
        tags=list(body.get("tags", before.tags if before else ())),
    )
    if record.is_proxied:
        record.ttl = AUTOMATIC_TTL
    _fill(record, body, before)
    refuse_conflict(zone, record)
    return record


def refuse_conflict(zone: Zone, record: Record) -> None:
    """Refuse a record that cannot stand beside those that are there.

    Raises:
        ApiError: 81058 for the same again, 81053 and 81054 beside a CNAME.
    """
    for other in zone.records.values():
        if other.id == record.id or other.name != record.name:
            continue
        if (other.kind, other.content) == (record.kind, record.content):
            raise ApiError(400, 81058, "An identical record already exists.")
        if "CNAME" not in {other.kind, record.kind}:
            continue
        if record.kind == "CNAME":
            message = "An A, AAAA, or CNAME record with that host already exists."
            raise ApiError(400, 81053, message)
        raise ApiError(400, 81054, "A CNAME record with that host already exists.")


def _name(zone: Zone, body: Mapping[str, Any], before: Record | None) -> str:
    name = str(body.get("name", before.name if before else "")).lower().rstrip(".")
    if name in {"@", zone.name}:
        return zone.name
    if not name.endswith(f".{zone.name}"):
        name = f"{name}.{zone.name}"
    if not _HOST.fullmatch(name):
        raise invalid("name is not a valid host name")
    return name


def _ttl(body: Mapping[str, Any], before: Record | None) -> int:
    ttl = body.get("ttl", before.ttl if before else AUTOMATIC_TTL)
    is_right = isinstance(ttl, int) and (
        ttl == AUTOMATIC_TTL or LEAST_TTL <= ttl <= LARGEST_TTL
    )
    if not is_right:
        raise invalid(f"ttl must be 1, or from {LEAST_TTL} to {LARGEST_TTL}")
    return int(ttl)


def _is_proxied(kind: str, body: Mapping[str, Any], before: Record | None) -> bool:
    is_proxied = body.get("proxied", before.is_proxied if before else False)
    if is_proxied and kind not in PROXIABLE:
        raise ApiError(400, 9004, "This record type cannot be proxied.")
    return bool(is_proxied)


def _fill(record: Record, body: Mapping[str, Any], before: Record | None) -> None:
    """Set what depends on the kind."""
    if record.kind == "CAA":
        record.data = body.get("data") or (before.data if before else None)
        record.content = _caa(record.data)
        return
    content = str(body.get("content", before.content if before else "")).strip()
    if not content:
        raise invalid("content is missing")
    if record.kind == "MX":
        record.priority = body.get("priority", before.priority if before else None)
        if not isinstance(record.priority, int):
            raise invalid("priority is missing")
    record.content = _content(record, content)


def _content(record: Record, content: str) -> str:
    """The content in the vendor's form."""
    if record.kind in {"A", "AAAA"}:
        try:
            address = ipaddress.ip_address(content)
        except ValueError:
            raise ApiError(400, 9005, "Content for A record is invalid.") from None
        if address.version != (4 if record.kind == "A" else 6):
            raise ApiError(400, 9005, "Content for the record is of another family.")
        return str(address)
    if record.kind == "TXT":
        return content
    if not _TARGET.fullmatch(content):
        raise ApiError(400, 9007, "Content for the record is no host name.")
    target = content.lower().rstrip(".")
    if record.kind == "CNAME" and target == record.name:
        raise ApiError(400, 9039, "CNAME content cannot reference itself.")
    return target


def _caa(data: Mapping[str, Any] | None) -> str:
    parts = data if isinstance(data, dict) else {}
    flags, tag, value = (parts.get(key) for key in ("flags", "tag", "value"))
    is_right = isinstance(flags, int) and isinstance(value, str)
    if not is_right or tag not in {"issue", "issuewild", "iodef"}:
        raise invalid("data must say flags, tag and value")
    return f'{flags} {tag} "{value}"'
