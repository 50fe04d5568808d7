"""What is to go wrong, on order: the book that tests and rehearsals write."""

from __future__ import annotations

import fnmatch
import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

FRAME_EFFECTS: Final = frozenset(
    {"status", "delay", "drop_before", "drop_after", "malformed"}
)
"""Effects that the frame applies by itself, to any vendor."""

_KEYS: Final = frozenset({"vendor", "operation", "effect", "nth", "times"})


class InvalidFault(ValueError):
    """A fault that nobody could apply."""


@dataclass(slots=True)
class Fault:
    """One thing that is to go wrong.

    Attributes:
        vendor: ``railway``, ``vercel``, ``supabase``, or ``*``.
        effect: One of ``FRAME_EFFECTS``, or a vendor's own word, which its
            handlers take with ``FaultBook.take``.
        operation: Pattern (``*`` and ``?``) for the operation's name: a GraphQL
            field, or ``METHOD /route/{pattern}`` or ``METHOD /actual/path``.
        nth: The first matching request that is hit, counted from 1.
        times: How many are hit from there on; 0 means all.
        details: What the effect needs: ``status`` (int), ``headers`` (object),
            ``body`` (any JSON), ``delay_seconds`` (number), a vendor's own. With
            ``only`` (a list of texts) a frame's effect hits requests that hold one
            of them in their address or JSON body: those of one service, say.
        id: Given by the book.
        seen_count: How many requests matched so far.
    """

    vendor: str
    effect: str
    operation: str = "*"
    nth: int = 1
    times: int = 1
    details: Mapping[str, Any] = field(default_factory=dict)
    id: int = 0
    seen_count: int = 0

    def matches(self, vendor: str, names: Collection[str]) -> bool:
        """Whether a request of these names is meant."""
        return self.vendor in {"*", vendor} and any(
            fnmatch.fnmatchcase(name, _literal_brackets(self.operation))
            for name in names
        )

    def concerns(self, subject: str) -> bool:
        """Whether a request about something is singled out, or any is meant."""
        only = self.details.get("only")
        return only is None or any(each in subject for each in only)

    def count(self) -> bool:
        """Count a matching request; answer whether this one is hit."""
        self.seen_count += 1
        after = self.seen_count - self.nth
        return after >= 0 and (self.times == 0 or after < self.times)

    def as_json(self) -> dict[str, object]:
        """Return the fault as the control API shows it."""
        return {
            "id": self.id,
            "vendor": self.vendor,
            "operation": self.operation,
            "effect": self.effect,
            "nth": self.nth,
            "times": self.times,
            "seen": self.seen_count,
            **self.details,
        }


def _literal_brackets(pattern: str) -> str:
    """Only ``*`` and ``?`` are patterns: ``[`` stands for itself."""
    return pattern.replace("[", "[[]")


def fault_from(body: Mapping[str, Any]) -> Fault:
    """Read a fault from its JSON form: all other keys become ``details``.

    Raises:
        InvalidFault: A key is missing or of the wrong type.
    """
    vendor, effect = body.get("vendor"), body.get("effect")
    if not isinstance(vendor, str) or not isinstance(effect, str):
        raise InvalidFault("a fault needs the strings vendor and effect")
    nth, times = body.get("nth", 1), body.get("times", 1)
    if not isinstance(nth, int) or not isinstance(times, int) or nth < 1 or times < 0:
        raise InvalidFault("nth counts from 1 and times from 0 (all)")
    details = {key: value for key, value in body.items() if key not in _KEYS}
    _check_details(effect, details)
    operation = str(body.get("operation", "*"))
    return Fault(vendor, effect, operation, nth=nth, times=times, details=details)


class FaultBook:
    """All faults that are ordered now. In memory: a new start forgets them."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._ids = itertools.count(1)

    def add(self, fault: Fault) -> Fault:
        """Order a fault; gives it its id."""
        fault.id = next(self._ids)
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Take all orders back."""
        self._faults.clear()

    def all(self) -> list[Fault]:
        """Return the faults in the order of their ordering."""
        return list(self._faults)

    def take(self, vendor: str, operation: str, effect: str) -> Fault | None:
        """Return the fault that hits this occasion, for a vendor's handler.

        Counts the occasion for every fault of this effect that matches, so ask
        once an occasion.
        """
        hits = self.take_all(vendor, (operation,), frozenset({effect}))
        return hits[0] if hits else None

    def take_all(
        self,
        vendor: str,
        names: Collection[str],
        effects: frozenset[str],
        subject: str = "",
    ) -> list[Fault]:
        """Count an occasion and return the faults that hit it."""
        meant = [
            fault
            for fault in self._faults
            if fault.effect in effects
            and fault.matches(vendor, names)
            and fault.concerns(subject)
        ]
        return [fault for fault in meant if fault.count()]


def _check_details(effect: str, details: Mapping[str, Any]) -> None:
    """Refuse what a frame's effect could not use when its time comes."""
    status = details.get("status")
    if effect == "status" and (not isinstance(status, int) or not 200 <= status <= 599):
        raise InvalidFault("the effect status needs status, from 200 to 599")
    if not isinstance(details.get("headers", {}), dict):
        raise InvalidFault("headers must be an object")
    if not isinstance(details.get("only", []), list):
        raise InvalidFault("only must be a list of texts")
    if effect == "delay" and not isinstance(details.get("delay_seconds"), int | float):
        raise InvalidFault("the effect delay needs a number in delay_seconds")
