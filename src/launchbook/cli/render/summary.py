"""The last lines of a command: counts, addresses, and what to type next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from launchbook.cli.render.plan import plan_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from launchbook.engine.plan import Plan
    from launchbook.engine.result import RunResult
    from launchbook.model.playbook import Playbook

HEAD_DIGITS: Final = 24
REFUSED: Final = 4
"""Exit status of a gate, a guard or a missing approval."""


RELEASE: Final = "release"
ROLLBACK: Final = "rollback"
COMMANDS_OF_THEIR_OWN: Final = frozenset({RELEASE, ROLLBACK})
"""Playbooks that no ``provision.*`` runs."""


def command_of(playbook: Playbook, environment: str) -> str:
    """Return the command that runs a playbook."""
    if playbook.name in COMMANDS_OF_THEIR_OWN:
        return f"invoke {playbook.name}.{environment}"
    return f"invoke provision.{playbook.name}"


def check_lines(
    plan: Plan, command: str, *, out: str, is_verbose: bool
) -> Iterator[str]:
    """Yield the plan and the command that applies it."""
    yield from plan_lines(plan.lines_as_json(), is_verbose=is_verbose)
    if out:
        yield f"saved in {out}"
        command += f" --plan {out}"
    if plan.is_pending:
        yield f"next: {command}"


def run_lines(
    result: RunResult,
    playbook: Playbook,
    command: str,
    *,
    note: str = "",
    goes_on: bool = False,
) -> Iterator[str]:
    """Yield what became of a run, a note, and the next command at the very end.

    Args:
        result: What became of it.
        playbook: What was run.
        command: Which command did.
        note: Shown beside.
        goes_on: Another environment of the same command comes now.
    """
    yield (
        f"{len(result.changed)} changed, {len(result.unchanged)} unchanged, "
        f"{len(result.failed)} failed in {result.seconds:.1f} s"
    )
    yield from _steps(result)
    for each in result.overrides:
        yield (
            f"overridden until {each.until:%Y-%m-%d %H:%M} UTC: {each.name} "
            f"({each.reason})"
        )
    if not result.exit_status:
        yield from _addresses(result, playbook)
    if result.ledger_head:
        yield f"ledger head {result.ledger_head[:HEAD_DIGITS]}"
    if goes_on:
        return
    if note:
        yield note
    yield f"next: {_next(result, playbook, command)}"


def _steps(result: RunResult) -> Iterator[str]:
    """What became of steps that are not simply done."""
    if result.error is not None and result.changed:
        yield f"what stands: {', '.join(result.changed)}"
    for label, steps in (
        ("waiting", result.waiting),
        ("not started", () if _is_refused(result) else result.skipped),
        ("taken back", result.taken_back),
    ):
        if steps:
            yield f"{label}: {', '.join(steps)}"


def addresses(result: RunResult, playbook: Playbook) -> dict[str, str]:
    """Return the addresses that were proven, by the step that did, in file order."""
    found = {
        entry.id: result.outputs.get(entry.id, {}) for entry in playbook.all_entries
    }
    return {
        step: str(each["url"]) for step, each in found.items() if set(each) == {"url"}
    }


def summary_record(
    result: RunResult, playbook: Playbook, command: str
) -> dict[str, object]:
    """Return what ``--json`` ends with: the addresses and the next command."""
    return {
        "kind": "summary",
        "run": result.run,
        "exit_status": result.exit_status,
        "urls": addresses(result, playbook),
        "next": _next(result, playbook, command),
    }


def _addresses(result: RunResult, playbook: Playbook) -> Iterator[str]:
    """The addresses, one a line."""
    for step, url in addresses(result, playbook).items():
        yield f"  {step:<16} {url}"


def _next(result: RunResult, playbook: Playbook, command: str) -> str:
    """The command that makes sense now."""
    if _is_refused(result):
        return f"{command} --check"
    if result.exit_status:
        return f"{command} (the same command continues)"
    if playbook.name == "infrastructure":
        return "invoke provision.staging"
    return f"{command} --check"


def _is_refused(result: RunResult) -> bool:
    """Whether a guard or a stale plan refused the run before it wrote anything."""
    return result.exit_status == REFUSED and not result.changed
