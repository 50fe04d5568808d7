"""dns.records: what the platforms ask for, in the product's zone; the rest stays.

A name of ours that leads elsewhere is moved with care: first its TTL is lowered and
the old one waited out. What it led to is in the ledger before anything is changed, for
``invoke domains.revert``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Final

from launchbook.domains.cutover import (
    FORMER,
    SHARED,
    Cutover,
    Standing,
    as_asked,
    asked_for,
    former_of,
)
from launchbook.engine.override import LARGE_CHANGE
from launchbook.engine.step import Context, Prior, Verified, Waiting
from launchbook.errors import Conflict, VerificationFailed
from launchbook.model.change import Action, Change, FieldChange, Planned
from launchbook.model.dns import record_set_of

if TYPE_CHECKING:
    from launchbook.model.dns import RecordSet
    from launchbook.providers.dns.client import DnsClient

VALUE: Final = "value"


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


class DnsRecords:
    """One line a record set of ours."""

    name: ClassVar[str] = "dns.records"
    inputs_type: ClassVar[type] = Inputs
    is_check: ClassVar[bool] = False
    protected_as: ClassVar[str] = "domain"

    def __init__(self, client: DnsClient) -> None:
        self._client = client

    def facts(self, inputs: Inputs, context: Context) -> Standing:
        """Read the record sets at our hosts."""
        begun = context.history.begun(context.step)
        former = former_of(begun.evidence) if begun else ()
        return Standing(self._read(inputs), former)

    def plan(self, inputs: Inputs, facts: Standing, prior: Prior | None) -> Planned:
        """Create what is missing, replace what leads elsewhere.

        Raises:
            Conflict: Something is there that cannot stand beside ours.
        """
        cutover, changes = _cutover(inputs, facts), []
        if obstacles := cutover.obstacles:
            raise _in_the_way(obstacles[0])
        for wanted in cutover.wanted:
            changes.append(_change(wanted, cutover))
            changes += [
                Change(Action.DELETE, "dns.record", other.label)
                for other in cutover.rivals(wanted)
            ]
        remembered = [each.as_json() for each in cutover.remembered]
        evidence = {"zone": inputs.zone, FORMER: remembered} if remembered else {}
        return Planned(tuple(changes), _outputs(inputs), evidence)

    def apply(
        self, inputs: Inputs, facts: Standing, context: Context
    ) -> Waiting | None:
        """Lower and wait where something else serves now; then write."""
        cutover = _cutover(inputs, facts)
        slow = cutover.slow(inputs.cutover_ttl_seconds)
        if slow:
            context.progress("lowering the TTL of what is moved")
            self._client.replace_records(inputs.zone, slow, is_meant=True)
        if waiting := _rest(cutover, inputs, context, is_new=bool(slow)):
            return waiting
        pending = cutover.to_write(inputs.cutover_ttl_seconds)
        is_meant = context.overrides.find(LARGE_CHANGE, inputs.zone) is not None
        # A platform orders its certificate as soon as it sees its own records: who may
        # issue it must stand before that.
        if authorities := [each for each in pending if each.kind == "CAA"]:
            self._client.replace_records(inputs.zone, authorities, is_meant=is_meant)
        self._client.replace_records(
            inputs.zone,
            [each for each in pending if each.kind != "CAA"],
            cutover.to_remove(),
            is_meant=is_meant,
        )
        return None

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Read the zone again."""
        cutover = _cutover(inputs, Standing(self._read(inputs)))
        wrong = [
            each.label
            for each in cutover.wanted
            if cutover.is_pending(each) or cutover.rivals(each)
        ]
        if wrong:
            raise VerificationFailed(
                f"the DNS provider does not show what was written: {', '.join(wrong)}",
                hint="Run the same command again; only what differs is written.",
            )
        begun = context.history.begun(context.step)
        evidence: dict[str, object] = {
            "zone": inputs.zone,
            "records": [each.as_json() for each in cutover.wanted],
        }
        if begun is not None and FORMER in begun.evidence:
            evidence[FORMER] = begun.evidence[FORMER]
        return Verified(_outputs(inputs), evidence)

    def undo(self, inputs: Inputs, facts: Standing, context: Context) -> None:
        """Put back what stood there before, where this run changed it."""
        cutover = _cutover(inputs, facts)
        written = [each for each in cutover.wanted if cutover.is_pending(each)]
        present = [found for each in written if (found := cutover.find(each))]
        rivals = [other for each in written for other in cutover.rivals(each)]
        new = {(r.host, r.kind) for r in written if cutover.find(r) is None}
        self._client.replace_records(
            inputs.zone, [*present, *rivals], new, is_meant=True
        )

    def destroy(self, inputs: Inputs, facts: Standing, context: Context) -> None:
        """Remove what is ours; values of others at the same host stay."""
        cutover = _cutover(inputs, facts)
        removed: set[tuple[str, str]] = set()
        kept: list[RecordSet] = []
        for wanted in cutover.wanted:
            found = cutover.find(wanted)
            if found is None or wanted.kind == "CAA":
                continue
            others = tuple(v for v in found.values if v not in wanted.values)
            if others and wanted.kind in SHARED:
                kept.append(replace(found, values=others))
            elif not others:
                removed.add((found.host, found.kind))
        self._client.replace_records(inputs.zone, kept, removed, is_meant=True)

    def spares(self, change: Change) -> bool:
        """What is not ours: authorities are the zone's, other values somebody else's."""
        is_other = any(each.name == VALUE for each in change.fields)
        return (
            change.name.endswith(" CAA") or change.action is Action.DELETE or is_other
        )

    def recall(self, prior: Prior) -> Inputs | None:
        """Return what was proven last, when the host names that asked for it are gone."""
        zone, known = prior.evidence.get("zone"), prior.evidence.get("records")
        if not isinstance(zone, str) or not isinstance(known, list | tuple):
            return None
        sets = [record_set_of(each) for each in known]
        records = as_asked(each for each in sets if each.kind != "CAA")
        ttl = max((each.ttl_seconds for each in sets), default=0)
        return Inputs(zone, tuple(records), ttl_seconds=ttl, cutover_ttl_seconds=ttl)

    def _read(self, inputs: Inputs) -> tuple[RecordSet, ...]:
        hosts = {each.host for each in _wanted(inputs)}
        found = self._client.read_records(inputs.zone)
        return tuple(each for each in found if each.host in hosts)


def _wanted(inputs: Inputs) -> tuple[RecordSet, ...]:
    authorities = {inputs.zone: list(inputs.certificate_authorities)}
    return asked_for(inputs.records, inputs.ttl_seconds, authorities)


def _cutover(inputs: Inputs, facts: Standing) -> Cutover:
    return Cutover(inputs.zone, _wanted(inputs), facts)


def _change(wanted: RecordSet, cutover: Cutover) -> Change:
    """The plan's line of one record set."""
    found = cutover.find(wanted)
    if found is None:
        return Change(Action.CREATE, "dns.record", wanted.label)
    if not cutover.is_pending(wanted):
        return Change(Action.NO_CHANGE, "dns.record", wanted.label)
    after = cutover.merged(wanted)
    fields = []
    if found.values != after.values:
        words = ", ".join(found.values), ", ".join(after.values)
        fields.append(FieldChange(VALUE, *words))
    if found.is_proxied:
        fields.append(FieldChange("is_proxied", before=True, after=False))
    return Change(Action.UPDATE, "dns.record", wanted.label, tuple(fields))


def _rest(
    cutover: Cutover, inputs: Inputs, context: Context, *, is_new: bool
) -> Waiting | None:
    """Wait until nobody remembers where a name led.

    A run that was killed after it lowered a TTL and before it could say so counts from
    now on: longer than needed, and never too short.
    """
    longest = cutover.longest()
    if longest is None or longest.ttl_seconds <= inputs.cutover_ttl_seconds:
        return None
    rest = None if is_new else context.history.paused(context.step)
    if rest is None:
        until = context.clock.now() + timedelta(seconds=longest.ttl_seconds)
    else:
        until = datetime.fromisoformat(str(rest["look_again_at"]))
        if context.clock.now() >= until:
            return None
    values = " ".join(longest.values)
    return Waiting(
        f"{longest.label} leads to {values}, which others remember for "
        f"{longest.ttl_seconds} s; it is moved after that",
        until,
    )


def _in_the_way(record: RecordSet) -> Conflict:
    return Conflict(
        f"{record.host} has a {record.kind} record, and nothing can stand beside a "
        "CNAME",
        hint=f"Move the {record.kind} record to another name at the DNS provider, or "
        "choose another host name in the environment's `domains`.",
        platform="dns",
        details={"record": record.as_json()},
    )


def _outputs(inputs: Inputs) -> dict[str, object]:
    """What other steps may refer to: certain before anything is written."""
    wanted = _wanted(inputs)
    return {
        "names": sorted(each.label for each in wanted),
        "records": as_asked(wanted),
    }
