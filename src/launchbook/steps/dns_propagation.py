"""dns.propagation: the name servers that are asked show what was written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Final, Protocol

from launchbook.engine.check import Check
from launchbook.engine.poll import until
from launchbook.engine.step import Context, Prior, Verified, Waiting
from launchbook.errors import NotReady, Unavailable
from launchbook.model.change import Action, Change, Planned

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PATIENCE_SECONDS: Final = 20.0
LOOK_AGAIN: Final = timedelta(minutes=5)


class Names(Protocol):
    """Answers questions about DNS; ``transport.dns`` does."""

    def lookup(self, host: str, kind: str) -> tuple[str, ...]:
        """Return the values of a host's records of one kind; none is empty."""
        ...


@dataclass(frozen=True, slots=True)
class Inputs:
    """What DNS must show.

    Attributes:
        records: Lists of what platforms asked for: ``host``, ``type``, ``value``.
        after: Names of what was written, so that this looks afterwards.
    """

    records: tuple[object, ...]
    after: tuple[str, ...] = ()


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
        change = Change(Action.NO_CHANGE, self.name, f"{len(inputs.records)} hosts")
        return Planned((change,), _outputs(inputs))

    def verify(self, inputs: Inputs, context: Context) -> Verified | Waiting:
        """Look for a moment, then rest and say what is still missing."""
        try:
            until(
                lambda: self._missing(inputs),
                lambda missing: not missing,
                clock=context.clock,
                deadline_seconds=PATIENCE_SECONDS,
                what="DNS",
            )
        except NotReady:
            return Waiting(
                f"DNS does not show yet: {'; '.join(self._missing(inputs))}",
                context.clock.now() + LOOK_AGAIN,
            )
        return Verified(_outputs(inputs), {"seen": _outputs(inputs)["names"]})

    def _missing(self, inputs: Inputs) -> list[str]:
        """What the name servers do not show, in words."""
        found = []
        for host, kind, value in _flat(inputs.records):
            try:
                seen = self._names.lookup(host, kind)
            except Unavailable as error:
                return [error.message]
            if value.lower() not in {each.lower() for each in seen}:
                found.append(f"{kind} of {host}")
        return found


def _flat(records: Sequence[object]) -> Iterator[tuple[str, str, str]]:
    for each in records:
        if isinstance(each, dict):
            yield str(each["host"]).lower(), str(each["type"]), str(each["value"])
        elif isinstance(each, list | tuple):
            yield from _flat(each)


def _outputs(inputs: Inputs) -> dict[str, object]:
    """What other steps may refer to."""
    return {
        "names": sorted({f"{host} {kind}" for host, kind, _ in _flat(inputs.records)})
    }
