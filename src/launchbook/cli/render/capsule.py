"""Capsules as lines of text: a list of them, one of them, and what two differ by."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from launchbook.cli.render.table import columns
from launchbook.report.gate import gate_rows
from launchbook.report.page import duration
from launchbook.report.timeline import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from launchbook.model.release import Capsule, SchemaRange, Surface

DIGITS: Final = 12
"""Of a commit or a digest, for people."""
LIST_HEAD: Final = ("release", "proven", "took", "commit", "built", "subject")
SURFACE_HEAD: Final = ("surface", "identity", "build", "deployment", "variables", "url")
COMPARED: Final = ("identity", "content", "deployment_id", "variables", "image", "url")
"""What two releases of a surface may differ by, most telling first."""
WORDS: Final = {"content": "source", "deployment_id": "deployment"}
ABSENT: Final = "(none)"
PROMOTED: Final = "_live"
"""What the entry is called that moves a surface's host names, behind its name."""
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
"""A commit's subject is anybody's, and a terminal obeys what is not seen."""


def list_lines(capsules: Sequence[Capsule]) -> Iterator[str]:
    """Yield one line a release, in the order given."""
    rows = [
        (
            each.id,
            f"{each.done_at:%Y-%m-%d %H:%M} UTC",
            duration(_seconds(each)),
            each.commit[:DIGITS],
            f"{_built(each)} of {len(each.surfaces)}",
            _told(each),
        )
        for each in capsules
    ]
    return map(_plain, columns([LIST_HEAD, *rows]))


def capsule_lines(capsule: Capsule) -> Iterator[str]:
    """Yield everything that a person wants to know of a release."""
    yield from map(_plain, _whole(capsule))


def _whole(capsule: Capsule) -> Iterator[str]:
    yield f"{capsule.id}  {_told(capsule)}"
    facts = [
        ("commit", f"{capsule.commit} on {capsule.branch or ABSENT}"),
        ("author", capsule.author),
        ("released by", capsule.actor),
        ("replaced", capsule.previous or ABSENT),
        ("proven", f"{capsule.done_at:%Y-%m-%d %H:%M:%S} UTC"),
        ("took", duration(_seconds(capsule))),
        ("schema", _schema(capsule.schema)),
        ("built", f"{_built(capsule)} of {len(capsule.surfaces)} surfaces"),
    ]
    yield from _indented(columns(facts))
    yield from _indented(columns([SURFACE_HEAD, *map(_surface, capsule.surfaces)]))
    yield from _gates(capsule)
    for approval in capsule.approvals:
        yield "  approved: " + ", ".join(f"{k} {v}" for k, v in approval.items())


def diff_lines(one: Capsule, other: Capsule) -> Iterator[str]:
    """Yield what differs from one release to another; one line when nothing does."""
    lines = [*_head_changes(one, other), *_surface_changes(one, other)]
    yield f"{one.id} -> {other.id}"
    yield from map(_plain, lines or ["  the same commit, schema and surfaces"])


def _head_changes(one: Capsule, other: Capsule) -> Iterator[str]:
    pairs = {
        "commit": (one.commit[:DIGITS], other.commit[:DIGITS]),
        "branch": (one.branch, other.branch),
        "schema": (_schema(one.schema), _schema(other.schema)),
    }
    for name, (before, after) in pairs.items():
        if before != after:
            yield f"  ~ {name}: {before or ABSENT} -> {after or ABSENT}"


def _surface_changes(one: Capsule, other: Capsule) -> Iterator[str]:
    """Surfaces in the order of the later release, then those that are gone."""
    for after in other.surfaces:
        before = one.surface(after.name)
        if before is None:
            yield f"  + {after.name}: {after.identity}"
        else:
            yield from _fields(before, after)
    for before in one.surfaces:
        if other.surface(before.name) is None:
            yield f"  - {before.name}: {before.identity}"


def _fields(before: Surface, after: Surface) -> Iterator[str]:
    pairs = [(name, getattr(before, name), getattr(after, name)) for name in COMPARED]
    changed = [(name, old, new) for name, old, new in pairs if old != new]
    if changed:
        yield f"  ~ {after.name}"
    for name, old, new in changed:
        yield f"      {WORDS.get(name, name)}: {_short(name, old)} -> {_short(name, new)}"


def _short(name: str, value: str) -> str:
    """A digest by its first digits; everything else whole."""
    is_digest = name in {"content", "variables", "image"}
    return (value[:DIGITS] if is_digest else value) or ABSENT


def _surface(each: Surface) -> tuple[str, ...]:
    return (
        each.name,
        each.identity,
        "reused" if each.is_reused else "built",
        each.deployment_id,
        each.variables[:DIGITS],
        each.url or ABSENT,
    )


def surface_lines(capsule: Capsule) -> Iterator[str]:
    """Yield one line a surface: built or not, promoted, and where it is proven."""
    rows = [("surface", "built", "promoted", "proven")]
    for each in capsule.surfaces:
        built = capsule.timings.get(each.name)
        promoted = capsule.timings.get(f"{each.name}{PROMOTED}")
        rows.append(
            (
                each.name,
                "reused" if each.is_reused or built is None else f"{built:.1f} s",
                "" if promoted is None else f"{promoted:.1f} s",
                f"{each.identity}  {each.url}".strip(),
            )
        )
    yield from columns(rows)


def _gates(capsule: Capsule) -> Iterator[str]:
    rows = [
        (row.gate, row.item, row.word, row.told) for row in gate_rows(capsule.gates)
    ]
    if rows:
        yield from _indented(columns([("gate", "item", "verdict", "found"), *rows]))


def _plain(line: str) -> str:
    return CONTROL.sub(" ", line)


def _told(capsule: Capsule) -> str:
    """The subject of its commit; a rollback says what it left."""
    left = capsule.returned_from
    return f"{capsule.subject} (returned from {left})" if left else capsule.subject


def _schema(schema: SchemaRange) -> str:
    held = f", held {', '.join(schema.held)}" if schema.held else ""
    return f"{schema.oldest} to {schema.newest}{held}"


def _built(capsule: Capsule) -> int:
    return sum(not each.is_reused for each in capsule.surfaces)


def _seconds(capsule: Capsule) -> float:
    whole: Mapping[str, float] = capsule.timings
    passed = (capsule.done_at - capsule.began_at).total_seconds()
    return whole.get(WHOLE, passed)


def _indented(lines: Iterator[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)
