"""dns.propagation: the zone's own name servers and our resolver show what was written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Final, Protocol

from launchbook.domains.cutover import flat
from launchbook.engine.check import Check
from launchbook.engine.poll import last_of
from launchbook.engine.step import Context, Prior, Verified, Waiting
from launchbook.errors import Unavailable
from launchbook.model.change import Action, Change, Planned

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PATIENCE_SECONDS: Final = 20.0
LOOK_AGAIN: Final = timedelta(minutes=5)
"""A resolver that remembers that a name was absent does so for minutes (RFC 2308)."""


class Names(Protocol):
    """Answers questions about DNS; ``transport.dns`` does."""

    def lookup(self, host: str, kind: str) -> tuple[str, ...]:
        """Return the values of a host's records of one kind; none is empty.

        Raises:
            Unavailable: No server answers.
        """
        ...

    def at(self, servers: Sequence[str]) -> Names:
        """Return what asks these name servers.

        Raises:
            Unavailable: None of them has an address.
        """
        ...


@dataclass(frozen=True, slots=True)
class Inputs:
    """What DNS must show.

    Attributes:
        records: What was written, as `dns.records` puts it out: ``host``, ``type``,
            ``value``; in lists.
        name_servers: The zone's own, as `dns.zone` puts them out; none asks only our
            resolver.
        after: Names of what was written, so that this looks afterwards.
    """

    records: tuple[object, ...]
    name_servers: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen at once, everywhere.

    Attributes:
        missing: What does not show yet, and where, in words.
        silent: Name servers of the zone that cannot be asked from here.
    """

    missing: tuple[str, ...]
    silent: tuple[str, ...] = ()


class DnsPropagation(Check):
    """A check that may take minutes, and rests until then."""

    name: ClassVar[str] = "dns.propagation"
    inputs_type: ClassVar[type] = Inputs

    def __init__(self, names: Names) -> None:
        self._names = names

    def facts(self, inputs: Inputs, context: Context) -> None:
        """Nothing to read before anything was written."""

    def plan(self, inputs: Inputs, facts: None, prior: Prior | None) -> Planned:
        """Nothing to write."""
        hosts = {host for host, _, _ in flat(inputs.records)}
        change = Change(Action.NO_CHANGE, self.name, f"{len(hosts)} hosts")
        return Planned((change,), _outputs(inputs))

    def verify(self, inputs: Inputs, context: Context) -> Verified | Waiting:
        """Look for a moment, then rest and say what is still missing."""
        seen = last_of(
            lambda: self._look(inputs),
            lambda look: not look.missing,
            clock=context.clock,
            deadline_seconds=PATIENCE_SECONDS,
        )
        if seen.missing:
            return Waiting(
                f"DNS does not show yet: {'; '.join(seen.missing)}",
                context.clock.now() + LOOK_AGAIN,
            )
        asked = [each for each in inputs.name_servers if each not in seen.silent]
        evidence = {"seen": _outputs(inputs)["names"], "name_servers": asked}
        return Verified(_outputs(inputs), evidence)

    def _look(self, inputs: Inputs) -> Look:
        """Ask our resolver, and each of the zone's own name servers.

        The resolver must answer. The zone's servers may be out of reach, as where only
        a company's resolver may be asked: then its word counts alone.
        """
        missing: list[str] = []
        silent: list[str] = []
        try:
            missing += _missing(self._names, inputs, "our resolver")
        except Unavailable as error:
            missing.append(error.message)
        for server in inputs.name_servers:
            try:
                missing += _missing(self._names.at([server]), inputs, server)
            except Unavailable:
                silent.append(server)
        return Look(tuple(missing), tuple(silent))


def _missing(names: Names, inputs: Inputs, where: str) -> Iterator[str]:
    """Say what is not there, in words."""
    for host, kind, value in flat(inputs.records):
        seen = names.lookup(host, kind)
        if not _is_shown(names, kind, host, value, seen):
            found = ", ".join(seen) or "nothing"
            yield f"{kind} {host} should be {value}, and {where} has {found}"


def _is_shown(
    names: Names, kind: str, host: str, value: str, seen: Sequence[str]
) -> bool:
    """Whether a value is there; a name without CNAME may have its target's addresses.

    That is how providers let the top of a zone lead to a name.
    """
    if _plain(value) in {_plain(each) for each in seen}:
        return True
    if kind != "CNAME" or seen:
        return False
    addresses = set(names.lookup(host, "A"))
    return bool(addresses) and addresses <= set(names.lookup(value, "A"))


def _plain(value: str) -> str:
    """A value as it is compared: a CAA has quotes in an answer."""
    return value.replace('"', "").lower()


def _outputs(inputs: Inputs) -> dict[str, object]:
    """What other steps may refer to."""
    labels = {f"{host} {kind}" for host, kind, _ in flat(inputs.records)}
    return {"names": sorted(labels)}
