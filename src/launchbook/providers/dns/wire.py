"""octoDNS records as our model, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from octodns.record import Record

from launchbook.model.dns import RecordSet

if TYPE_CHECKING:
    from collections.abc import Iterable

ALIAS: Final = "ALIAS"
CNAME: Final = "CNAME"
NAMES: Final = frozenset({CNAME, "NS", "PTR"})
"""Kinds whose values are host names."""
EXTRAS: Final = "cloudflare"
"""What Cloudflare has beside DNS: the proxy, comments, tags."""
_TTL_FLAGS: Final = frozenset({"proxied", "auto-ttl"})


def key_of(record: Any) -> tuple[str, str]:
    """Return host and kind; an alias at the zone's top counts as a CNAME."""
    kind = str(record._type)  # noqa: SLF001 - octoDNS has no other name for it
    return record.fqdn.rstrip(".").lower(), CNAME if kind == ALIAS else kind


def read_record(record: Any) -> RecordSet:
    """Return one record of octoDNS as ours."""
    host, kind = key_of(record)
    values = [record.value] if hasattr(record, "value") else record.values
    return RecordSet(
        host=host,
        kind=kind,
        values=tuple(sorted(_texts(kind, values))),
        ttl_seconds=int(record.ttl),
        is_proxied=record.octodns.get(EXTRAS, {}).get("proxied") is True,
    )


def write_record(zone: Any, wanted: RecordSet, before: Any = None) -> Any:
    """Return ours as one record of octoDNS in a zone.

    Args:
        zone: The desired zone.
        wanted: What shall stand.
        before: What stands there; its comment and its tags are kept.
    """
    name = zone.hostname_from_fqdn(f"{wanted.host}.")
    values = [_value(wanted.kind, text) for text in wanted.values]
    is_alias = wanted.kind == CNAME and not name
    data: dict[str, object] = {
        "type": ALIAS if is_alias else wanted.kind,
        "ttl": wanted.ttl_seconds,
        **({"value": values[0]} if wanted.kind == CNAME else {"values": values}),
    }
    record = Record.new(zone, name, data, lenient=True)
    if extras := _extras(wanted, before):
        record.octodns[EXTRAS] = extras
    return record


def _extras(wanted: RecordSet, before: Any) -> dict[str, object]:
    kept = before.octodns.get(EXTRAS, {}) if before is not None else {}
    extras = {name: item for name, item in kept.items() if name not in _TTL_FLAGS}
    return (
        {**extras, **dict.fromkeys(_TTL_FLAGS, True)} if wanted.is_proxied else extras
    )


def _texts(kind: str, values: Iterable[Any]) -> Iterable[str]:
    for value in values:
        if kind == "CAA":
            yield f"{value.flags} {value.tag} {value.value}"
        elif kind == "TXT":
            yield str(value).replace("\\;", ";")
        elif kind in NAMES:
            yield str(value).rstrip(".").lower()
        else:
            yield str(value).strip("'")


def _value(kind: str, text: str) -> object:
    if kind == "CAA":
        flags, tag, value = text.split(" ", 2)
        return {"flags": int(flags), "tag": tag, "value": value}
    if kind == "TXT":
        return text.replace(";", "\\;")
    return f"{text}." if kind in NAMES else text
