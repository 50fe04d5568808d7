"""dns.records: what the platforms ask for, in the product's zone; the rest stays.

A name of ours that leads elsewhere is moved with care: first its TTL is lowered and
the old one waited out, so that the way back is as quick; the former record is kept in
the ledger for `domains.revert`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Final

from launchbook.engine.override import LARGE_CHANGE
from launchbook.engine.step import Context, Prior, Verified, Waiting
from launchbook.errors import VerificationFailed
from launchbook.model.change import Action, Change, FieldChange, Planned
from launchbook.model.dns import RecordSet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from launchbook.providers.dns.client import DnsClient

ROUTES: Final = frozenset({"A", "AAAA", "ALIAS", "CNAME"})
"""Kinds that say where a name leads: only one of them may stand."""
SHARED: Final = frozenset({"TXT", "CAA"})
"""Kinds of which others may have values at the same host: ours are added."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What shall stand in the zone.

    Attributes:
        records: Lists of what platforms asked for: ``host``, ``type``, ``value``.
        ttl_seconds: How long others may remember a name that nothing served before.
        cutover_ttl_seconds: The same for one that is moved, until everything is
            proven; `dns.ttl` raises it.
        certificate_authorities: Who may issue certificates below the zone, beside
            those that are named there already; none leaves it as it is.
    """

    zone: str
    records: tuple[object, ...]
    ttl_seconds: int
    cutover_ttl_seconds: int
    certificate_authorities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """The record sets of the hosts that are ours."""

    sets: tuple[RecordSet, ...] = ()

    def find(self, wanted: RecordSet) -> RecordSet | None:
        """Return what stands where a record set of ours shall stand, or None."""
        key = (wanted.host, wanted.kind)
        return next((r for r in self.sets if (r.host, r.kind) == key), None)


class DnsRecords:
    """One line a record set of ours."""

    name: ClassVar[str] = "dns.records"
    inputs_type: ClassVar[type] = Inputs
    is_check: ClassVar[bool] = False
    protected_as: ClassVar[str] = "domain"

    def __init__(self, client: DnsClient) -> None:
        self._client = client

    def facts(self, inputs: Inputs, context: Context) -> Facts:
        """Read the record sets at our hosts."""
        hosts = {each.host for each in _wanted(inputs)}
        found = self._client.read_records(inputs.zone)
        return Facts(tuple(each for each in found if each.host in hosts))

    def plan(self, inputs: Inputs, facts: Facts, prior: Prior | None) -> Planned:
        """Create what is missing, replace what leads elsewhere."""
        changes = []
        for wanted in _wanted(inputs):
            changes.append(_change(wanted, facts))
            changes += [
                Change(Action.DELETE, "dns.record", f"{other.host} {other.kind}")
                for other in _rivals(wanted, facts)
            ]
        return Planned(tuple(changes), _outputs(inputs))

    def apply(self, inputs: Inputs, facts: Facts, context: Context) -> Waiting | None:
        """Lower and wait where something else serves now; then write."""
        moving = list(_moving(inputs, facts))
        slow = [
            each for each in moving if each.ttl_seconds > inputs.cutover_ttl_seconds
        ]
        if slow:
            context.progress("lowering the TTL of what is moved")
            lowered = [_with_ttl(r, inputs.cutover_ttl_seconds) for r in slow]
            self._client.replace_records(inputs.zone, lowered, is_meant=True)
            return _wait_out(slow, context)
        if moving and (left := _left_to_wait(context)):
            return left
        hosts = {each.host for each in moving}
        wanted = [
            _with_ttl(each, inputs.cutover_ttl_seconds) if each.host in hosts else each
            for each in (_merged(each, facts) for each in _wanted(inputs))
        ]
        pending = [each for each in wanted if _is_pending(each, facts)]
        removed = {(r.host, r.kind) for w in wanted for r in _rivals(w, facts)}
        self._client.replace_records(
            inputs.zone, pending, removed, is_meant=_is_meant(inputs, context)
        )
        return None

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Read the zone again."""
        facts = self.facts(inputs, context)
        wrong = [
            f"{each.host} {each.kind}"
            for each in _wanted(inputs)
            if _is_pending(each, facts) or list(_rivals(each, facts))
        ]
        if wrong:
            raise VerificationFailed(
                f"the DNS provider does not show what was written: {', '.join(wrong)}",
                hint="Run the same command again; only what differs is written.",
            )
        ours = {each.host: each for each in _wanted(inputs)}
        found = [r.as_json() for r in facts.sets if r.host in ours]
        return Verified(_outputs(inputs), {"zone": inputs.zone, "records": found})

    def destroy(self, inputs: Inputs, facts: Facts, context: Context) -> None:
        """Remove what is ours; values of others at the same host stay."""
        removed: set[tuple[str, str]] = set()
        kept: list[RecordSet] = []
        for wanted in _wanted(inputs):
            found = facts.find(wanted)
            if found is None or wanted.kind == "CAA":
                continue
            others = tuple(v for v in found.values if v not in wanted.values)
            if others:
                kept.append(_with_values(found, others))
            else:
                removed.add((found.host, found.kind))
        self._client.replace_records(inputs.zone, kept, removed, is_meant=True)

    def recall(self, prior: Prior) -> Inputs | None:
        """Return what was proven last, when the host names that asked for it are gone."""
        zone, known = prior.evidence.get("zone"), prior.evidence.get("records")
        if not isinstance(zone, str) or not isinstance(known, list | tuple):
            return None
        records = tuple(
            {"host": each["host"], "type": each["type"], "value": value}
            for each in known
            for value in each["values"]
            if each["type"] != "CAA"
        )
        return Inputs(zone, records, ttl_seconds=300, cutover_ttl_seconds=60)


def _wanted(inputs: Inputs) -> list[RecordSet]:
    """Our record sets, one a host and kind."""
    found: dict[tuple[str, str], list[str]] = {}
    for host, kind, value in _flat(inputs.records):
        found.setdefault((host, kind), []).append(value)
    for authority in inputs.certificate_authorities:
        found.setdefault((inputs.zone, "CAA"), []).append(f"0 issue {authority}")
    return [
        RecordSet(host, kind, tuple(sorted(set(values))), inputs.ttl_seconds)
        for (host, kind), values in sorted(found.items())
    ]


def _flat(records: Sequence[object]) -> Iterator[tuple[str, str, str]]:
    for each in records:
        if isinstance(each, dict):
            yield str(each["host"]).lower(), str(each["type"]), str(each["value"])
        elif isinstance(each, list | tuple):
            yield from _flat(each)


def _change(wanted: RecordSet, facts: Facts) -> Change:
    """The plan's line of one record set."""
    label = f"{wanted.host} {wanted.kind}"
    found = facts.find(wanted)
    if found is None:
        return Change(Action.CREATE, "dns.record", label)
    if not _is_pending(wanted, facts):
        return Change(Action.NO_CHANGE, "dns.record", label)
    before, after = ", ".join(found.values), ", ".join(wanted.values)
    differing = FieldChange("value", before, after)
    return Change(Action.UPDATE, "dns.record", label, (differing,))


def _is_pending(wanted: RecordSet, facts: Facts) -> bool:
    """Whether the zone lacks a value of ours, or has another where one may stand."""
    found = facts.find(wanted)
    if found is None:
        return True
    if wanted.kind in SHARED:
        return not set(wanted.values) <= set(found.values)
    return found.values != wanted.values or found.is_proxied


def _rivals(wanted: RecordSet, facts: Facts) -> list[RecordSet]:
    """Records of other kinds that cannot stand beside where ours leads."""
    if wanted.kind not in ROUTES:
        return []
    return [
        each
        for each in facts.sets
        if each.host == wanted.host and each.kind in ROUTES - {wanted.kind}
    ]


def _moving(inputs: Inputs, facts: Facts) -> Iterator[RecordSet]:
    """What stands at our hosts now and leads elsewhere."""
    for wanted in _wanted(inputs):
        if wanted.kind not in ROUTES:
            continue
        found = facts.find(wanted)
        if found is not None and found.values != wanted.values:
            yield found
        yield from _rivals(wanted, facts)


def _wait_out(slow: Sequence[RecordSet], context: Context) -> Waiting:
    longest = max(slow, key=lambda each: each.ttl_seconds)
    former = ", ".join(f"{r.host} {r.kind} {' '.join(r.values)}" for r in slow)
    return Waiting(
        f"others remember for {longest.ttl_seconds} s where {longest.host} led "
        f"(former: {former})",
        context.clock.now() + timedelta(seconds=longest.ttl_seconds),
    )


def _left_to_wait(context: Context) -> Waiting | None:
    """The rest of a wait that an earlier run began."""
    begun = context.history.paused(context.step)
    if begun is None:
        return None
    until = datetime.fromisoformat(str(begun["look_again_at"]))
    if context.clock.now() >= until:
        return None
    return Waiting(str(begun["reason"]), until)


def _is_meant(inputs: Inputs, context: Context) -> bool:
    """Whether a person lets a large part of the zone change."""
    return context.overrides.find(LARGE_CHANGE, inputs.zone) is not None


def _merged(wanted: RecordSet, facts: Facts) -> RecordSet:
    """Ours beside the values of others, where several may stand."""
    found = facts.find(wanted)
    if found is None or wanted.kind not in SHARED:
        return wanted
    return _with_values(found, tuple(sorted({*found.values, *wanted.values})))


def _with_ttl(record: RecordSet, ttl_seconds: int) -> RecordSet:
    return RecordSet(record.host, record.kind, record.values, ttl_seconds)


def _with_values(record: RecordSet, values: tuple[str, ...]) -> RecordSet:
    return RecordSet(record.host, record.kind, values, record.ttl_seconds)


def _outputs(inputs: Inputs) -> dict[str, object]:
    """What other steps may refer to: certain before anything is written."""
    return {"names": sorted({f"{r.host} {r.kind}" for r in _wanted(inputs)})}
