"""octoDNS records as our model, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from octodns.record import Record

from launchbook.model.dns import RecordSet

if TYPE_CHECKING:
    from collections.abc import Iterable

SINGLE: Final = frozenset({"ALIAS", "CNAME"})
"""Kinds of which a host has only one."""
NAMES: Final = frozenset({"ALIAS", "CNAME", "NS"})
"""Kinds whose values are host names."""


def read_record(record: Any) -> RecordSet:
    """Return one record of octoDNS as ours."""
    kind = str(record._type)  # noqa: SLF001 - octoDNS has no other name for it
    values = [record.value] if hasattr(record, "value") else record.values
    provider = record.octodns.get("cloudflare", {})
    return RecordSet(
        host=record.fqdn.rstrip(".").lower(),
        kind=kind,
        values=tuple(sorted(_texts(kind, values))),
        ttl_seconds=int(record.ttl),
        is_proxied=provider.get("proxied") is True,
    )


def write_record(zone: Any, wanted: RecordSet) -> Any:
    """Return ours as one record of octoDNS in a zone."""
    values = [_value(wanted.kind, text) for text in wanted.values]
    data: dict[str, object] = {"type": wanted.kind, "ttl": wanted.ttl_seconds}
    if wanted.kind in SINGLE:
        data["value"] = values[0]
    else:
        data["values"] = values
    name = zone.hostname_from_fqdn(f"{wanted.host}.")
    return Record.new(zone, name, data, lenient=True)


def _texts(kind: str, values: Iterable[Any]) -> Iterable[str]:
    for value in values:
        if kind == "CAA":
            yield f"{value.flags} {value.tag} {value.value}"
        elif kind == "TXT":
            yield str(value).replace("\\;", ";")
        elif kind in NAMES:
            yield str(value).rstrip(".").lower()
        else:
            yield str(value)


def _value(kind: str, text: str) -> object:
    if kind == "CAA":
        flags, tag, value = text.split(" ", 2)
        return {"flags": int(flags), "tag": tag, "value": value}
    if kind == "TXT":
        return text.replace(";", "\\;")
    return f"{text}." if kind in NAMES else text
