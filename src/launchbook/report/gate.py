"""What the gates of a release found, one row an item."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from launchbook.model.gate import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST: Final = 240
KNOWN: Final = frozenset(str(each) for each in Verdict)


@dataclass(frozen=True, slots=True)
class GateRow:
    """One thing that a gate looked at.

    Attributes:
        verdict: None for what was recorded without one.
        told: What was found, or why it was let pass.
    """

    gate: str
    item: str
    verdict: Verdict | None
    told: str
    is_overridden: bool = False

    @property
    def word(self) -> str:
        """The verdict in a word or two."""
        if self.is_overridden:
            return f"{self.verdict}, overridden"
        return str(self.verdict or "recorded")


def gate_rows(gates: Mapping[str, object]) -> Iterator[GateRow]:
    """Yield the rows of all gates.

    Args:
        gates: Gate to its evidence: a list of ``items`` with what was ``overridden``,
            one ``verdict``, or facts without one.
    """
    for gate, evidence in gates.items():
        told = evidence if isinstance(evidence, Mapping) else {"evidence": evidence}
        items = told.get("items")
        if isinstance(items, list | tuple):
            yield from _items(gate, items, told.get("overridden"))
        else:
            yield GateRow(gate, "", _verdict(told.get("verdict")), _rest(told))


def _items(
    gate: str, items: list[object] | tuple[object, ...], overridden: object
) -> Iterator[GateRow]:
    reasons = overridden if isinstance(overridden, Mapping) else {}
    for item in items:
        told = item if isinstance(item, Mapping) else {"words": item}
        name, words = str(told.get("name", "")), str(told.get("words", ""))
        if name in reasons:
            words = f"{words} (let pass: {reasons[name]})"
        verdict = _verdict(told.get("verdict"))
        yield GateRow(gate, name, verdict, words, is_overridden=name in reasons)


def _verdict(value: object) -> Verdict | None:
    return Verdict(str(value)) if str(value) in KNOWN else None


def _rest(told: Mapping[str, object]) -> str:
    """The facts of a gate, as short text; what is a table of its own is not among them."""
    if "words" in told:
        return str(told["words"])
    parts = (
        f"{name} {value if isinstance(value, str) else json.dumps(value, default=str)}"
        for name, value in told.items()
        if name != "verdict" and not isinstance(value, Mapping)
    )
    text = ", ".join(parts)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
