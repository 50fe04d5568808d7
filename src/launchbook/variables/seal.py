"""Values that cannot be read back: what can be said of them, and what cannot.

Railway's sealed and Vercel's sensitive variables are never shown again. What was
verified last stands in the ledger as a keyed fingerprint, with the moment at which
the platform says that the variable was written. Only when both still hold is a
value unchanged; otherwise it differs, or nobody can say.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from launchbook.model.change import Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

OUTPUT: Final = "sealed"
"""The output of a step under which the ledger keeps what was verified."""
UNRECORDED: Final = "it cannot be read, and the ledger has no record of it"
REWRITTEN: Final = "it cannot be read, and was written since it was verified"
REPLACED: Final = "another value was written last"
ASSERTED: Final = "written again, as asked for"
CUT_OFF: Final = "an earlier run may not have written it"


@dataclass(frozen=True, slots=True)
class Seal:
    """What the ledger keeps of one unreadable value.

    Attributes:
        fingerprint: Keyed, of the value.
        changed_at: When the platform says that it was written.
    """

    fingerprint: str
    changed_at: str


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known of the unreadable values of one step.

    Attributes:
        seals: Name to what was verified last.
        wanted: Name to the keyed fingerprint of the value that shall be there.
        intended: Names that a run set out to write and did not verify.
        is_asserting: Write what cannot be read.
    """

    seals: Mapping[str, Seal] = field(default_factory=dict)
    wanted: Mapping[str, str] = field(default_factory=dict)
    intended: frozenset[str] = frozenset()
    is_asserting: bool = False

    def judge(self, name: str, changed_at: str) -> tuple[Action, str]:
        """Say what is to be done about an unreadable value, and why.

        Args:
            name: The variable.
            changed_at: When the platform says that it was written.
        """
        seal = self.seals.get(name)
        if seal is not None and seal.fingerprint != self.wanted[name]:
            return Action.UPDATE, REPLACED
        if name in self.intended:
            return Action.UPDATE, CUT_OFF
        if seal is not None and seal.changed_at == changed_at:
            return Action.NO_CHANGE, ""
        if self.is_asserting:
            return Action.UPDATE, ASSERTED
        return Action.UNVERIFIABLE, UNRECORDED if seal is None else REWRITTEN

    def verified(self, found: Mapping[str, str]) -> dict[str, dict[str, str]]:
        """Return what the ledger shall keep after a look at the platform.

        Args:
            found: Unreadable variable to when the platform says it was written.
        """
        kept: dict[str, dict[str, str]] = {}
        for name, changed_at in found.items():
            action, _ = self.judge(name, changed_at)
            if name in self.intended or action is Action.NO_CHANGE:
                kept[name] = _as_json(Seal(self.wanted[name], changed_at))
            elif name in self.seals:
                kept[name] = _as_json(self.seals[name])
        return kept


def read_seals(outputs: Mapping[str, object]) -> dict[str, Seal]:
    """Read what ``verified`` wrote; what is malformed counts as no record."""
    found = outputs.get(OUTPUT)
    if not isinstance(found, dict):
        return {}
    return {
        str(name): Seal(str(each["fingerprint"]), str(each["changed_at"]))
        for name, each in found.items()
        if isinstance(each, dict) and set(each) == {"fingerprint", "changed_at"}
    }


def names_of(lines: Iterable[str], prefix: str) -> frozenset[str]:
    """Return the variables that the lines of a plan name.

    Args:
        lines: As ``railway.variable backend JWT_SECRET``.
        prefix: As ``railway.variable backend``.
    """
    start = f"{prefix} "
    return frozenset(
        line.removeprefix(start) for line in lines if line.startswith(start)
    )


def _as_json(seal: Seal) -> dict[str, str]:
    return {"fingerprint": seal.fingerprint, "changed_at": seal.changed_at}
