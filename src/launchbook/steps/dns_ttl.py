"""dns.ttl: once everything is proven, others may remember our names for longer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from launchbook.domains.cutover import ROUTES
from launchbook.engine.step import Context, Prior, Verified
from launchbook.errors import VerificationFailed
from launchbook.model.change import Action, Change, FieldChange, Planned

if TYPE_CHECKING:
    from launchbook.model.dns import RecordSet
    from launchbook.providers.dns.client import DnsClient


@dataclass(frozen=True, slots=True)
class Inputs:
    """Whose TTL it is.

    Attributes:
        names: As `dns.records` puts them out: host and kind. Only where they lead is
            moved, so only those count.
        after: What must have been proven before, as URLs that are served.
    """

    zone: str
    names: tuple[str, ...]
    ttl_seconds: int
    after: tuple[str, ...] = ()


class DnsTtl:
    """One line a record set of ours."""

    name: ClassVar[str] = "dns.ttl"
    inputs_type: ClassVar[type] = Inputs
    is_check: ClassVar[bool] = False

    def __init__(self, client: DnsClient) -> None:
        self._client = client

    def facts(self, inputs: Inputs, context: Context) -> tuple[RecordSet, ...]:
        """Read the record sets that say where our names lead."""
        return tuple(
            each
            for each in self._client.read_records(inputs.zone)
            if each.label in inputs.names and each.kind in ROUTES
        )

    def plan(
        self, inputs: Inputs, facts: tuple[RecordSet, ...], prior: Prior | None
    ) -> Planned:
        """Raise what is lower."""
        changes = tuple(_change(each, inputs) for each in facts)
        return Planned(changes, {"names": list(inputs.names)})

    def apply(
        self, inputs: Inputs, facts: tuple[RecordSet, ...], context: Context
    ) -> None:
        """Write all that differ at once."""
        differing = [
            replace(each, ttl_seconds=inputs.ttl_seconds)
            for each in facts
            if _differs(each, inputs)
        ]
        self._client.replace_records(inputs.zone, differing, is_meant=True)

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Read them again."""
        facts = self.facts(inputs, context)
        wrong = [each.label for each in facts if _differs(each, inputs)]
        if wrong:
            raise VerificationFailed(
                f"the DNS provider does not show the TTL written: {', '.join(wrong)}",
                hint="Run the same command again; only what differs is written.",
            )
        return Verified({"names": list(inputs.names)})


def _differs(record: RecordSet, inputs: Inputs) -> bool:
    """Whether it has another TTL; a proxied one's is the provider's own."""
    return not record.is_proxied and record.ttl_seconds != inputs.ttl_seconds


def _change(record: RecordSet, inputs: Inputs) -> Change:
    if not _differs(record, inputs):
        return Change(Action.NO_CHANGE, "dns.ttl", record.label)
    differing = FieldChange("ttl_seconds", record.ttl_seconds, inputs.ttl_seconds)
    return Change(Action.UPDATE, "dns.ttl", record.label, (differing,))
