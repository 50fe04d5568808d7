"""What shall stand in a zone, what it replaces, and how a name is moved with care.

A name that leads elsewhere is moved in two acts: first its TTL is lowered and the old
one waited out, so that a way back is as quick as the way there; then it is changed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from launchbook.model.dns import RecordSet, record_set_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ROUTES: Final = frozenset({"A", "AAAA", "ALIAS", "CNAME"})
"""Kinds that say where a name leads: only one of them may stand."""
SHARED: Final = frozenset({"TXT", "CAA"})
"""Kinds of which others may have values at the same host: ours are added."""
FORMER: Final = "former"
"""In evidence: the record sets that ours replace, as they were before any change."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is at our hosts.

    Attributes:
        sets: Every record set there.
        former: What an earlier run set out to replace, as it was then.
    """

    sets: tuple[RecordSet, ...] = ()
    former: tuple[RecordSet, ...] = ()


@dataclass(frozen=True, slots=True)
class Cutover:
    """From what stands at our hosts to what shall stand there.

    Attributes:
        zone: Its name, at which an alias stands for a CNAME.
        wanted: Ours, one a host and kind.
        standing: What is at the same hosts.
    """

    zone: str
    wanted: tuple[RecordSet, ...]
    standing: Standing

    def find(self, wanted: RecordSet) -> RecordSet | None:
        """Return what has the host and kind of one of ours, or None."""
        return next((r for r in self.standing.sets if r.label == wanted.label), None)

    def is_pending(self, wanted: RecordSet) -> bool:
        """Whether the zone lacks a value of ours, or has another where one may stand."""
        found = self.find(wanted)
        if found is None:
            return True
        if wanted.kind in SHARED:
            return not set(wanted.values) <= set(found.values)
        return found.values != wanted.values or found.is_proxied

    def merged(self, wanted: RecordSet) -> RecordSet:
        """Ours beside the values of others, where several may stand."""
        found = self.find(wanted)
        if found is None or wanted.kind not in SHARED:
            return wanted
        return replace(found, values=tuple(sorted({*found.values, *wanted.values})))

    def rivals(self, wanted: RecordSet) -> tuple[RecordSet, ...]:
        """Return routes of other kinds that cannot stand beside ours."""
        if wanted.kind not in ROUTES:
            return ()
        others = ROUTES - {wanted.kind}
        return tuple(
            r for r in self.standing.sets if r.host == wanted.host and r.kind in others
        )

    @property
    def obstacles(self) -> tuple[RecordSet, ...]:
        """What is nobody's route and cannot stand beside a CNAME of ours.

        RFC 1034, section 3.6.2: a name with a CNAME has nothing else. It is somebody's
        mail or proof, so it is not for us to remove. The zone's top has an alias.
        """
        hosts = {each.host for each in self.wanted if each.kind == "CNAME"}
        below = hosts - {self.zone}
        return tuple(
            r for r in self.standing.sets if r.host in below and r.kind not in ROUTES
        )

    @property
    def moving(self) -> tuple[RecordSet, ...]:
        """What stands at our hosts now and leads elsewhere."""
        found: list[RecordSet] = []
        for wanted in self.wanted:
            if wanted.kind in ROUTES:
                same = self.find(wanted)
                if same is not None and same.values != wanted.values:
                    found.append(same)
                found += self.rivals(wanted)
        return tuple(found)

    @property
    def remembered(self) -> tuple[RecordSet, ...]:
        """What is moved, as it was before its TTL was lowered."""
        earlier = {(each.label, each.values): each for each in self.standing.former}
        return tuple(earlier.get((r.label, r.values), r) for r in self.moving)

    def slow(self, ttl_seconds: int) -> tuple[RecordSet, ...]:
        """Return what is moved and whose TTL can be, and is not yet, that low."""
        return tuple(
            replace(each, ttl_seconds=ttl_seconds)
            for each in self.moving
            if each.ttl_seconds > ttl_seconds and not each.is_proxied
        )

    def longest(self) -> RecordSet | None:
        """Return what others remember for longest, of what was or is lowered."""
        lowered = [each for each in self.remembered if not each.is_proxied]
        return max(lowered, key=lambda each: each.ttl_seconds, default=None)

    def to_write(self, ttl_seconds: int) -> tuple[RecordSet, ...]:
        """Return what is pending; what is moved gets that TTL until it is proven."""
        hosts = {each.host for each in self.moving}
        return tuple(
            replace(each, ttl_seconds=ttl_seconds)
            if each.host in hosts and each.kind in ROUTES
            else self.merged(each)
            for each in self.wanted
            if self.is_pending(each)
        )

    def to_remove(self) -> frozenset[tuple[str, str]]:
        """Return host and kind of what makes room."""
        return frozenset(
            (each.host, each.kind)
            for wanted in self.wanted
            for each in self.rivals(wanted)
        )


def asked_for(
    records: Iterable[object], ttl_seconds: int, authorities: Mapping[str, list[str]]
) -> tuple[RecordSet, ...]:
    """Return the record sets that platforms ask for.

    Args:
        records: What their steps put out: ``host``, ``type``, ``value``; in lists.
        ttl_seconds: Of each set.
        authorities: Zone to who may issue certificates below it.
    """
    found: dict[tuple[str, str], set[str]] = {}
    for host, kind, value in flat(records):
        found.setdefault((host, kind), set()).add(value)
    for zone, names in authorities.items():
        for name in names:
            found.setdefault((zone, "CAA"), set()).add(f"0 issue {name}")
    return tuple(
        RecordSet(host, kind, tuple(sorted(values)), ttl_seconds)
        for (host, kind), values in sorted(found.items())
    )


def flat(records: Iterable[object]) -> Iterator[tuple[str, str, str]]:
    """Yield host, kind and value of each record, however deep the lists are."""
    for each in records:
        if isinstance(each, dict):
            yield str(each["host"]).lower(), str(each["type"]), str(each["value"])
        elif isinstance(each, list | tuple):
            yield from flat(each)


def as_asked(sets: Iterable[RecordSet]) -> list[dict[str, str]]:
    """Return record sets in the form in which platforms ask for them."""
    return [
        {"host": each.host, "type": each.kind, "value": value}
        for each in sets
        for value in each.values
    ]


def former_of(evidence: Mapping[str, Any]) -> tuple[RecordSet, ...]:
    """Return what a record of the ledger says that was replaced."""
    return tuple(record_set_of(each) for each in evidence.get(FORMER, ()))
