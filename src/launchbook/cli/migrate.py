"""``invoke migrate.lint``: what migrations would do to a product in use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from launchbook.app.database import baseline, migrations_folder, open_database
from launchbook.cli.desk import open_desk
from launchbook.cli.options import read_switch, read_text
from launchbook.cli.provision import open_app
from launchbook.errors import InvalidMigration
from launchbook.migration.file import read_migrations
from launchbook.migration.history import pending, read_history
from launchbook.migration.lint.check import CODES, lint

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from launchbook.cli.desk import Desk
    from launchbook.migration.file import Migration
    from launchbook.migration.lint.finding import Finding

REFUSED: Final = InvalidMigration.exit_status
"""Exit status with a finding of severity error."""


def lint_files(options: Mapping[str, object]) -> int:
    """Judge the files that the database lacks, or all of them."""
    desk = open_desk(options)
    files, versions = _files(desk, options)
    findings = lint(files, versions)
    judged = len(files) if versions is None else len(versions)
    for finding in findings:
        desk.output.record({"kind": "finding", **finding.as_json()})
        for line in _lines(finding):
            desk.output.line(line)
    blocking = sum(each.is_blocking for each in findings)
    accepted = sum(bool(each.reason) for each in findings)
    desk.output.line(
        f"{judged} files, {len(CODES)} rules: {blocking} errors, "
        f"{len(findings) - blocking - accepted} warnings, {accepted} accepted"
    )
    desk.output.record(
        {"kind": "migrations-judged", "files": judged, "rules": len(CODES)}
        | {"errors": blocking, "accepted": accepted}
    )
    return REFUSED if blocking else 0


def _files(
    desk: Desk, options: Mapping[str, object]
) -> tuple[Sequence[Migration], Collection[str] | None]:
    """Return all files, and the versions to judge; None for all."""
    if folder := read_text(options, "folder", ""):
        return read_migrations(Path(folder)), None
    app = open_app(desk, {**options, "workers": "1"})
    files = read_migrations(migrations_folder(app))
    if read_switch(options, "all"):
        return files, None
    with open_database(app) as session:
        applied = read_history(session)
    return files, {each.version for each in pending(files, applied, baseline(app))}


def _lines(finding: Finding) -> Iterator[str]:
    verdict = "accepted" if finding.reason else str(finding.severity)
    place = f"{finding.file}:{finding.line}"
    yield f"{place}: {verdict}: {finding.message} [{finding.rule}]"
    yield f"  {finding.reason or finding.rewrite}"
