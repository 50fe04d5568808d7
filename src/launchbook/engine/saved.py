"""Saved plans: written by ``--check --out``, applied exactly by ``--plan``."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from launchbook.digest import digest
from launchbook.engine.plan import FORMAT
from launchbook.errors import PlanUnreadable, StalePlan

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from launchbook.engine.plan import Plan

_AGAIN: Final = "Make a new plan with --check --out FILE, look at it, and apply that."
_NOT_COVERED: Final = frozenset({"counts", "digest"})
_CIRCUMSTANCES: Final = {
    "tool_version": "the version of the tool",
    "environment": "the environment",
    "platforms": "the set of platforms",
    "playbook": "the playbook",
    "playbook_digest": "the text of the playbooks",
    "inventory_digest": "the text of the inventory",
}


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """A plan as it was saved."""

    content: Mapping[str, object]

    @property
    def digest(self) -> str:
        """The digest under which it was saved."""
        return str(self.content["digest"])

    def require(self, plan: Plan) -> None:
        """Refuse to go on when the plan would now be another one.

        Raises:
            StalePlan: It differs; the message names the first difference.
        """
        now = plan.as_json()
        if now["digest"] == self.digest:
            return
        raise StalePlan(
            f"the saved plan no longer fits: {_first_difference(self.content, now)}",
            hint=_AGAIN,
            details={"saved": self.digest, "now": now["digest"]},
        )


def save(plan: Plan, path: Path) -> None:
    """Write a plan, readable by its owner only, whole or not at all.

    Raises:
        PlanUnreadable: The file cannot be written.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    text = json.dumps(plan.as_json(), indent=2, ensure_ascii=False)
    try:
        descriptor = os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor with its mode, not a path
            file.write(f"{text}\n")
        beside.replace(path)
    except OSError as error:
        raise PlanUnreadable(
            f"the plan cannot be saved in {path}: {error.strerror}",
            hint="Give --out a file in a folder that exists and that you may write.",
        ) from error


def load(path: Path) -> SavedPlan:
    """Read a saved plan.

    Raises:
        PlanUnreadable: It is not there, not a plan, of another format, or edited.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _unreadable(path, f"cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise _unreadable(path, "is not JSON") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise _unreadable(path, f"is not a plan of the format {FORMAT}")
    covered = {name: item for name, item in content.items() if name not in _NOT_COVERED}
    if content.get("digest") != digest(covered):
        raise _unreadable(path, "was changed after it was saved")
    return SavedPlan(content)


def _unreadable(path: Path, problem: str) -> PlanUnreadable:
    return PlanUnreadable(f"{path} {problem}", hint=_AGAIN)


def _first_difference(saved: Mapping[str, object], now: Mapping[str, object]) -> str:
    """The first thing that differs, in words."""
    for name, words in _CIRCUMSTANCES.items():
        if saved.get(name) != now.get(name):
            values = f": {saved.get(name)}, now {now.get(name)}"
            return f"{words} changed{'' if name.endswith('_digest') else values}"
    for before, after in zip_longest(_lines(saved), _lines(now)):
        if before != after:
            return f"planned was {before or 'nothing'}; now it is {after or 'nothing'}"
    return "its inputs or the facts behind it changed"


def _lines(content: Mapping[str, object]) -> Iterator[str]:
    """The plan's lines, one text each; fields and known outputs included."""
    steps = content.get("steps")
    for step in steps if isinstance(steps, list) else ():
        for change in step["changes"]:
            fields = ", ".join(
                f"{each['name']} {_short(each['before'])} -> {_short(each['after'])}"
                for each in change["fields"]
            )
            suffix = f" ({fields})" if fields else ""
            yield f"{change['action']} {change['kind']} {change['name']}{suffix}"
        yield f"step {step['id']} with inputs {step['inputs_digest'][:12] or 'unknown'}"
        yield f"step {step['id']} with outputs {digest(step['outputs'])[:12]}"


def _short(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
