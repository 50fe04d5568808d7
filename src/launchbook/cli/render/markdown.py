"""A saved plan as GitHub-flavoured Markdown.

Names come from an inventory that anybody may propose to change, and from platforms.
So every one of them stands in a code span or a fenced block, which GitHub takes for
text: no link, no mention of a person, no picture, no HTML.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, cast

from launchbook.cli.render.plan import WORDS, count_line, plan_lines
from launchbook.delivery.preview import MARKER
from launchbook.redact import REDACTED

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST: Final = 65_536
"""What GitHub takes; counted here in bytes, which is never fewer than characters."""
BUILDS: Final = frozenset({"railway.deployment", "vercel.deployment"})
"""Steps that build an app unless what serves was built of the same inputs."""
PICTURED: Final = {"~": "!", "?": "#"}
"""A block that is coloured as a difference knows other signs than a plan."""
UNSEEN: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]+"
)
"""What breaks a line, is not seen, turns the direction of text, or is half a letter."""
LONGEST_NAME: Final = 120
SPARE: Final = 600
"""Bytes kept free for the end of the text."""


def plan_markdown(plan: Mapping[str, object], *, most: int = LONGEST) -> str:
    """Return a plan as a comment.

    Args:
        plan: As ``--check --out`` saved it; fits ``plan.schema.json``.
        most: Bytes that it may have; steps that do not fit are counted instead.
    """
    steps = cast("Sequence[Mapping[str, Any]]", plan["steps"])
    changes = [_shown(change) for step in steps for change in step["changes"]]
    where = f"{_code(plan['environment'])} on {_code(plan['platforms'])} platforms"
    lines = [
        MARKER,
        f"### Plan: {_code(plan['playbook'])} in {where}",
        "",
        f"**{count_line(changes).removeprefix('plan: ')}**",
        "",
        *_table(changes),
        "",
        *_builds(steps),
    ]
    head = "\n".join(lines)
    by = f"plan {_code(str(plan['digest'])[:12])}, Launchbook {_code(plan['tool_version'])}"
    tail = f"\n<sub>{by}</sub>\n"
    room = most - len(f"{head}{tail}".encode()) - SPARE
    return f"{head}{_sections(steps, room)}{tail}"


def _table(changes: Sequence[Mapping[str, object]]) -> Iterator[str]:
    """Every count, those that are zero too."""
    counts = Counter(str(each["action"]) for each in changes)
    yield "| " + " | ".join(WORDS.values()) + " |"
    yield "|" + "--:|" * len(WORDS)
    yield "| " + " | ".join(str(counts[action]) for action in WORDS) + " |"


def _builds(steps: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Which apps would be built, and which are reused."""
    found: dict[str, list[str]] = {"built": [], "reused": [], "not known yet": []}
    for step in steps:
        if step["uses"] in BUILDS:
            actions = {change["action"] for change in step["changes"]}
            found[_what_happens(actions)].append(_code(step["id"]))
    for what, names in found.items():
        if names:
            yield f"- {what}: {', '.join(names)}"
    if any(found.values()):
        yield ""


def _what_happens(actions: set[str]) -> str:
    """Whether a deployment is built, by what its plan says."""
    if actions & {"cannot-know-yet", "unknown"}:
        return "not known yet"
    return "reused" if actions <= {"no-change"} else "built"


def _sections(steps: Sequence[Mapping[str, Any]], room: int) -> str:
    """Every step with something to say, as long as there is room."""
    pending = [step for step in steps if _pending(step)]
    written: list[str] = []
    for step in pending:
        section = _section(step)
        room -= len(section.encode())
        if room < 0:
            left = len(pending) - len(written)
            noun = "step is" if left == 1 else "steps are"
            written.append(
                f"\n**{left} more {noun} left out: a comment has an end. The plan "
                "itself is whole; the same check on your machine shows it.**\n"
            )
            break
        written.append(section)
    return "".join(written)


def _pending(step: Mapping[str, Any]) -> list[dict[str, object]]:
    """The changes of a step that are shown, made safe."""
    return [_shown(each) for each in step["changes"] if each["action"] != "no-change"]


def _section(step: Mapping[str, Any]) -> str:
    """One step. No line of the block can end it: each begins with a sign, or far in."""
    lines = [_signed(each) for each in plan_lines(_pending(step), is_verbose=False)]
    body = "\n".join(lines[:-1])
    title = f"{_code(step['id'])} ({_code(step['uses'])})"
    return f"\n{title}\n\n```diff\n{body}\n```\n"


def _signed(line: str) -> str:
    """A line of a plan with its sign in front, where it is coloured."""
    text = line.removeprefix("  ")
    return PICTURED.get(text[0], text[0]) + text[1:] if text else text


def _shown(change: Mapping[str, Any]) -> dict[str, object]:
    """A change without line breaks, and without what stands for a secret."""
    return {
        "action": change["action"],
        "kind": _plain(change["kind"]),
        "name": _plain(change["name"]),
        "reason": _plain(change["reason"]),
        "fields": [
            {
                "name": _plain(each["name"]),
                "before": _value(each["before"]),
                "after": _value(each["after"]),
            }
            for each in change["fields"]
        ],
    }


def _value(value: object) -> object:
    """A value without fingerprints: those are of nobody's interest here."""
    if isinstance(value, str):
        return _plain(value)
    if isinstance(value, Mapping):
        if set(value) == {"$fingerprint"}:
            return REDACTED
        return {_plain(name): _value(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_value(each) for each in value]
    return value


def _plain(text: object) -> str:
    """Text on one line, every character of it seen, not too long."""
    found = UNSEEN.sub(" ", str(text))
    return found if len(found) <= LONGEST_NAME else found[: LONGEST_NAME - 1] + "…"


def _code(text: object) -> str:
    """Text as a code span that it cannot leave."""
    plain = _plain(text).strip() or "(none)"
    fence = "`" * (_longest_run(plain) + 1)
    gap = " " if plain.startswith("`") or plain.endswith("`") else ""
    return f"{fence}{gap}{plain}{gap}{fence}"


def _longest_run(text: str) -> int:
    """How many backticks stand in a row at most."""
    return max(map(len, re.findall(r"`+", text)), default=0)
