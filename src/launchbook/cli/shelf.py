"""``invoke release.list|show|diff``: the releases that the ledger keeps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from launchbook.app.release import moments_of, open_shelf
from launchbook.app.signing import verifier_of
from launchbook.cli.desk import open_desk
from launchbook.cli.env import open_target
from launchbook.cli.options import read_count, read_text
from launchbook.cli.render.capsule import DIGITS, capsule_lines, diff_lines, list_lines
from launchbook.config import safe_file
from launchbook.errors import UnknownRelease
from launchbook.load.report import Kept as Report
from launchbook.load.report import kept_between
from launchbook.release.timing import stretches
from launchbook.report.latency import Latency, Reading
from launchbook.report.release import render
from launchbook.report.timeline import Span, kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.app import App
    from launchbook.cli.desk import Desk
    from launchbook.model.release import Capsule
    from launchbook.release.shelf import Kept, Shelf

MOST_LISTED = 10_000


def list_releases(options: Mapping[str, object]) -> int:
    """List the newest releases."""
    desk, _, shelf = _open(options)
    limit = read_count(options, "limit", least=1, most=MOST_LISTED)
    found = [each.capsule for each in reversed(shelf.kept)][:limit]
    for each in found:
        desk.output.record({"kind": "release", **each.as_json()})
    if not found:
        desk.output.line("there is no release yet")
        desk.output.line(f"next: invoke provision.{read_text(options, 'environment')}")
        return 0
    for line in list_lines(found):
        desk.output.line(line)
    return 0


def show(options: Mapping[str, object]) -> int:
    """Show one release, after checking its signature.

    Raises:
        UnknownRelease: There is none.
        SignatureInvalid: It was changed since it was recorded.
    """
    desk, app, shelf = _open(options)
    kept = _named(shelf, read_text(options, "release"), options)
    verifier_of(app).verify(kept.capsule.as_json(), kept.signature)
    measured = _measured_since(app, shelf, kept.capsule)
    desk.output.record(
        {
            "kind": "release",
            **kept.capsule.as_json(),
            "signature": dict(kept.signature),
            "measured": [each.as_json() for each in measured],
        }
    )
    for line in capsule_lines(kept.capsule):
        desk.output.line(line)
    for each in measured:
        at = f"{each.at:%Y-%m-%d %H:%M:%S} UTC"
        desk.output.line(f"measured {each.kind}, {at}: {each.verdict} "
                         f"({each.digest[:DIGITS]})")  # fmt: skip
    desk.output.line(f"signed by {kept.signature.get('key_id')}, unchanged since")
    if path := read_text(options, "html"):
        safe_file.write(Path(path), _page(app, shelf, kept.capsule).encode())
        desk.output.line(f"report written to {path}")
    return 0


def _page(app: App, shelf: Shelf, capsule: Capsule) -> str:
    """The report: what the watch of this release measured, beside the one before."""
    kinds = {each.name: str(each.kind) for each in capsule.surfaces}
    ran = stretches(moments_of(app, capsule), capsule.began_at)
    spans = [Span(name, *at, kind_of(name, kinds)) for name, at in ran.items()]
    before = next(
        (k.capsule for k in shelf.kept if k.capsule.id == capsule.previous), None
    )
    was, now = (_measured(each) if each else {} for each in (before, capsule))
    latencies = [Latency(name, was.get(name), each) for name, each in now.items()]
    return render(capsule, latencies, spans)


def _measured_since(app: App, shelf: Shelf, capsule: Capsule) -> tuple[Report, ...]:
    """What was measured while a release served."""
    later = [
        k.capsule.done_at for k in shelf.kept if k.capsule.done_at > capsule.done_at
    ]
    target = app.target
    return kept_between(
        app.workspace.home,
        target.environment,
        target.platforms,
        capsule.done_at,
        min(later, default=None),
    )


def _measured(capsule: Capsule) -> dict[str, Reading]:
    """How quickly each surface answered while a release was watched."""
    bake = cast("dict[str, Any]", capsule.gates.get("bake", {}))
    told = cast("dict[str, dict[str, float]]", bake.get("latency", {}))
    return {
        name: Reading(int(each["n"]), each["median_ms"], each["p95_ms"])
        for name, each in told.items()
    }


def diff(options: Mapping[str, object]) -> int:
    """Show what differs between two releases.

    Raises:
        UnknownRelease: One of them does not exist.
    """
    desk, _, shelf = _open(options)
    before = shelf.find(read_text(options, "before")).capsule
    after = shelf.find(read_text(options, "after")).capsule
    lines = [*diff_lines(before, after)]
    desk.output.record(
        {"kind": "diff", "before": before.id, "after": after.id, "lines": lines}
    )
    for line in lines:
        desk.output.line(line)
    return 0


def _open(options: Mapping[str, object]) -> tuple[Desk, App, Shelf]:
    desk = open_desk(options)
    app = open_target(desk, options, is_read_only=True, needs_sandbox=False)
    return desk, app, open_shelf(app)


def _named(shelf: Shelf, name: str, options: Mapping[str, object]) -> Kept:
    """The release of a name; the newest without one."""
    if name:
        return shelf.find(name)
    if shelf.kept:
        return shelf.kept[-1]
    environment = read_text(options, "environment")
    raise UnknownRelease(
        f"{environment} has no release yet",
        hint=f"Type `invoke provision.{environment}`; it makes the first one.",
    )
