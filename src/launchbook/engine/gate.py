"""Gates: findings are judged, and what blocks is refused unless it is overridden."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from launchbook.errors import GateFailed, GateInconclusive
from launchbook.model.gate import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from launchbook.engine.step import Context
    from launchbook.model.gate import Finding


def pass_gate(
    findings: Sequence[Finding],
    context: Context,
    *,
    what: str,
    hint: str,
    subject: str = "",
) -> dict[str, object]:
    """Let a run pass a gate.

    Args:
        findings: Everything that was looked at.
        context: Of the gate's step; it knows the overrides.
        what: The gate, for the message, as ``the checklist of production``.
        hint: What to do about what blocks, beside an override.
        subject: What an override is bound to, as a commit.

    Returns:
        The evidence: every finding, and which of them were overridden and why.

    Raises:
        GateFailed: Something that nobody overrode says no.
        GateInconclusive: Nothing says no, but something cannot be told.
    """
    blocking = [each for each in findings if each.is_blocking]
    granted = {
        each.name: found
        for each in blocking
        if (found := context.overrides.find(each.name, subject)) is not None
    }
    left = [each for each in blocking if each.name not in granted]
    if left:
        _refuse(left, findings, what, hint)
    context.overrides.use(granted.values())
    for each in granted.values():
        until = f"{each.until:%Y-%m-%d %H:%M} UTC"
        context.progress(f"overridden until {until}: {each.name} ({each.reason})")
    return {
        "items": [each.as_json() for each in findings],
        "overridden": {name: each.reason for name, each in granted.items()},
    }


def _refuse(
    left: Sequence[Finding], findings: Sequence[Finding], what: str, hint: str
) -> NoReturn:
    """Say why the run does not go on; a no weighs more than what cannot be told."""
    told = "; ".join(f"{each.name}: {each.words}" for each in left)
    names = ",".join(each.name for each in left)
    message = f"{what} does not let this run pass: {told}"
    hint = (
        f"{hint}, or, if it has to be, let these pass by name: "
        f'--override {names} --reason "...".'
    )
    details = {
        "items": [each.as_json() for each in findings],
        "blocking": [each.name for each in left],
    }
    if any(each.verdict is Verdict.FAIL for each in left):
        raise GateFailed(message, hint=hint, details=details)
    raise GateInconclusive(message, hint=hint, details=details)
