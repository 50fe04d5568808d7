"""gate.checklist: every item of the checklist passes, or somebody answers for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from launchbook.engine.check import Check
from launchbook.engine.checklist import (
    EVENT,
    Circumstances,
    judge,
    read_items,
    read_signatures,
)
from launchbook.engine.gate import pass_gate
from launchbook.engine.step import Context, Prior, Verified
from launchbook.model.change import Action, Change, Planned

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Inputs:
    """What must be so, for which commit.

    Attributes:
        items: The checklist, as its file says it.
        commit: Which commit shall be deployed; signatures and overrides name it.
        proofs: Item to what steps of the same run put out. A reference to a step's
            output is known only after the step was verified.
    """

    items: Mapping[str, object]
    commit: str
    proofs: Mapping[str, object] = field(default_factory=dict)


class GateChecklist(Check):
    """A gate: three verdicts, and overrides by the item's name."""

    name: ClassVar[str] = "gate.checklist"
    inputs_type: ClassVar[type] = Inputs

    def facts(self, inputs: Inputs, context: Context) -> None:
        """Nothing to read before what it waits for is done."""

    def plan(self, inputs: Inputs, facts: None, prior: Prior | None) -> Planned:
        """Nothing to write."""
        change = Change(Action.NO_CHANGE, self.name, f"{len(inputs.items)} items")
        return Planned((change,), {"commit": inputs.commit})

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Judge every item.

        Raises:
            GateFailed: One is not so, and is not overridden.
            GateInconclusive: One cannot be told, and is not overridden.
        """
        around = Circumstances(
            now=context.clock.now(),
            commit=inputs.commit,
            past=context.history,
            proofs=inputs.proofs,
            signatures=read_signatures(context.history.notes(EVENT)),
        )
        findings = [judge(item, around) for item in read_items(inputs.items)]
        evidence = pass_gate(
            findings,
            context,
            what=f"the checklist of {context.environment}",
            hint=f"Type `invoke checklist.show --environment {context.environment}`, "
            "mend or sign what is open",
            subject=inputs.commit,
        )
        return Verified({"commit": inputs.commit}, evidence)
