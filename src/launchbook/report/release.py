"""A release as one page: what it is, when what ran, what was judged, what serves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from launchbook.model.gate import Verdict
from launchbook.model.release import SurfaceKind
from launchbook.report.gate import gate_rows
from launchbook.report.latency import latency_table
from launchbook.report.page import (
    ABSENT,
    code,
    duration,
    facts,
    link,
    page,
    pill,
    safe,
    section,
    table,
)
from launchbook.report.timeline import WHOLE, spans_of, timeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from launchbook.model.release import Capsule, Surface
    from launchbook.report.gate import GateRow
    from launchbook.report.latency import Latency
    from launchbook.report.timeline import Span

DIGITS: Final = 12
"""Of a digest, for people."""
KINDS: Final = {
    Verdict.PASSED: "good",
    Verdict.FAIL: "bad",
    Verdict.INCONCLUSIVE: "doubt",
}
LATENCY_NOTE: Final = "Before this release, and after it."
LEGEND: Final = (
    '<p class="legend"><span class="service"><i></i>service</span>'
    '<span class="web"><i></i>web app</span><span><i></i>everything else</span></p>'
)


def render(
    capsule: Capsule, latencies: Sequence[Latency], spans: Sequence[Span] = ()
) -> str:
    """Return the report of a release as one file of HTML.

    Args:
        capsule: The release.
        latencies: How its surfaces answered before and after; empty for not measured.
        spans: When each step ran; without them, only how long each took is shown.
    """
    title = f"{capsule.id}: {capsule.subject}"
    return page(title, _parts(capsule, latencies, spans))


def _parts(
    capsule: Capsule, latencies: Sequence[Latency], spans: Sequence[Span]
) -> Iterator[str]:
    yield _head(capsule)
    yield section("Release", facts(_facts(capsule)))
    yield _timeline(capsule, spans)
    yield section("Gates", _gates(capsule))
    yield section("Surfaces", _surfaces(capsule.surfaces), note=_built(capsule))
    yield section("Latency", _latencies(latencies), note=LATENCY_NOTE)
    yield section("Approvals", _approvals(capsule.approvals))
    yield section("Database schema", facts(_schema(capsule)))
    yield (
        f"<footer>Release {code(capsule.id)}, written by Launchbook "
        f"{safe(capsule.tool_version or 'of an unknown version')}. The ledger holds the "
        "signed record; this page is a picture of it.</footer>\n"
    )


def _head(capsule: Capsule) -> str:
    word = (
        pill(f"returned from {capsule.returned_from}", "doubt")
        if capsule.returned_from
        else pill("released", "good")
    )
    return (
        f"<header>{pill(capsule.environment, 'plain')} {word}\n"
        f'<h1>{safe(capsule.id)}</h1>\n<p class="lead">{safe(capsule.subject)}</p>\n'
        "</header>\n"
    )


def _facts(capsule: Capsule) -> Iterator[tuple[str, str]]:
    yield "commit", f"{code(capsule.commit[:DIGITS])} on {code(capsule.branch)}"
    yield "written by", safe(capsule.author)
    yield "released by", safe(capsule.actor)
    yield "replaced", code(capsule.previous)
    yield "began", _time(capsule.began_at)
    yield "proven", _time(capsule.done_at)
    yield "took", safe(duration(_seconds(capsule)))
    names = [each.name for each in capsule.surfaces]
    yield "surfaces", safe(f"{len(names)}: {', '.join(names)}")


def _timeline(capsule: Capsule, spans: Sequence[Span]) -> str:
    kinds = {each.name: str(each.kind) for each in capsule.surfaces}
    shown = spans or spans_of(capsule.timings, kinds)
    if not shown:
        return section("Timeline", f"<p>{ABSENT}</p>")
    note = "" if spans else "How long each step took; when each began was not kept."
    picture = timeline(shown, _seconds(capsule) if spans else 0.0)
    return section("Timeline", f'<div class="wide">{picture}</div>', LEGEND, note=note)


def _gates(capsule: Capsule) -> str:
    rows = [
        (
            f'<span class="name">{safe(row.gate)}</span>',
            f'<span class="item">{safe(row.item)}</span>',
            _verdict(row),
            safe(row.told),
        )
        for row in gate_rows(capsule.gates)
    ]
    return table(("gate", "item", "verdict", "what was found"), rows)


def _verdict(row: GateRow) -> str:
    if row.verdict is None:
        return pill(row.word, "plain")
    return pill(row.word, "doubt" if row.is_overridden else KINDS[row.verdict])


def _surfaces(surfaces: Iterable[Surface]) -> str:
    head = (
        "surface",
        "kind",
        "identity",
        "build",
        "deployment",
        "variables",
        "address",
    )
    return table(
        head,
        [
            (
                f'<span class="name">{safe(each.name)}</span>',
                "web app" if each.kind is SurfaceKind.WEB else "service",
                code(each.identity),
                pill("reused", "plain") if each.is_reused else pill("built", "good"),
                code(each.deployment_id),
                code(each.variables[:DIGITS]),
                link(each.url),
            )
            for each in surfaces
        ],
    )


def _built(capsule: Capsule) -> str:
    reused = sum(each.is_reused for each in capsule.surfaces)
    return f"{len(capsule.surfaces) - reused} built, {reused} reused as they were."


def _latencies(latencies: Sequence[Latency]) -> str:
    return latency_table(latencies) if latencies else pill("not measured", "doubt")


def _approvals(approvals: Iterable[Mapping[str, object]]) -> str:
    return table(
        ("approval", "what the ledger keeps of it"),
        [
            (str(at), " &middot; ".join(_pairs(each)))
            for at, each in enumerate(approvals, start=1)
        ],
    )


def _pairs(told: Mapping[str, object]) -> Iterator[str]:
    for name, value in told.items():
        text = value if isinstance(value, str) else json.dumps(value, default=str)
        yield f'<span class="quiet">{safe(name)}</span> {safe(text)}'


def _schema(capsule: Capsule) -> Iterator[tuple[str, str]]:
    yield "works from migration", code(capsule.schema.oldest)
    yield "up to migration", code(capsule.schema.newest)
    held = ", ".join(code(each) for each in capsule.schema.held)
    yield "held back for a later release", held or ABSENT


def _seconds(capsule: Capsule) -> float:
    whole = (capsule.done_at - capsule.began_at).total_seconds()
    return capsule.timings.get(WHOLE, whole)


def _time(at: datetime) -> str:
    return safe(f"{at:%Y-%m-%d %H:%M:%S} UTC")
